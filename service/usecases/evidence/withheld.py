"""Quotes that a customer does not allow, and whatever was written that repeats them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from schemas.citation import Answer, Shaped
from service.domain.texts.repeats import folded, repeats
from service.store.reading import subject_data
from service.store.words.contents import words_of

TEXTS = ("from", "to", "note")


def quotes_of(connection: Connection, conversations: Collection[str]) -> dict[str, set[str]]:
    """The quotes of these conversations by any revision, folded, by conversation."""
    streams = subject_data.recorded_words(connection, conversations) if conversations else {}
    quotes: dict[str, set[str]] = {id: set() for id in conversations}
    for content, words in words_of(connection, streams).items():
        quotes[streams[content]] |= {folded(quote["text"]) for quote in words.get("quotes", ())}
    return quotes


def without_quotes(shaped: Mapping[str, Any] | None, quotes: Iterable[str]) -> tuple[Shaped | None, bool]:
    """A citation's shaping without the texts that repeat a quote, and whether any did."""
    if shaped is None:
        return None, False
    repeating = [name for name in TEXTS if repeats(shaped[name], quotes)]
    return Shaped(**{**shaped, **dict.fromkeys(repeating)}), bool(repeating)


def answers_without_quotes(answers: Iterable[Answer], quotes: Collection[str]) -> list[Answer]:
    """Answers; of one that repeats a quote, not its text."""
    return [
        each.model_copy(update={"answer": "", "withheld": True}) if repeats(each.answer, quotes) else each
        for each in answers
    ]
