"""Gates looked at from after the launch: passes that held beside passes that did not."""

from datetime import datetime

from schemas.base import Model
from schemas.page import Page
from schemas.vocabulary import Became, Level


class BecameCounts(Model):
    """How many held, did not hold, or cannot be told."""

    held: int = 0
    did_not_hold: int = 0
    open: int = 0
    """No verdict yet."""
    restated: int = 0
    """What was passed there is not what was launched: it was stated, or stated otherwise, afterwards."""


class ComparedDecisions(Model):
    """The launched decisions that those passes asked for, each once per concept."""

    held: int = 0
    did_not_hold: int = 0
    open: int = 0
    generalise: int = 0
    leave_behind: int = 0


class ComparedPasses(Model):
    """Passes of a gate. A pass held when every launched decision that it asked for held; it did not hold
    when one of them did not; it is open as long as a verdict is missing."""

    with_waiver: BecameCounts
    """Some criterion was let pass by a waiver."""
    without_waiver: BecameCounts


class ComparedCriterion(Model):
    """One criterion of a process, over all its versions: how it stood at each pass, and what became of it."""

    process: str
    criterion: str
    versions: list[int]
    """Of the process, by which these passes were judged."""
    gate: str
    """As in the newest of these versions, like all that follows but the counts."""
    decision: str | None
    """Null: it is a rule for the whole gate, and goes by all its decisions."""
    kind: str
    level: Level
    passes: int
    met: BecameCounts
    waived: BecameCounts
    unmet: BecameCounts
    """It should have been met, or the process did not enforce it."""
    not_applicable: BecameCounts


class OutcomeReport(Page[ComparedCriterion]):
    """Per criterion, by process and id. The figures beside the items are of all pages."""

    concepts: int
    """Launched concepts with such a pass, killed ones among them."""
    decisions: ComparedDecisions
    passes: ComparedPasses


class WaivedCriterion(Model):
    """A criterion that a waiver let pass."""

    criterion: str
    decision: str | None
    became: Became


class ComparedWaiver(Model):
    """A waiver that a launched concept went through a gate with, and what became of what it let pass."""

    waiver: str
    concept: str
    portfolio: str
    process: str
    version: int
    gate: str
    review: str
    went_at: datetime
    criteria: list[WaivedCriterion]
    became: Became
    """Of the waived criteria together: one that did not hold is enough."""


class WaiverReport(Page[ComparedWaiver]):
    """Per waiver, in the order of asking for them."""
