"""Many conversations recorded in one call."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Model
from schemas.conversation import ConversationIn, DoesNotCount
from schemas.problem import Problem


class ConversationsIn(Model):
    """Conversations of one portfolio."""

    mode: Literal["all", "each"]
    """all: the first problem refuses all of them. each: what cannot be recorded says why, the others are."""
    conversations: Annotated[tuple[ConversationIn, ...], Field(min_length=1, max_length=1000, fail_fast=True)]


class RecordedConversation(Model):
    """A conversation on record, in short."""

    id: str
    counts: bool
    not_counted: list[DoesNotCount]


class BulkItem(Model):
    """What was recorded, or why it was not."""

    conversation: RecordedConversation | None = None
    problem: Problem | None = None


class Bulk(Model):
    """Answers in the order of the request."""

    recorded: int
    problems: int
    items: list[BulkItem]
