"""Moving many concepts to another process version at once."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from schemas.base import Key, Label, Model, Words, no_nul
from schemas.concept import Standing
from schemas.nouns import Keys
from schemas.page import Page
from schemas.problem import Problem
from schemas.process import ProcessRef
from schemas.simulation import Effect, EffectCounts
from schemas.vocabulary import Verdict

Version = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
Elsewhere = Annotated[str, StringConstraints(min_length=1, max_length=265), AfterValidator(no_nul)]
SetName = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}-[0-9a-f]{64}$")]


class MovesPreviewIn(Model):
    """Which live concepts of the process, and where to. What is left out narrows nothing."""

    version: Version
    """The version that they would go by."""
    key: Key | None = None
    """Of another process, which their portfolios allow; unsaid: of their own."""
    from_versions: Annotated[tuple[Version, ...], Field(max_length=100, fail_fast=True)] = ()
    """Only those that go by one of these versions."""
    portfolios: Keys = ()
    gate: Key | None = None
    """Only those whose next gate has this key."""
    stage: Label | None = None
    verdict: Verdict | None = None
    """Only those with this verdict at their next gate now."""
    owner: Key | None = None
    """Only those with a decision that this person answers for."""
    external: Elsewhere | None = None
    """Only those with an id in this system, or with this one: system:id."""


class MovesIn(MovesPreviewIn):
    """The same question, a reason, and the set that its preview answered."""

    reason: Words
    set: SetName


class PlannedMove(Model):
    """A concept before and after its move."""

    concept: str
    portfolio: str
    effect: Effect
    """By whether it is ready; what blocks may differ all the same."""
    before: Standing
    after: Standing


class MovesPreview(Page[PlannedMove]):
    """Concepts by key, and how many there are of each effect. Nothing of it is kept."""

    as_of: datetime
    process: ProcessRef
    """Where they would go."""
    set: str
    """Names these concepts as they stand, and where they go: what a move of them has to say."""
    concepts: int
    """How many would move, on all pages."""
    counts: EffectCounts
    """Of all pages, as of the first one."""


class NotMoved(Model):
    """A concept that stayed where it is, and why."""

    concept: str
    problem: Problem


class Moves(Model):
    """How far the move of a set is."""

    process: ProcessRef
    set: str
    concepts: int
    """How many are in it."""
    moved: int
    """How many of them have moved, by this request or by one like it before."""
    problems: list[NotMoved]
    """Those that this request could not move."""
