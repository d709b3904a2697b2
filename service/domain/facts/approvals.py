"""Approvals: each is bound to what its gatekeeper saw, and outdated for good when that changes."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from msgspec import UNSET
from msgspec.structs import replace

from schemas.process import Approvals
from schemas.readiness import ApprovalSeen
from schemas.vocabulary import ApprovalOutdated
from service.domain.facts.consent import consent_rank
from service.domain.facts.model import Approval, Conversation, Facts
from service.domain.facts.parties import GateBasis, part_of
from service.domain.record.approval import ApprovalGiven
from service.domain.record.edition import FIRST
from service.domain.record.event import LogEntry
from service.domain.record.review import ReviewFacts

BESIDE_FACTS = (
    *("revision", "commitment", "digest", "consent", "consent_stated", "reworded"),
    *("attendees_ever", "revised_at", "reviser", "revisers"),
    *("withdrawn", "erased", "ended_at", "ender"),
)
"""What a revision has of its own, whether or not the talk is another by it."""


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
        counted=None if given.counted is UNSET else frozenset(given.counted),
        asked=None if given.asked is UNSET else frozenset(given.asked),
        whole=given.whole,
    )


def outdate(facts: Facts, why: ApprovalOutdated, conversation: str | None = None) -> None:
    """Marks approvals as outdated; where a conversation is named, only those whose gatekeeper saw it."""
    _outdate(facts, why, lambda approval: conversation is None or conversation in approval.saw)


def outdate_by_revision(facts: Facts, earlier: Conversation | None, revised: Conversation) -> None:
    """Marks those for whom the talk counted, where its facts or words are others now or its consent is less.
    More consent takes nothing away from what they saw."""
    if facts.edition == FIRST or earlier is None or not _is_another(earlier, revised):
        return
    _outdate(
        facts,
        "REVISED",
        lambda vote: revised.id in (vote.saw if vote.counted is None else vote.counted),
    )


def _is_another(earlier: Conversation, revised: Conversation) -> bool:
    if revised.reworded is not False or consent_rank(revised.consent) < consent_rank(earlier.consent):
        return True
    same = {name: getattr(earlier, name) for name in BESIDE_FACTS}
    return replace(revised, **same) != earlier


def outdate_by_review(facts: Facts, review: ReviewFacts) -> None:
    """Marks votes on the gate that was held, or on those that were recycled; all, where it was killed."""
    if facts.edition == FIRST:
        return
    if review.outcome == "kill":
        _outdate(facts, "DECIDED", lambda _: True)
    elif review.outcome == "hold":
        _outdate(facts, "DECIDED", lambda vote: vote.gate == review.gate)
    elif review.outcome == "recycle":
        _outdate(facts, "DECIDED", lambda vote: vote.gate in (review.to, *review.recycled))


def outdate_parties(facts: Facts, people: Iterable[str]) -> None:
    """Marks the votes of those among these people who are parties to what they voted on by now."""
    if facts.edition == FIRST:
        return
    people = {*people}
    _outdate(facts, "BECAME_A_PARTY", lambda vote: vote.person in people and _is_party(facts, vote))


def _is_party(facts: Facts, vote: Approval) -> bool:
    # Of a vote of an earlier release it is not recorded what its gate asked for.
    asked = frozenset(facts.decisions) if vote.asked is None else vote.asked
    return part_of(facts, GateBasis(asked, vote.whole), vote.person) is not None


def _outdate(facts: Facts, why: ApprovalOutdated, concerns: Callable[[Approval], bool]) -> None:
    for id, approval in facts.approvals.items():
        if approval.outdated is None and concerns(approval):
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
