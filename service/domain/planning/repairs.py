"""What would make talks on record count: repairs come before talks that are still to be had."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, get_args

from msgspec.structs import replace

from schemas.conversation import Reason
from schemas.process import Counts
from schemas.readiness import CriterionResult, Readiness
from schemas.what_if import MendedReason, SupposedCitation, SupposedRevision, WhatIfIn
from service.domain.criteria.admissible import (
    AssessedCitation,
    assessed_citations,
    is_independent,
    reasons_against,
)
from service.domain.criteria.kinds.pattern import SHARED_THEME
from service.domain.facts.model import Conversation, Facts
from service.domain.facts.teams import teams_of
from service.domain.planning.what_if import Nameable, World, suppose
from service.domain.verdict.readiness import Question, evaluate

BY_REVISION: tuple[MendedReason, ...] = get_args(MendedReason)
BY_CITING_AGAIN: frozenset[Reason] = frozenset(("SHAPING_MISSING", "SHAPING_COPIED", "OLD_STATEMENT"))
MOST = 40
"""Repairs that are looked at: each is a verdict."""


class Repair(NamedTuple):
    """A talk on record, and what to mend of it if that is true: `reasons` why it does not count; `cite` it,
    once more or for the first time, for `decision`; `themes` to code. `citation`: the one that does not
    count."""

    conversation: str
    citation: str | None
    decision: str | None
    reasons: tuple[Reason, ...]
    cite: bool
    themes: tuple[str, ...] = ()


def repairs(question: Question, world: World, nameable: Nameable) -> list[Repair]:
    """The repairs that bring a gate nearer, none of which could be left out; the smallest first."""
    verdict = evaluate(question, *world)
    if verdict.not_evaluable is not None or verdict.ready:
        return []
    chosen = _needed(question, world, nameable, _of_records(question.process.counts, world.facts, verdict))
    mended = with_repairs(question, world, nameable, chosen)
    coded = list(_of_themes(question, mended, evaluate(question, *mended)))
    return _needed(question, world, nameable, [*chosen, *coded]) if coded else chosen


def with_repairs(question: Question, world: World, nameable: Nameable, some: Sequence[Repair]) -> World:
    """The world in which these are mended."""
    if not some:
        return world
    return suppose(world, question.process.counts, supposed(some), nameable, question.as_of)


def supposed(some: Sequence[Repair]) -> WhatIfIn:
    """The repairs as a what-if supposes them."""
    revised = (_revision(talk, some) for talk in dict.fromkeys(each.conversation for each in some))
    return WhatIfIn(
        revisions=tuple(each for each in revised if each.mends or each.themes),
        citations=tuple(
            SupposedCitation(conversation=each.conversation, decision=each.decision)
            for each in some
            if each.cite and each.decision is not None
        ),
        withdrawals=tuple(each.citation for each in some if each.cite and each.citation is not None),
    )


def _revision(talk: str, some: Iterable[Repair]) -> SupposedRevision:
    """All that these say of one talk."""
    own = [each for each in some if each.conversation == talk]
    codes = {code for each in own for code in each.reasons}
    themes = dict.fromkeys(theme for each in own for theme in each.themes)
    mends = tuple(code for code in BY_REVISION if code in codes)
    return SupposedRevision(conversation=talk, mends=mends, themes=tuple(themes))


def _of_records(counts: Counts, facts: Facts, verdict: Readiness) -> list[Repair]:
    """What could be mended for the decisions that lack something, the smallest repair first."""
    lacking = [
        each.key for each in verdict.decisions if _lacks(each.criteria) or _lacks(verdict.gate_criteria)
    ]
    found = [
        Repair(
            each.conversation.id,
            each.citation.id,
            each.citation.decision,
            each.codes,
            cite=not BY_CITING_AGAIN.isdisjoint(each.codes),
        )
        for each in assessed_citations(facts, counts)
        if each.citation.decision in lacking and each.citation.stance == "supports" and _is_mendable(each)
    ]
    found += _uncited(counts, facts, verdict, [key for key in lacking if key in facts.decisions])
    return sorted(found, key=lambda each: len(each.reasons))[:MOST]


def _lacks(criteria: Iterable[CriterionResult]) -> bool:
    return any(each.outcome == "unmet" and each.level == "must" for each in criteria)


def _is_mendable(assessed: AssessedCitation) -> bool:
    codes, talk = assessed.codes, assessed.conversation
    return bool(codes) and all(code in BY_CITING_AGAIN or _can_be_revised(code, talk) for code in codes)


def _can_be_revised(code: Reason, talk: Conversation) -> bool:
    """Returns whether it is only left unsaid: what is known otherwise is not mended."""
    match code:
        case "TOO_SHORT":
            return talk.minutes is None
        case "SOLUTION_SHOWN":
            return talk.solution_shown is None
        case "NOT_INDEPENDENT":
            return bool(talk.participants) and not talk.namesakes and is_independent(_all_customers(talk))
    return code in BY_REVISION


def _all_customers(talk: Conversation) -> Conversation:
    return replace(talk, colleagues=False)


def _uncited(counts: Counts, facts: Facts, verdict: Readiness, lacking: Sequence[str]) -> Iterator[Repair]:
    teams = teams_of(facts)
    for id in (each.conversation for each in verdict.uncited):
        talk = facts.conversations.get(id)
        if talk is None or any(each.conversation == id for each in facts.citations.values()):
            continue
        codes = reasons_against(talk, counts, teams)
        for decision in lacking:
            shown = decision in counts.solution_unseen_for and talk.solution_shown is not False
            every: list[Reason] = [*codes, "SOLUTION_SHOWN"] if shown else codes
            if all(_can_be_revised(code, talk) for code in every):
                yield Repair(id, None, decision, tuple(every), cite=True)


def _of_themes(question: Question, world: World, verdict: Readiness) -> Iterator[Repair]:
    """For a pattern that is not there yet: talks that count, in which the theme may have been voiced."""
    for decision in verdict.decisions:
        for entry in decision.criteria:
            if entry.kind == "pattern" and _lacks([entry]):
                yield from _to_code(question, world, decision.key, entry)


def _to_code(question: Question, world: World, decision: str, entry: CriterionResult) -> Iterator[Repair]:
    segment = entry.shared.segment if entry.shared else world.facts.primary_segment
    label = (entry.shared.label if entry.shared else None) or SHARED_THEME
    named = entry.shared.theme if entry.shared else ""
    for each in assessed_citations(world.facts, question.process.counts):
        talk = each.conversation
        is_counted = not each.codes and each.citation.stance == "supports"
        if (
            is_counted
            and each.citation.decision == decision
            and talk.segment == segment
            and named not in talk.themes
        ):
            yield Repair(talk.id, None, None, (), cite=False, themes=(label,))


def _needed(question: Question, world: World, nameable: Nameable, some: Sequence[Repair]) -> list[Repair]:
    """Those without which more would be missing: each is left out in turn, the largest first."""
    chosen = list(dict.fromkeys(some))
    least = _missing(question, with_repairs(question, world, nameable, chosen))
    for each in reversed(tuple(chosen)):
        others = [other for other in chosen if other != each]
        if _missing(question, with_repairs(question, world, nameable, others)) <= least:
            chosen = others
    return chosen


def _missing(question: Question, world: World) -> int:
    """How much is missing, over all criteria that block."""
    verdict = evaluate(question, *world)
    every = [*(one for decision in verdict.decisions for one in decision.criteria), *verdict.gate_criteria]
    return sum(max(0, each.required - each.actual) for each in every if _lacks([each]))
