"""The citations that do not count, with reasons, and the instants at which age changes them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from schemas.conversation import Reason
from schemas.process import Criterion
from schemas.readiness import NotCounted
from schemas.vocabulary import AGAINST
from service.domain.criteria.admissible import ENDED, MESSAGES, OF_AGE, AssessedCitation, Held
from service.domain.criteria.filters import Scope, window_of
from service.domain.criteria.gaps import NO_GAP, Gap, Judged, gap_of_age, gaps_of
from service.domain.criteria.intervals import ALWAYS, FOREVER
from service.domain.criteria.kinds import kind_of
from service.domain.criteria.weighing import where_of
from service.domain.record import edition
from service.domain.verdict.case import CitationReasons, CriterionWindow, NotCountedInputs
from service.domain.verdict.context import GateContext

OVER = {rule.code for rule in ENDED}
NOTHING = NotCountedInputs(ALWAYS, FOREVER, (), {}, (), telling=False)


def not_counted_inputs(context: GateContext) -> NotCountedInputs:
    """The citations that some criterion looks at, and those that always show."""
    whole = _windows(context.gate.criteria, context.whole.scope)
    own: defaultdict[str, list[CriterionWindow]] = defaultdict(list)
    for decision, view in ((each.asked.decision, each.view) for each in context.decisions):
        own[decision.key] += _windows(decision.criteria, view.scope)
    windows = {decision: (*windows_of_own, *whole) for decision, windows_of_own in own.items()}
    citations = tuple(
        _reasons(context, assessed)
        for assessed in context.whole.own
        if windows.get(assessed.citation.decision, whole) or _is_ended_contradiction(assessed)
    )
    telling = context.facts.edition > edition.FIRST
    return _bounded(NotCountedInputs(ALWAYS, FOREVER, citations, windows, tuple(whole), telling))


def _reasons(context: GateContext, assessed: AssessedCitation) -> CitationReasons:
    citation, talk, codes = assessed
    judged = Judged(talk, context.process.counts, context.facts, citation)
    gaps = gaps_of(codes, judged) if codes else ()
    held = Held(talk.held_at, talk.counts_from(context.facts.edition))
    return CitationReasons(citation.id, talk.id, citation.decision, held, codes, gaps)


def _bounded(inputs: NotCountedInputs) -> NotCountedInputs:
    turns = [instants for each in inputs.citations if (instants := _turns(inputs, each))]
    return replace(
        inputs,
        since=max((starts for starts, *_ in turns), default=ALWAYS),
        until=min((ages for _, *later in turns for ages in later), default=FOREVER),
    )


def not_counted(inputs: NotCountedInputs, as_of: datetime) -> tuple[list[NotCounted], list[datetime]]:
    """The entries, and the instants after `as_of` at which time alone changes them."""
    if inputs.since <= as_of < inputs.until:
        entries = [entry for each in inputs.citations if each.codes for entry in _of_others(inputs, each)]
        return entries, [inputs.until]
    entries, changes = [], list[datetime]()
    for each in inputs.citations:
        turns = _turns(inputs, each)
        entries += _of_others(inputs, each)
        entries += _of_age(inputs, each, as_of) if turns else ()
        changes += [instant for instant in turns if instant > as_of]
    return entries, changes


def _turns(inputs: NotCountedInputs, citation: CitationReasons) -> list[datetime]:
    """The instants at which time changes whether it counts: when it was over, and when it grows too old
    for some."""
    if not OVER.isdisjoint(citation.codes):
        return []
    windows = {each.window for each in inputs.windows_of(citation)}
    held = citation.held
    return [held.counts_from, *[held.at + window for window in windows if window]]


def _is_ended_contradiction(assessed: AssessedCitation) -> bool:
    """Erasure is the one way to be rid of a contradiction, so it always shows."""
    return assessed.citation.stance in AGAINST and assessed.conversation.erased


def _windows(criteria: Iterable[Criterion], scope: Scope) -> list[CriterionWindow]:
    return [
        CriterionWindow(criterion.id or "", window_of(where_of(criterion), scope))
        for criterion in criteria
        if kind_of(criterion).traits.ages
    ]


def _of_others(inputs: NotCountedInputs, citation: CitationReasons) -> list[NotCounted]:
    """Each reason that is none of age."""
    return [
        _entry(citation, code, [], gap if inputs.telling else NO_GAP)
        for code, gap in zip(citation.codes, citation.gaps, strict=True)
    ]


def _of_age(inputs: NotCountedInputs, citation: CitationReasons, as_of: datetime) -> Iterator[NotCounted]:
    """Each reason with the criteria whose window it is of; none is named where it is all of them."""
    windows = inputs.windows_of(citation)
    for rule in OF_AGE:
        aged = [each.criterion for each in windows if rule.applies(citation.held, each.window, as_of)]
        if aged:
            gap = _gap_of_age(rule.code, citation) if inputs.telling else NO_GAP
            yield _entry(citation, rule.code, aged if len(aged) < len(windows) else [], gap)


def _gap_of_age(code: Reason, citation: CitationReasons) -> Gap:
    held = citation.held
    return gap_of_age(code, citation.conversation, held.counts_from if code == "IN_FUTURE" else held.at)


def _entry(citation: CitationReasons, code: Reason, criteria: list[str], gap: Gap) -> NotCounted:
    return NotCounted(
        citation=citation.citation,
        conversation=citation.conversation,
        decision=citation.decision,
        code=code,
        message=MESSAGES[code],
        criteria=criteria,
        found=gap.found,
        required=gap.required,
        remedy=gap.remedy,
    )
