"""Conversations that the team held with fitting customers and that no citation brings before the gate: good
news only is visible.

What was withdrawn, brought to another kind or dated otherwise stays, with what was done, by whom and when.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from schemas.process import Counts, Process
from schemas.readiness import Uncited, UncitedChange
from schemas.vocabulary import AGAINST
from service.domain.criteria.admissible import AssessedCitation, assessed_citations
from service.domain.facts.concerns import cited
from service.domain.facts.model import Conversation, Facts
from service.domain.facts.teams import is_attended_by, team_ever
from service.domain.record.edition import FIRST
from service.domain.verdict.context import GateContext

NEWEST = 100
"""As many are shown in a verdict; a list has the others."""


def uncited(
    facts: Facts,
    counts: Counts,
    since: datetime | None,
    citations: Sequence[AssessedCitation],
    asked: frozenset[str] | None,
) -> list[Uncited]:
    """Those recorded since the last gate (else since the concept), in that order: by anybody who ever was on
    the team, with customers of any segment that the concept ever had. `asked`: the decisions that the gate
    asks for; None: any. Only a citation for one of these that counts, or wants an answer, takes one off."""
    used, revisions = _used(citations, asked), _revisions(facts)
    withdrawn = _withdrawn_citations(citations)
    return [
        Uncited(
            conversation=talk.id,
            customer=talk.customer,
            segment=talk.segment,
            held_at=talk.held_at,
            changes=[*_changes(revisions[talk.id], counts), *withdrawn[talk.id]],
        )
        for talk in fitting(facts, counts, since)
        if talk.id not in used and not talk.erased
    ]


def fitting(facts: Facts, counts: Counts, since: datetime | None) -> list[Conversation]:
    """The conversations that stand or stood on the list, or would if nobody cited them."""
    start, revisions = since or facts.created_at, _revisions(facts)
    team = team_ever(facts)
    return [
        talk
        for talk in facts.conversations.values()
        if talk.recorded_at >= start and _is_fitting(revisions[talk.id], facts, team, counts)
    ]


def _used(citations: Sequence[AssessedCitation], asked: frozenset[str] | None) -> set[str]:
    return {
        each.conversation.id
        for each in citations
        if (asked is None or each.citation.decision in asked)
        and (each.citation.stance in AGAINST or (each.citation.stance == "supports" and not each.codes))
        and not each.citation.withdrawn
    }


def _revisions(facts: Facts) -> defaultdict[str, list[Conversation]]:
    """Each conversation as it was and as it is, in order."""
    revisions: defaultdict[str, list[Conversation]] = defaultdict(list)
    for talk in (*facts.earlier, *facts.conversations.values()):
        revisions[talk.id].append(talk)
    return revisions


def _is_fitting(
    revisions: Sequence[Conversation], facts: Facts, team: frozenset[str], counts: Counts
) -> bool:
    """Returns whether it ever was of a kind that counts, with a fitting customer, and held by the team."""
    return (
        any(talk.kind in counts.kinds for talk in revisions)
        and any(talk.segment in facts.segments_ever for talk in revisions)
        and any(talk.author in team or is_attended_by(talk, team) for talk in revisions)
    )


def _changes(revisions: Sequence[Conversation], counts: Counts) -> Iterator[UncitedChange]:
    for before, after in pairwise(revisions):
        if before.kind in counts.kinds and after.kind not in counts.kinds:
            yield UncitedChange(what="kind", by=after.reviser, at=after.revised_at)
        if before.held_at != after.held_at:
            yield UncitedChange(what="date", by=after.reviser, at=after.revised_at)
        if after.withdrawn and not before.withdrawn and after.ended_at and after.ender:
            yield UncitedChange(what="withdrawn", by=after.ender, at=after.ended_at)


def _withdrawn_citations(citations: Sequence[AssessedCitation]) -> defaultdict[str, list[UncitedChange]]:
    """By conversation, the citations of it that were withdrawn."""
    withdrawn: defaultdict[str, list[UncitedChange]] = defaultdict(list)
    for each in citations:
        if each.citation.withdrawn_at is not None:
            change = UncitedChange(
                what="citation_withdrawn", by=each.citation.citer, at=each.citation.withdrawn_at
            )
            withdrawn[each.conversation.id].append(change)
    return withdrawn


def first_uncited(
    conversations: Iterable[Conversation], facts: Facts, counts: Counts, since: datetime | None
) -> list[Conversation]:
    """By the first edition: the uncited ones of these, recorded since the last gate, in their order. Whatever
    was ever cited, withdrawn or brought to another kind was off the list."""
    used, team = cited(facts), facts.team
    start = since or facts.created_at
    return [
        conversation
        for conversation in conversations
        if conversation.id not in used
        and conversation.recorded_at >= start
        and conversation.kind in counts.kinds
        and conversation.segment in facts.segments
        and not conversation.withdrawn
        and not conversation.erased
        and (conversation.author in team or is_attended_by(conversation, team))
    ]


class UncitedInputs(NamedTuple):
    """The uncited conversations as they are shown, how many there are (None: these), and the ids of all whose
    events matter."""

    shown: tuple[Uncited, ...]
    total: int | None
    seen: set[str]


def uncited_inputs(
    process: Process, facts: Facts, since: datetime | None, context: GateContext | None
) -> UncitedInputs:
    """What nobody cited before a gate, by the edition of the facts."""
    counts = process.counts
    if facts.edition == FIRST:
        first = first_uncited(facts.conversations.values(), facts, counts, since)
        shown = tuple(
            Uncited(conversation=c.id, customer=c.customer, segment=c.segment, held_at=c.held_at)
            for c in first
        )
        seen = {c.id for c in (*first, *first_uncited(facts.earlier, facts, counts, since))}
        return UncitedInputs(shown, None, seen)
    every = uncited_at(process, facts, since, context)
    return UncitedInputs(
        tuple(every[-NEWEST:]), len(every), {talk.id for talk in fitting(facts, counts, since)}
    )


def uncited_at(
    process: Process, facts: Facts, since: datetime | None, context: GateContext | None
) -> list[Uncited]:
    """Every uncited conversation before a gate (None: there is none left)."""
    if context is None:
        return uncited(facts, process.counts, since, assessed_citations(facts, process.counts), None)
    asked = frozenset(each.asked.decision.key for each in context.decisions)
    return uncited(facts, process.counts, since, context.whole.own, asked)
