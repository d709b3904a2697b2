"""The state of a waiver at an instant: its days run from its approval, and it holds up to its end."""

from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.process import ProcessRef
from schemas.vocabulary import WaiverState
from service.domain.facts.approvals import outdate
from service.domain.facts.model import Facts, Waiver
from service.domain.record.event import LogEntry
from service.domain.record.waiver import (
    RulingFacts,
    WaiverApproved,
    WaiverRejected,
    WaiverRequested,
    WaiverRevoked,
)


def ends_at(waiver: Waiver) -> datetime | None:
    """The first instant at which it holds no longer by time alone: its days are over, or its evidence is
    overdue. None until it is approved."""
    over = _days_over_at(waiver)
    return min(over, waiver.requested_due_at or over) if over else None


def due_at(waiver: Waiver) -> datetime | None:
    """The instant at which the evidence is due: the one asked for, else when the waiver's days are over."""
    return waiver.requested_due_at or _days_over_at(waiver)


def _days_over_at(waiver: Waiver) -> datetime | None:
    return waiver.approved_at + timedelta(days=waiver.days) if waiver.approved_at else None


class ApprovedWaiver(NamedTuple):
    """An approved waiver, and whether what it was for has changed since."""

    waiver: Waiver
    outdated: bool


def state(waiver: Waiver, facts: Facts, as_of: datetime) -> WaiverState:
    """The waiver's state, whether or not its criteria are met without it."""
    return state_of(ApprovedWaiver(waiver, is_outdated(waiver, facts)), as_of)


def state_of(given: ApprovedWaiver, as_of: datetime) -> WaiverState:
    """The state of a waiver of which it is known whether it is outdated."""
    waiver = given.waiver
    if waiver.rejected_at:
        return "rejected"
    if waiver.revoked_at:
        return "revoked"
    if given.outdated:
        return "outdated"
    over = ends_at(waiver) if waiver.approved_at else waiver.requested_due_at
    if over is not None and as_of >= over:
        return "expired"
    return "active" if waiver.approved_at else "requested"


def is_outdated(waiver: Waiver, facts: Facts) -> bool:
    """Returns whether the waiver was for another version of a decision or of the process."""
    return waiver.process != (facts.process_key, facts.process_version) or any(
        key not in facts.decisions or facts.decisions[key].version != version
        for key, version in waiver.versions.items()
    )


def approved_waivers(facts: Facts, gate: str, ref: ProcessRef) -> dict[str, ApprovedWaiver]:
    """The approved waiver of each criterion that has one at this gate, by this version of the process.

    There is one at most: a criterion is waived once per gate.
    """
    approved = [(each.approved_at, each.id, each) for each in facts.waivers.values() if each.approved_at]
    return {
        criterion: ApprovedWaiver(waiver, is_outdated(waiver, facts))
        for _, _, waiver in sorted(approved, reverse=True)
        if waiver.gate == gate and waiver.process == (ref.key, ref.version)
        for criterion in waiver.criteria
    }


def waiver_requested(facts: Facts, entry: LogEntry[WaiverRequested]) -> None:
    """Fold the request of a waiver."""
    asked = entry.event
    facts.waivers[asked.waiver] = Waiver(
        id=asked.waiver,
        gate=asked.gate,
        criteria=tuple(sorted(asked.criteria)),
        versions=asked.decisions,
        process=(asked.process.key, asked.process.version),
        days=asked.days,
        requested_due_at=asked.due_at,
        owed_by=asked.owed_by,
        requester=entry.actor,
        requested_at=entry.at,
    )


def waiver_ruled(facts: Facts, entry: LogEntry[RulingFacts]) -> None:
    """Fold a ruling on a waiver, with what follows from it."""
    ruling, waiver = entry.event, facts.waivers[entry.event.waiver]
    match ruling:
        case WaiverApproved():
            outdate(facts, "WAIVED")
            waiver = waiver._replace(approved_at=entry.at)
        case WaiverRejected():
            waiver = waiver._replace(rejected_at=entry.at)
        case WaiverRevoked():
            waiver = waiver._replace(revoked_at=entry.at)
    facts.waivers[ruling.waiver] = waiver
