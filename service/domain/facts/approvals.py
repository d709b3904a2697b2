"""Approvals: each is bound to what its gatekeeper saw, and outdated for good when that changes."""

from collections.abc import Sequence
from datetime import timedelta

from schemas.process import Approvals
from schemas.readiness import ApprovalSeen
from schemas.vocabulary import ApprovalOutdated
from service.domain.facts.model import Approval, Facts
from service.domain.record.approval import ApprovalGiven
from service.domain.record.event import LogEntry


def approved(facts: Facts, entry: LogEntry[ApprovalGiven]) -> None:
    """Fold a gatekeeper's word, with what was cited at that time."""
    given = entry.event
    facts.approvals[given.approval] = Approval(
        id=given.approval,
        gate=given.gate,
        person=entry.actor,
        vote=given.vote,
        at=entry.at,
        first_hand_at=given.first_hand_at,
        saw=frozenset(each.conversation for each in facts.citations.values() if not each.withdrawn),
    )


def outdate(facts: Facts, why: ApprovalOutdated, conversation: str | None = None) -> None:
    """Marks approvals as outdated; where a conversation is named, only those whose gatekeeper saw it."""
    for id, approval in facts.approvals.items():
        if approval.outdated is None and (conversation is None or conversation in approval.saw):
            facts.approvals[id] = approval._replace(outdated=why)


def last_words(facts: Facts, gate: str) -> list[ApprovalSeen]:
    """The last word of each gatekeeper on this gate, in the order of saying."""
    latest: dict[str, Approval] = {}
    for approval in facts.approvals.values():
        if approval.gate == gate:
            latest.pop(approval.person, None)
            latest[approval.person] = approval
    return [
        ApprovalSeen(
            id=each.id,
            by=each.person,
            vote=each.vote,
            at=each.at,
            counts=each.vote == "go" and each.outdated is None,
            outdated=each.outdated,
        )
        for each in latest.values()
    ]


def counted(criterion: Approvals, words: Sequence[ApprovalSeen], facts: Facts) -> int:
    """The number of votes for go that count. One place stays free for a voter who spoke with a customer."""
    going = [facts.approvals[each.id] for each in words if each.counts]
    if criterion.first_hand_within_days is None:
        return len(going)
    window = timedelta(days=criterion.first_hand_within_days)
    is_first_hand = any(each.first_hand_at and each.at - each.first_hand_at <= window for each in going)
    return len(going) if is_first_hand else min(len(going), criterion.approvals - 1)
