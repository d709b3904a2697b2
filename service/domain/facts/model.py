"""The facts of a concept, as the verdict reads them: ids, instants, counts and flags."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from schemas.conversation import Reason
from schemas.vocabulary import ApprovalOutdated, Effect, ReviewOutcome, Stance, Vote
from service.domain.record import edition
from service.domain.record.conversation import ConversationFacts


class Conversation(ConversationFacts, frozen=True, kw_only=True):
    """The latest revision of a conversation as it was recorded, and what else the log says of it.
    `author`: who recorded it first, at `recorded_at`; `digest`: of the revision's event; `revisers`: whoever
    revised it; `ended_at`: when it was withdrawn or erased first."""

    id: str
    recorded_at: datetime
    author: str
    revised_at: datetime
    reviser: str
    digest: str
    withdrawn: bool = False
    erased: bool = False
    ended_at: datetime | None = None
    ender: str | None = None
    revisers: frozenset[str] = frozenset()
    coded: tuple[str, ...] = ()
    """Themes that it was coded with since it was recorded: they are among its themes."""

    @property
    def over_at(self) -> datetime:
        """The instant at which the talk was over."""
        return self.held_at + timedelta(minutes=self.minutes or 0)

    def counts_from(self, by_edition: int) -> datetime:
        """The instant from which it counts: its end, and by the first edition its beginning."""
        return self.held_at if by_edition == edition.FIRST else self.over_at


class Admission(NamedTuple):
    """An independent gatekeeper's yes to a citation, at a gate, in spite of these reasons."""

    gate: str
    codes: tuple[Reason, ...]
    by: str
    at: datetime


class Slip(NamedTuple):
    """An independent gatekeeper's word that a stance was a slip."""

    by: str
    at: datetime


class Citation(NamedTuple):
    """One conversation brought to one version of one decision."""

    id: str
    conversation: str
    decision: str
    version: int
    stance: Stance
    shaped: bool
    copied: bool
    citer: str
    at: datetime
    effect: Effect | None = None
    unrelated: bool = False
    withdrawn: bool = False
    withdrawn_at: datetime | None = None
    slip: Slip | None = None
    admitted: Admission | None = None


class Decision(NamedTuple):
    """The current wording of a decision; `version` moves with the statement. `wording_of`: the version of
    which it is another wording only; `is_confirmed`: by an independent gatekeeper."""

    key: str
    version: int
    revision: int
    owner: str
    stated_by: str
    statement: str | None
    wording_of: int | None = None
    is_confirmed: bool = False
    thin: bool = False


class Wording(NamedTuple):
    """A version of a decision, since it was stated."""

    decision: str
    version: int
    at: datetime


class Review(NamedTuple):
    """A gate outcome, the versions of decisions that it judged, the gates whose go it took back, who decided,
    and whether the verdict then was ready."""

    gate: str | None
    outcome: ReviewOutcome
    to: str | None
    at: datetime
    versions: Mapping[str, int]
    recycled: tuple[str, ...] = ()
    decider: str = ""
    id: str = ""
    ready: bool = True


class ConceptChange(NamedTuple):
    """Something of the concept itself, or the process that it goes by, became another."""

    at: datetime
    person: str
    what: Literal["team", "segments", "process"]


class TeamSince(NamedTuple):
    """The concept's team from an instant on."""

    since: datetime
    people: frozenset[str]


class Note(NamedTuple):
    """Signed: disconfirming evidence was sought for this gate, and none found."""

    gate: str
    at: datetime
    signer: str


class Waiver(NamedTuple):
    """An exception to named criteria of one gate. `versions`: of the decisions that it is for.
    `went_at`: the last go at its gate while it held."""

    id: str
    gate: str
    criteria: tuple[str, ...]
    versions: Mapping[str, int]
    process: tuple[str, int]
    days: int
    requested_due_at: datetime | None
    owed_by: str
    requester: str
    requested_at: datetime
    approved_at: datetime | None = None
    rejected_at: datetime | None = None
    revoked_at: datetime | None = None
    went_at: datetime | None = None


class Approval(NamedTuple):
    """A gatekeeper's vote. `saw`: the conversations cited then. `outdated`: what changed of what they saw.
    `counted`: the conversations that counted in it, or spoke against it; None: not recorded. `asked`: the
    decisions that the gate asked for, None: not recorded; `whole`: it looked at the citations of others too.
    """

    id: str
    gate: str
    person: str
    vote: Vote
    at: datetime
    first_hand_at: datetime | None
    saw: frozenset[str]
    outdated: ApprovalOutdated | None = None
    counted: frozenset[str] | None = None
    asked: frozenset[str] | None = None
    whole: bool = True


class Leap(NamedTuple):
    """A leap of a clock that was ended at an instant, by the event at `seq`. Its own events, from `first` on,
    bear instants up to `until`, and count as recorded when it was ended."""

    seq: int
    first: int
    until: datetime
    ended_at: datetime


@dataclass(slots=True)
class Facts:
    """Everything a verdict on one concept rests on. `latest`: the instant of its last event."""

    concept: str
    created_at: datetime
    latest: datetime
    portfolio: str
    process_key: str
    process_version: int
    primary_segment: str
    segments: frozenset[str]
    team: frozenset[str]
    segments_ever: frozenset[str]
    decisions: dict[str, Decision] = field(default_factory=dict)
    wordings: list[Wording] = field(default_factory=list)
    citations: dict[str, Citation] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    answered: set[tuple[str, int]] = field(default_factory=set)
    """(citation, version of the decision) pairs."""
    answerers: set[tuple[str, str]] = field(default_factory=set)
    """(citation, person) pairs."""
    reviews: list[Review] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    waivers: dict[str, Waiver] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    earlier: list[Conversation] = field(default_factory=list)
    """Conversations as they were before they were revised, withdrawn or erased."""
    leaps: list[Leap] = field(default_factory=list)
    used: list[tuple[int, str, str]] = field(default_factory=list)
    """(position, stream, digest) of each event seen."""
    admissions: list[tuple[str, str]] = field(default_factory=list)
    """The decision and the gate of each."""
    changes: list[ConceptChange] = field(default_factory=list)
    teams: list[TeamSince] = field(default_factory=list)
    """Every team that the concept had, the first one first."""
    merged_themes: dict[str, str] = field(default_factory=dict)
    """By theme: the one that it is counted as, since they were merged."""
    merged_customers: dict[str, str] = field(default_factory=dict)
    """By customer: the one that it is counted as, since they were merged."""
    edition: int = edition.CURRENT
    """Of the rules by which they are read."""
