"""The verdict: a pure function of process version, facts and instant."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain
from typing import Any, NamedTuple

from schemas.process import Gate, Process, ProcessRef
from schemas.readiness import CriterionResult, DecisionResult, Readiness, WhyNot
from schemas.vocabulary import CriterionOutcome
from service.domain.criteria.intervals import FOREVER
from service.domain.criteria.result import CriterionEvaluation
from service.domain.facts.concerns import cited
from service.domain.facts.model import Facts
from service.domain.facts.progress import Progress, progress_of
from service.domain.record import edition
from service.domain.verdict.case import Case, GateInputs, NotCountedInputs, gate_of
from service.domain.verdict.context import build_context
from service.domain.verdict.evaluation import (
    DecisionEvaluation,
    Evaluator,
    evaluator_of,
    gate_inputs,
    owed_now,
)
from service.domain.verdict.leaps_seen import leaps_in
from service.domain.verdict.not_counted import NOTHING, not_counted, not_counted_inputs
from service.domain.verdict.uncited import uncited_inputs


class Question(NamedTuple):
    """The parameters of a verdict: a process version, an instant, and a gate (None: the next one)."""

    process: Process
    ref: ProcessRef
    as_of: datetime
    gate: str | None = None


def evaluate(question: Question, facts: Facts, themes: dict[str, str]) -> Readiness:
    """The whole readiness document, but for `html_url`. `themes`: labels by theme id."""
    case = prepare(question.process, question.ref, question.gate, facts, themes)
    return verdict(case, question.process, question.as_of)


def prepare(
    process: Process,
    ref: ProcessRef,
    asked: str | None,
    facts: Facts,
    themes: dict[str, str],
    *,
    progress: Progress | None = None,
    explained: bool = True,
) -> Case:
    """Works out all that does not depend on the instant; `asked` is a gate's key, or None for the next.

    `progress`: the concept's, if the caller has it. Without `explained` its verdicts leave out what does not
    count, and when that changes.
    """
    progress = progress or progress_of(process, facts.reviews)
    gate = progress.next_gate if asked is None else gate_of(process, asked)
    opens = gate.opens if gate else None
    since = max(progress.passed.values(), default=None)
    context = build_context(process, facts, progress, gate, themes, observed=explained) if gate else None
    uncited = uncited_inputs(process, facts, since, context)
    # The event that revised, withdrew or erased an uncited one counts for `position`.
    cited_ids = cited(facts)
    used = _used(facts, cited_ids | uncited.seen)
    used, leaps = leaps_in(facts.leaps, used)
    key = gate.key if gate else asked
    inputs = gate_inputs(context, ref) if context else None
    return Case(
        concept=facts.concept,
        portfolio=facts.portfolio,
        process=(ref.key, ref.version, ref.digest),
        gate=key,
        position=max([seq for seq, _, _ in used]),
        input_digest=_digest(ref, key, [digest for _, _, digest in used]),
        edition=facts.edition,
        killed_at=progress.killed_at,
        opens_at=_after_launch(progress, opens.after_launch_days) if opens else None,
        due_at=_after_launch(progress, opens.due_days) if opens and opens.due_days else None,
        uncited=uncited.shown,
        uncited_count=uncited.total,
        inputs=inputs,
        not_counted=not_counted_inputs(context) if context and explained else NOTHING,
        cited=frozenset(cited_ids),
        labels=_labels(inputs, themes),
        leaps=leaps,
        observations=tuple(context.observations) if context else (),
    )


def _labels(inputs: GateInputs | None, themes: Mapping[str, str]) -> dict[str, str | None]:
    """The labels of the themes that entries may show."""
    if inputs is None:
        return {}
    weighed = chain(inputs.whole, *(each.criteria for each in inputs.decisions))
    return {theme: themes.get(theme) for each in weighed for theme in each.inputs.themes()}


class VerdictSpan(NamedTuple):
    """A verdict, and until when time alone leaves every outcome in it as it is; None: for good.

    Sooner than that only days in deficits change: `next_change_at` knows of those too.
    """

    verdict: Readiness
    outcomes_until: datetime | None


def verdict(case: Case, process: Process, as_of: datetime, html_url: str = "") -> Readiness:
    """The case at one instant, by the process for which it was prepared. `html_url`: where people find it."""
    return verdict_span(case, process, as_of, html_url).verdict


def verdict_span(case: Case, process: Process, as_of: datetime, html_url: str = "") -> VerdictSpan:
    """The case at one instant, and how long its outcomes last."""
    gate = gate_of(process, case.gate)
    why_not = _why_not(case, gate, as_of)
    head = _head(case, gate, as_of, html_url)
    if gate is None or case.inputs is None or why_not is not None:
        awaited = case.opens_at if why_not and why_not.code == "GATE_NOT_OPEN" else None
        return VerdictSpan(Readiness(**head, **_nothing(why_not), next_change_at=awaited), awaited)
    evaluator = evaluator_of(case, case.inputs, process, as_of)
    body, outcomes_until = _evaluated(evaluator, gate, case.not_counted)
    return VerdictSpan(Readiness(**head, **body), outcomes_until)


def not_yet_recorded(question: Question, concept: str, portfolio: str) -> Readiness:
    """The document for an instant before the concept was recorded."""
    why_not = WhyNot(code="NOT_YET_RECORDED", message="The concept was recorded later than this.")
    return Readiness(
        as_of=question.as_of,
        concept=concept,
        portfolio=portfolio,
        gate=question.gate,
        gate_title=None,
        process=question.ref,
        position=0,
        input_digest=_digest(question.ref, question.gate, ()),
        edition=edition.CURRENT,
        html_url="",
        opens_at=None,
        due_at=None,
        uncited=[],
        next_change_at=None,
        **_nothing(why_not),
    )


def _why_not(case: Case, gate: Gate | None, as_of: datetime) -> WhyNot | None:
    if case.killed_at is not None:
        since = case.killed_at.isoformat()
        remedy = f"To reopen it, name a conversation that counts, held after {since}."
        return WhyNot(code="CONCEPT_KILLED", message=f"The concept was killed. {remedy}")
    if case.gate is None:
        return WhyNot(code="ALL_GATES_PASSED", message="There is no gate left to pass.")
    if gate is None:
        return WhyNot(code="NO_SUCH_GATE", message="This version of the process has no such gate.")
    opens_at = case.opens_at
    if gate.opens and (opens_at is None or as_of < opens_at):
        when = f"at {opens_at.isoformat()}" if opens_at else "some time after the launch"
        return WhyNot(code="GATE_NOT_OPEN", message=f"The gate opens {when}.")
    return None


def _after_launch(progress: Progress, days: int) -> datetime | None:
    return progress.launched_at + timedelta(days=days) if progress.launched_at else None


def _head(case: Case, gate: Gate | None, as_of: datetime, html_url: str) -> dict[str, Any]:
    key, version, digest = case.process
    return {
        "as_of": as_of,
        "concept": case.concept,
        "portfolio": case.portfolio,
        "gate": case.gate,
        "gate_title": gate.title if gate else None,
        "process": ProcessRef(key=key, version=version, digest=digest),
        "position": case.position,
        "input_digest": case.input_digest,
        "edition": case.edition,
        "html_url": html_url,
        "opens_at": case.opens_at,
        "due_at": case.due_at,
        "uncited": list(case.uncited),
        "uncited_count": case.uncited_count,
        "leaps": list(case.leaps),
        "observations": list(case.observations),
    }


def _used(facts: Facts, seen: set[str]) -> list[tuple[int, str, str]]:
    """The events that matter here: conversations that are neither cited nor ever uncited do not."""
    return [event for event in facts.used if event[1] not in facts.conversations or event[1] in seen]


def _digest(ref: ProcessRef, gate: str | None, events: Iterable[str]) -> str:
    lines = [ref.digest, gate or "", *events]
    return "sha256:" + sha256("\n".join(lines).encode()).hexdigest()


def _nothing(why_not: WhyNot | None) -> dict[str, Any]:
    return {
        "verdict": "not_evaluable",
        "ready": False,
        "not_evaluable": why_not,
        "passes_until": None,
        "blocking": [],
        "warnings": [],
        "owed": [],
        "decisions": [],
        "gate_criteria": [],
        "not_counted": [],
    }


def _evaluated(
    evaluator: Evaluator, gate: Gate, uncounted: NotCountedInputs
) -> tuple[dict[str, Any], datetime | None]:
    inputs, as_of = evaluator.inputs, evaluator.as_of
    decisions = [evaluator.decision(each) for each in inputs.decisions]
    whole = evaluator.gate(gate)
    every = [*(one for decision in decisions for one in decision.criteria), *whole]
    unmet = [one.entry for one in every if one.entry.outcome == "unmet"]
    blocking = [entry.id for entry in unmet if entry.level == "must"]
    entries, ageing = not_counted(uncounted, as_of)
    changes = [*ageing, *(instant for one in every for instant in one.changes_at)]
    turns = [instant for one in every for instant in one.turns_at]
    outcomes_until, turns_at = _next(changes, as_of), _next(turns, as_of)
    body = {
        "verdict": "blocked" if blocking else "waived" if _is_waived(every) else "ready",
        "ready": not blocking,
        "not_evaluable": None,
        "passes_until": None if blocking else _passes_until(every),
        "next_change_at": min(filter(None, (outcomes_until, turns_at)), default=None),
        "blocking": blocking,
        "warnings": [entry.id for entry in unmet if entry.level == "should"],
        "owed": owed_now(inputs, every, as_of),
        "decisions": [_decision(each) for each in decisions],
        "gate_criteria": [one.entry for one in whole],
        "not_counted": entries,
    }
    return body, outcomes_until


def _is_waived(every: Iterable[CriterionEvaluation]) -> bool:
    return any(one.entry.outcome == "waived" for one in every)


def _passes_until(every: Iterable[CriterionEvaluation]) -> datetime | None:
    until = min((one.met_until for one in every if one.entry.level == "must"), default=FOREVER)
    return None if until == FOREVER else until


def _next(instants: Iterable[datetime], as_of: datetime) -> datetime | None:
    return min([instant for instant in instants if as_of < instant < FOREVER], default=None)


def _decision(evaluated: DecisionEvaluation) -> DecisionResult:
    asked, inputs, criteria = evaluated
    stated, entries = inputs.stated, [one.entry for one in criteria]
    return DecisionResult(
        key=asked.key,
        title=asked.title,
        level=asked.level,
        asked_by=inputs.gate,
        statement=stated.statement if stated else None,
        version=stated.version if stated else None,
        owner=stated.owner if stated else None,
        wording_only=stated.wording_only if stated else None,
        outcome=_outcome(entries),
        remedy=None if stated else "State this decision first, then cite conversations for it.",
        criteria=entries,
    )


def _outcome(entries: Sequence[CriterionResult]) -> CriterionOutcome:
    """The outcome of the criteria that bind; where all only warn, of all."""
    binding = [entry for entry in entries if entry.level == "must"] or entries
    outcomes = {entry.outcome for entry in binding}
    return "unmet" if "unmet" in outcomes else "waived" if "waived" in outcomes else "met"
