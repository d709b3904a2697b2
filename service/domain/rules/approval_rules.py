"""Who may vote on a gate, and when."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from schemas.process import Process, ProcessRef
from schemas.readiness import Readiness
from schemas.vocabulary import AGAINST, Vote
from service.domain.facts.fold import gather
from service.domain.facts.model import Facts
from service.domain.facts.parties import GateBasis, part_of
from service.domain.facts.progress import progress_of
from service.domain.record.approval import ApprovalGiven
from service.domain.record.event import LogEntry
from service.domain.record.process import VersionName
from service.domain.rules.review_outcomes import Objection, objection
from service.domain.verdict.asked_decisions import basis_at
from service.domain.verdict.readiness import prepare, verdict

READ_AGAIN = "read the verdict again, then vote on that"
MOST_NAMED = 5
"""So many of the criteria that were missing are named."""


class Ballot(NamedTuple):
    """A gatekeeper's vote on a gate. `position`: of the verdict that they read; None: the present one.
    `input_digest`: of that verdict, if they say so."""

    gate: str
    vote: Vote
    person: str
    position: int | None
    input_digest: str | None = None


class VoteInputs(NamedTuple):
    """A concept before a vote on it. `entries`: all its events; `themes`: labels by theme id; `now`: the
    instant of the vote."""

    process: Process
    ref: ProcessRef
    entries: Sequence[LogEntry[Any]]
    facts: Facts
    themes: dict[str, str]
    now: datetime


class VotePlan(NamedTuple):
    """What a vote is bound to for good, as `ApprovalGiven` has it."""

    asked: tuple[str, ...]
    whole: bool
    counted: tuple[str, ...]


def plan_vote(ballot: Ballot, inputs: VoteInputs) -> VotePlan | Objection:
    """Returns what the vote would be bound to, or why it is refused."""
    process, facts = inputs.process, inputs.facts
    progress = progress_of(process, facts.reviews)
    if progress.status == "killed":
        rule = "a killed concept is not voted on"
        return Objection("concept-killed", "path.concept", rule, "reopen it first")
    wrong = objection(process, progress, "go", ballot.gate, None)
    if wrong is not None:
        return wrong
    basis = basis_at(process, facts, progress, ballot.gate)
    refused = _partial(basis, facts, ballot.person) or _repeated(facts, ballot)
    if refused is not None:
        return refused
    seen = _seen(ballot, inputs)
    return seen if isinstance(seen, Objection) else _on_what_was_seen(ballot, inputs, basis, seen)


def _seen(ballot: Ballot, inputs: VoteInputs) -> Facts | Objection:
    """The facts at the position that the voter read."""
    if ballot.position is None:
        return inputs.facts
    facts = gather(entry for entry in inputs.entries if entry.seq <= ballot.position)
    is_later = ballot.position > max(entry.seq for entry in inputs.entries)
    if facts is not None and not is_later:
        return facts
    rule = "is later than the last event" if is_later else "is before the concept was recorded"
    remedy = "take the position of the verdict that you read"
    return Objection("invalid-request", "body.position", rule, remedy)


def _on_what_was_seen(
    ballot: Ballot, inputs: VoteInputs, basis: GateBasis, seen: Facts
) -> VotePlan | Objection:
    case = prepare(inputs.process, inputs.ref, ballot.gate, seen, inputs.themes)
    if ballot.input_digest not in (None, case.input_digest):
        rule = "the verdict there rests on other events: some were recorded since, or another history is here"
        return Objection("changed-since", "body.input_digest", rule, READ_AGAIN)
    judged = verdict(case, inputs.process, inputs.now)
    plan = VotePlan(tuple(sorted(basis.asked)), basis.whole, tuple(sorted(_counted(judged, seen, basis))))
    changed = _changed_since(ballot, inputs, plan)
    return changed or _nothing_to_approve(ballot, judged) or plan


def _counted(judged: Readiness, seen: Facts, basis: GateBasis) -> set[str]:
    """The conversations that count in this verdict, and those that speak against what it is of."""
    entries = chain(judged.gate_criteria, *(decision.criteria for decision in judged.decisions))
    against = (
        each.conversation
        for each in seen.citations.values()
        if each.stance in AGAINST and basis.looks_at(each.decision)
    )
    return {*(each.conversation for entry in entries for each in entry.evidence), *against}


def _partial(basis: GateBasis, facts: Facts, person: str) -> Objection | None:
    part = part_of(facts, basis, person)
    if part is None:
        return None
    rule = f"whoever {part} has no vote on it, whatever their role"
    return Objection("forbidden", "body.vote", rule, "ask a gatekeeper who had no part in it")


def _repeated(facts: Facts, ballot: Ballot) -> Objection | None:
    own = [
        each for each in facts.approvals.values() if (each.gate, each.person) == (ballot.gate, ballot.person)
    ]
    if not own or own[-1].outdated or own[-1].vote != ballot.vote:
        return None
    rule = f"you said so before, as {own[-1].id}, and it still stands"
    return Objection("already-approved", "body.vote", rule, "leave it at that, or vote otherwise")


def _changed_since(ballot: Ballot, inputs: VoteInputs, plan: VotePlan) -> Objection | None:
    """Folds the vote in at the position that its gatekeeper read, and objects if later events outdate it."""
    if ballot.position is None:
        return None
    ref, facts = VersionName(inputs.ref.key, inputs.ref.version), inputs.facts
    given = ApprovalGiven("", ballot.gate, ballot.vote, ref, None, "", **plan._asdict())
    vote = LogEntry(ballot.position, facts.created_at, facts.concept, ballot.person, "", given)
    # Sorting keeps the order of equals: it comes after the event at its position.
    then = gather([*inputs.entries, vote])
    if then is None or "" not in then.approvals or then.approvals[""].outdated is None:
        return None
    rule = f"what you saw has changed since ({then.approvals[''].outdated})"
    return Objection("changed-since", "body.position", rule, READ_AGAIN)


def _nothing_to_approve(ballot: Ballot, verdict: Readiness) -> Objection | None:
    missing = list(_missing(verdict))
    if ballot.vote != "go" or not missing:
        return None
    more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    rule = f"what you saw did not meet {', '.join(missing[:MOST_NAMED])}{more}"
    remedy = "vote go once everything but the approvals is met; a no_go needs nothing"
    return Objection("nothing-to-approve", "body.vote", rule, remedy)


def _missing(verdict: Readiness) -> Iterator[str]:
    """The criteria that blocked beside the approvals; of a verdict on nothing, why there is none."""
    if verdict.not_evaluable is not None:
        yield verdict.not_evaluable.code
    consent = {entry.id for entry in verdict.gate_criteria if entry.kind == "approvals"}
    yield from (id for id in verdict.blocking if id not in consent)
