"""Concepts and the decisions they rest on."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.base import Flag, Key, Label, Model, NewKey, Words
from schemas.citation import Confirmed
from schemas.nouns import External, Externals, Keys, Recorded
from schemas.outcome import OutcomeSeen
from schemas.process import ProcessRef
from schemas.readiness import Owed
from schemas.vocabulary import ConceptStatus, Origin, Verdict

Segments = Annotated[tuple[Label, ...], Field(max_length=50, fail_fast=True)]


class ConceptIn(Model):
    key: NewKey
    portfolio: Key
    title: Label
    process: Key
    """Its latest published version is pinned, unless another is named."""
    process_version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)] | None = None
    origin: Origin
    primary_segment: Label
    segments: Segments = ()
    """Further segments that it serves."""
    team: Keys = ()
    """People who may hold its conversations."""
    external: Externals = ()


class ConceptPatch(Model):
    """Portfolio, process and stage cannot be patched."""

    title: Label | None = None
    origin: Origin | None = None
    primary_segment: Label | None = None
    segments: Segments | None = None
    team: Keys | None = None
    external: Externals | None = None


class Concept(Recorded):
    """A product idea on its way through a process."""

    key: str
    portfolio: str
    title: str
    process: ProcessRef
    origin: Origin
    primary_segment: str
    segments: list[str]
    team: list[str]
    external: list[External]
    status: ConceptStatus
    stage: str
    next_gate: str | None
    passed_gates: list[str]
    launched_at: datetime | None
    enforced: bool
    """False, and for good: it was, at some time, under a process that only warned or observed."""
    conditional: bool
    """It passed a gate under a waiver, and what is owed for that is still to be brought."""
    owed: list[Owed]
    """What, by whom, when, and whether it is overdue."""
    outcomes: list[OutcomeSeen]
    """What became of its decisions since the launch: the verdict that stands on each."""


class MoveIn(Model):
    """Another version of the concept's process, or of another process that its portfolio allows."""

    key: Key | None = None
    """Unsaid: the concept's own process."""
    version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
    reason: Words


class Standing(Model):
    """A concept by one process version, at the gate that comes next by it."""

    process: ProcessRef
    stage: str
    next_gate: str | None
    verdict: Verdict
    blocking: list[str]


class Move(Model):
    """A concept before and after its move."""

    concept: str
    before: Standing
    after: Standing
    moved: bool
    """False: a preview, of which nothing is kept."""


class Alternative(Model):
    """What else could have been decided, and why it was not."""

    statement: Words
    why_not: Words


class DecisionIn(Model):
    statement: Words
    """The choice, as one sentence: we charge 49 a month."""
    owner: Key
    """The person who answers for it."""
    alternatives: Annotated[tuple[Alternative, ...], Field(max_length=50, fail_fast=True)] = ()
    wording_only: Flag = False
    """The same choice in other words. Once an independent gatekeeper confirmed it, what rests on the wording
    before rests on this one."""


class Decision(Recorded):
    """A choice that the concept rests on."""

    key: str
    concept: str
    statement: str
    version: int
    """Moves when the statement changes: support for earlier versions no longer counts."""
    owner: str
    alternatives: list[Alternative]
    stated_at: datetime
    stated_by: str
    outcome: OutcomeSeen | None
    """What became of it, as it was launched; null: not launched, or no verdict yet."""


class DecisionVersion(Model):
    """One wording of a decision, as it stood."""

    version: int
    revision: int
    statement: str
    owner: str
    alternatives: list[Alternative]
    stated_at: datetime
    stated_by: str
    wording_of: int | None = None
    """The version of which it is another wording only, as whoever stated it says."""
    wording_confirmed: Confirmed | None = None
    """By whom, and why; null: by nobody."""


class DisconfirmationIn(Model):
    """A signed note: disconfirming evidence was sought and none was found."""

    gate: Key
    note: Words
    """Where and how it was sought."""


class DisconfirmationNote(Model):
    id: str
    concept: str
    gate: str
    note: str
    signed_by: str
    signed_at: datetime
