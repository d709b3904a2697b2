"""A gate process: gates in order, the decisions each asks for, and the criteria language."""

from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag

from schemas.base import Count, Flag, Instant, Key, Label, Model, Words
from schemas.observation import TouchCode
from schemas.vocabulary import (
    CommitmentKind,
    Conductor,
    EvidenceKind,
    Has,
    Level,
    Mode,
    Relationship,
    Since,
    Stance,
    Unit,
)

Days = Annotated[int, Field(strict=True, ge=1, le=3650)]


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


T = TypeVar("T")
# In a filter one value may stand alone; a list means any of them.
AnyOf = Annotated[tuple[T, ...], BeforeValidator(_one_or_many), Field(min_length=1, max_length=50)]


class Where(Model):
    """Filters on what counts. Different filters must all hold; a list in one means any of it."""

    stance: AnyOf[Stance] | None = None
    """Stances that count; `supports` unless said."""
    kinds: AnyOf[EvidenceKind] | None = None
    within_days: Days | None = None
    """Own window of freshness; null: the concept's whole life; unsaid: the gate's or the process's."""
    since: Since | None = None
    """Held after the latest go at the gate before, or after the launch."""
    segment: AnyOf[Label] | None = None
    """`primary` is the concept's primary segment; anything else is a segment's name."""
    relationship: AnyOf[Relationship] | None = None
    relationship_not: AnyOf[Relationship] | None = None
    first_hand: Literal[True] | None = None
    """Somebody of the concept's team attended."""
    conducted_by: AnyOf[Conductor] | None = None
    attendee_function: AnyOf[Label] | None = None
    """A colleague of this function attended, such as marketing."""
    leader_attending: Literal[True] | None = None
    has: AnyOf[Has] | None = None
    commitment: AnyOf[CommitmentKind] | None = None
    theme: AnyOf[Label] | None = None
    clear_of: AnyOf[TouchCode] | None = None
    """Touched by none of these observations. Of a pair only the conversation recorded later is touched."""


class _Criterion(Model):
    id: Key | None = None
    """Stable name, unique in the process; unsaid: numbered by its place."""
    level: Level = "must"
    """must blocks, should warns."""
    waivable: Flag = True
    why: Words | None = None
    """Where the rule comes from."""


class AtLeast(_Criterion):
    """At least so many different units among the citations that count."""

    at_least: Count
    of: Unit
    where: Where = Where()


class Pattern(_Criterion):
    """Some theme voiced by at least so many different customers of one segment."""

    pattern: Count
    where: Where = Where()


class Contradictions(_Criterion):
    """Each citation that contradicts or is mixed has a written answer by the decision's owner."""

    contradictions: Literal["answered"]


class Disconfirmation(_Criterion):
    """At least so many conversations that do not simply agree, or a signed note that none was found."""

    disconfirmation: Count


class Approvals(_Criterion):
    """At least so many independent gatekeepers say go, on what stands now. Consent is never waived."""

    approvals: Count
    first_hand_within_days: Days | None = None
    """One of them at least spoke with a customer so many days before they said so, at most."""
    waivable: Literal[False] = False


def kind_of(criterion: Any) -> str | None:
    """The criterion's kind: the one of KINDS that it names; None when it names none."""
    names = criterion if isinstance(criterion, dict) else getattr(type(criterion), "model_fields", ())
    return next((kind for kind in KINDS if kind in names), None)


Criterion = Annotated[
    Annotated[AtLeast, Tag("at_least")]
    | Annotated[Pattern, Tag("pattern")]
    | Annotated[Contradictions, Tag("contradictions")]
    | Annotated[Disconfirmation, Tag("disconfirmation")]
    | Annotated[Approvals, Tag("approvals")],
    Discriminator(kind_of),
]
CRITERIA: dict[str, type] = {tag.tag: model for model, tag in map(get_args, get_args(get_args(Criterion)[0]))}
"""The model of each kind, by its name."""
KINDS = tuple(CRITERIA)


class Counts(Model):
    """What a citation needs to count at all, for the whole process."""

    kinds: AnyOf[EvidenceKind] = ("interview", "site_visit", "customer_call", "usability_session")
    within_days: Days | None = 90
    min_minutes: Annotated[int, Field(strict=True, ge=0, le=600)] = 15
    min_words: Annotated[int, Field(strict=True, ge=0, le=5000)] = 60
    first_hand: Flag = True
    """Somebody of the concept's team must have attended."""
    solution_unseen_for: tuple[Key, ...] = ("problem", "target_customer")
    """Decisions for which a conversation that showed the solution does not count."""


class Waivers(Model):
    """How long an exception may last, and how many there may be."""

    max_days: Days = 30
    most_criteria: Count | None = None
    """Of one gate, in all its waivers; null: as many as are waivable."""


class Admissions(Model):
    """How many citations a gatekeeper may let count in spite of rules of thumb."""

    most: Annotated[int, Field(strict=True, ge=0, le=100)] = 1
    """Of each decision at each gate."""


class Opens(Model):
    """When a gate can be reviewed, in days after the launch."""

    after_launch_days: Days
    due_days: Days | None = None


class AskedDecision(Model):
    """A decision that a gate asks for, with its criteria."""

    key: Key
    title: Label
    level: Level = "must"
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=50)]


class Gate(Model):
    """A checkpoint between two stages."""

    key: Key
    title: Label
    stage: Label
    """The stage that a go at this gate opens."""
    launch: Flag = False
    """The go at this gate is the launch."""
    opens: Opens | None = None
    within_days: Days | None = None
    """Freshness at this gate; unsaid: as in `counts`; null: the concept's life."""
    decisions: Annotated[tuple[AskedDecision, ...], Field(min_length=1, max_length=50)]
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=50)] = ()
    """Rules for the whole gate: they look at all the concept's citations."""


class Process(Model):
    """A gate process as published."""

    title: Label
    key: Key | None = None
    """When given, the key in the address."""
    description: Words | None = None
    mode: Mode = "enforce"
    """`enforce` refuses a go that is not earned; `warn` lets it pass if the review says `acknowledged`;
    `observe` lets it pass. The verdict is the true one all the same."""
    initial_stage: Label = "discovery"
    counts: Counts = Counts()
    waivers: Waivers = Waivers()
    admissions: Admissions = Admissions()
    gates: Annotated[tuple[Gate, ...], Field(min_length=1, max_length=30)]


class ProcessVersion(Model):
    """A published version: it never changes."""

    key: str
    version: int
    digest: str
    published_at: Instant
    published_by: str
    document: Process


class ProcessRef(Model):
    """Which version of which process."""

    key: str
    version: int
    digest: str
