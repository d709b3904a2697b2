"""The readiness of many named concepts in one call."""

from typing import Annotated

from pydantic import Field

from schemas.base import Instant, Key, Label, Model
from schemas.bot_readiness import BotReadiness
from schemas.moves import Elsewhere
from schemas.problem import Problem
from schemas.readiness import Readiness
from schemas.readiness_page import VerdictCounts

MOST = 500


class BatchItemIn(Model):
    """A concept by its key, or by its id elsewhere."""

    concept: Label | None = None
    external: Elsewhere | None = None
    """system:id"""
    portfolio: Key | None = None
    """Whose id elsewhere it is: those are unique in a portfolio only."""
    gate: Label | None = None
    """Unsaid: the next gate."""
    as_of: Instant | None = None
    """Unsaid: now."""


class BatchIn(Model):
    concepts: Annotated[tuple[BatchItemIn, ...], Field(min_length=1, max_length=MOST, fail_fast=True)]
    """The same one may stand here several times."""


class BatchCounts(VerdictCounts):
    """How many answers there are of each verdict, and how many problems."""

    problems: int = 0


class BatchItem(Model):
    """The verdict, as asked for alone; or why there is none."""

    readiness: Readiness | BotReadiness | None = None
    problem: Problem | None = None


class Batch(Model):
    """Answers in the order of the request."""

    ready: bool
    """True only if every one of them is."""
    counts: BatchCounts
    items: list[BatchItem]
