"""What a draft of a process, or another version, would do to the concepts that go by it."""

from datetime import datetime
from typing import Literal

from schemas.base import Model
from schemas.page import Page
from schemas.vocabulary import Verdict

Effect = Literal["newly_blocked", "newly_ready", "unchanged"]


class SimulatedProcess(Model):
    """The process that was tried."""

    key: str
    version: int | None
    """Null: this content is not published."""
    digest: str


class EffectCounts(Model):
    """How many concepts each effect has."""

    newly_blocked: int = 0
    newly_ready: int = 0
    unchanged: int = 0


class VerdictInShort(Model):
    """A verdict at the next gate, by one process."""

    gate: str | None
    verdict: Verdict
    blocking: list[str]
    """Criteria that block."""


class NewlyBlocking(Model):
    """A criterion that blocks then and does not block now."""

    id: str
    decision: str | None
    """Null: a criterion of the whole gate."""
    required: int
    actual: int
    message: str


class SimulatedConcept(Model):
    """A live concept, now and then."""

    concept: str
    portfolio: str
    effect: Effect
    """By whether it is ready; what blocks may differ all the same."""
    now: VerdictInShort
    then: VerdictInShort
    newly_blocking: list[NewlyBlocking]
    no_longer_blocking: list[str]
    """Criteria that block now, and then are met or not asked for."""


class Simulation(Page[SimulatedConcept]):
    """Concepts by key, and how many there are of each effect."""

    as_of: datetime
    process: SimulatedProcess
    counts: EffectCounts
    """Of all pages, as of the first one, whichever `effect` was asked for."""
