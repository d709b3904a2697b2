"""The page of readiness: where every live concept stands before its next gate."""

from datetime import datetime

from schemas.base import Model
from schemas.nouns import External
from schemas.page import Page
from schemas.process import ProcessRef
from schemas.vocabulary import NotEvaluable, Verdict


class VerdictCounts(Model):
    """How many concepts there are of each verdict."""

    ready: int = 0
    waived: int = 0
    blocked: int = 0
    not_evaluable: int = 0


class ReadinessEntry(Model):
    """A live concept and its verdict at its next gate, in short."""

    concept: str
    title: str | None
    portfolio: str
    process: ProcessRef
    gate: str | None
    verdict: Verdict
    ready: bool
    not_evaluable: NotEvaluable | None
    """Why there is nothing to evaluate."""
    passes_until: datetime | None
    """It is ready up to, and not at, this instant; null: not ready, or never by time alone."""
    blocking: list[str]
    """Criteria that block."""
    warnings: list[str]
    """Criteria that should be met and are not."""
    external: list[External]


class ReadinessPage(Page[ReadinessEntry]):
    """What expires first comes first; then, by key, what does not expire or is not ready."""

    as_of: datetime
    counts: VerdictCounts
    """Of all pages, whichever `verdict` was asked for."""


class BotExternal(Model):
    """The same thing in another system."""

    system: str
    id: str


class BotReadinessEntry(Model):
    """A live concept and its verdict, without a word that anybody wrote."""

    concept: str
    portfolio: str
    process: ProcessRef
    gate: str | None
    verdict: Verdict
    ready: bool
    not_evaluable: NotEvaluable | None
    passes_until: datetime | None
    blocking: list[str]
    warnings: list[str]
    external: list[BotExternal]


class BotReadinessPage(Page[BotReadinessEntry]):
    """The page of readiness as a token with the role bot is answered."""

    as_of: datetime
    counts: VerdictCounts
