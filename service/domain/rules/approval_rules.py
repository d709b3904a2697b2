"""Who may vote on a gate, and when."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from schemas.process import Process
from schemas.vocabulary import Vote
from service.domain.facts.fold import gather
from service.domain.facts.model import Facts
from service.domain.facts.progress import Progress
from service.domain.record.approval import ApprovalGiven
from service.domain.record.event import LogEntry
from service.domain.record.process import VersionName
from service.domain.rules.review_outcomes import Objection, objection
from service.domain.verdict.asked_decisions import decisions_at


class Ballot(NamedTuple):
    """A gatekeeper's vote on a gate. `position`: of the verdict that they read; None: the present one."""

    gate: str
    vote: Vote
    person: str
    position: int | None


def approval_objection(
    process: Process, entries: Sequence[LogEntry[Any]], facts: Facts, progress: Progress, ballot: Ballot
) -> Objection | None:
    """Returns why the vote is refused; None: it is in order."""
    if progress.status == "killed":
        rule = "a killed concept is not voted on"
        return Objection("concept-killed", "path.concept", rule, "reopen it first")
    return (
        objection(process, progress, "go", ballot.gate, None)
        or _dependent(process, facts, progress, ballot)
        or _repeated(facts, ballot)
        or _changed_since(entries, facts, ballot)
    )


def _dependent(process: Process, facts: Facts, progress: Progress, ballot: Ballot) -> Objection | None:
    gate = next(gate for gate in process.gates if gate.key == ballot.gate)
    keys = {decision.key for decision, _ in decisions_at(process, gate, facts, progress)}
    what = next(_own(facts, keys, ballot.person), None)
    if what is None:
        return None
    rule = f"whoever {what} has no vote on it, whatever their role"
    return Objection("forbidden", "body.vote", rule, "ask a gatekeeper who had no part in it")


def _own(facts: Facts, keys: set[str], person: str) -> Iterator[str]:
    cited = [each for each in facts.citations.values() if not each.withdrawn]
    if any(each.citer == person for each in cited):
        yield "cited the evidence"
    if any(facts.conversations[each.conversation].author == person for each in cited):
        yield "recorded the evidence"
    if any(key in facts.decisions and facts.decisions[key].stated_by == person for key in keys):
        yield "stated a decision that the gate asks for"


def _repeated(facts: Facts, ballot: Ballot) -> Objection | None:
    own = [
        each for each in facts.approvals.values() if (each.gate, each.person) == (ballot.gate, ballot.person)
    ]
    if not own or own[-1].outdated or own[-1].vote != ballot.vote:
        return None
    rule = f"you said so before, as {own[-1].id}, and it still stands"
    return Objection("already-approved", "body.vote", rule, "leave it at that, or vote otherwise")


def _changed_since(entries: Sequence[LogEntry[Any]], facts: Facts, ballot: Ballot) -> Objection | None:
    """Folds the vote in at the position that its gatekeeper read, and objects if later events outdate it."""
    if ballot.position is None:
        return None
    latest = max(entry.seq for entry in entries)
    if ballot.position > latest:
        remedy = "take the position of the verdict that you read"
        return Objection("invalid-request", "body.position", "is later than the last event", remedy)
    ref = VersionName(facts.process_key, facts.process_version)
    given = ApprovalGiven("", ballot.gate, ballot.vote, ref, first_hand_at=None, commitment="")
    vote = LogEntry(ballot.position, facts.created_at, facts.concept, ballot.person, "", given)
    # Sorting keeps the order of equals: it comes after the event at its position.
    then = gather([*entries, vote])
    if then is None or "" not in then.approvals or then.approvals[""].outdated is None:
        return None
    rule = f"what you saw has changed since ({then.approvals[''].outdated})"
    return Objection("changed-since", "body.position", rule, "read the verdict again, then vote on that")
