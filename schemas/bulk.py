"""Many conversations or citations recorded in one call."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Model
from schemas.citation import CitationIn
from schemas.conversation import ConversationIn, DoesNotCount
from schemas.problem import Problem

Mode = Literal["all", "each"]


class ConversationsIn(Model):
    """Conversations of one portfolio."""

    mode: Mode
    """all: the first problem refuses all of them. each: what cannot be recorded says why, the others are."""
    conversations: Annotated[tuple[ConversationIn, ...], Field(min_length=1, max_length=1000, fail_fast=True)]


class RecordedInBulk(Model):
    """A conversation or citation on record, in short."""

    id: str
    counts: bool
    not_counted: list[DoesNotCount]


class BulkItem(Model):
    """What was recorded, or why it was not."""

    conversation: RecordedInBulk | None = None
    problem: Problem | None = None


class Bulk(Model):
    """Answers in the order of the request."""

    recorded: int
    problems: int
    items: list[BulkItem]


class CitationsIn(Model):
    """Citations for one concept."""

    mode: Mode
    """all: the first problem refuses all of them. each: what cannot be cited says why, the others are."""
    citations: Annotated[tuple[CitationIn, ...], Field(min_length=1, max_length=1000, fail_fast=True)]


class CitedItem(Model):
    """What was cited, or why it was not."""

    citation: RecordedInBulk | None = None
    problem: Problem | None = None


class BulkCitations(Model):
    """Answers in the order of the request."""

    recorded: int
    problems: int
    items: list[CitedItem]
