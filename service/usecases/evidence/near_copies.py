"""Whom a summary repeats: decided as it is recorded, and at each revision, against all that was recorded."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection

from service.domain.texts.forms import is_form_like, questions_of
from service.domain.texts.runs import NEAR_COPY, EarlierText, Runs, closest, runs_of
from service.domain.texts.words import Words, words_of
from service.store.nouns import conversations
from service.store.reading import subject_data
from service.store.sql.engine import Database
from service.store.words import contents, text_sketches
from service.usecases.unit_of_work import Work

MOST = 24
"""Candidates that are opened and compared. The more a text shares, the likelier is it among the first."""
BATCH = 100


class Resemblance(NamedTuple):
    """What a summary shares with others: the id of the conversation that it nearly repeats, or with which it
    shares passages; or of which it has the same questions. `sketch`: to be stored."""

    near_copy_of: str | None
    shares_text_with: str | None
    form_of: str | None
    sketch: list[int]

    def recorded(self) -> dict[str, Any]:
        """The fields of the event."""
        return {name: getattr(self, name) for name in ("near_copy_of", "shares_text_with", "form_of")}


def resemblance(
    work: Work, portfolio: str, summary: str, words: Words, conversation: str | None = None
) -> Resemblance:
    """Looks for what a summary repeats. `conversation`: whose revision it is; it is no copy of itself, nor of
    its own copies."""
    key = text_sketches.key_for(work.tx, portfolio)
    runs = runs_of(words.tokens, key)
    ids, sketch = text_sketches.find(work.tx, runs, MOST)
    others = [id for id in ids if id != conversation]
    if not others:
        return Resemblance(None, None, None, sketch)
    texts = _summaries(work.tx, portfolio, others)
    compared = [
        EarlierText(
            text.conversation, text.customer, runs_of(words_of(text.summary).tokens, key), text.is_copy
        )
        for text in texts
        if conversation is None or text.copy_of != conversation
    ]
    best = closest(runs, compared)
    asked = questions_of(summary)
    form = next((text.conversation for text in texts if is_form_like(asked, text.summary)), None)
    if best is None:
        return Resemblance(None, None, form, sketch)
    copied = best.conversation if best.containment >= NEAR_COPY else None
    return Resemblance(copied, None if copied else best.conversation, form, sketch)


class _Summary(NamedTuple):
    conversation: str
    customer: str
    summary: str
    copy_of: str | None

    @property
    def is_copy(self) -> bool:
        return self.copy_of is not None


def _summaries(connection: Connection, portfolio: str, ids: Iterable[str]) -> list[_Summary]:
    """What was recorded as the summary of these conversations, by any revision; what was erased is not
    there."""
    rows = {
        row.id: row for row in conversations.of_portfolio(connection, portfolio, ids) if not row.erased_at
    }
    streams = subject_data.recorded_words(connection, rows) if rows else {}
    revisions: Mapping[str, Any] = contents.words_of(connection, streams)
    texts = {(streams[content], words.get("summary", "")) for content, words in revisions.items()}
    return [
        _Summary(id, rows[id].customer, summary, rows[id].facts.near_copy_of) for id, summary in sorted(texts)
    ]


def sketch_some(db: Database) -> bool:
    """Makes sketches of some conversations that have none: recorded by an older release, or imported.
    Returns whether there may be more."""
    with db.writing() as tx:
        rows = text_sketches.unsketched(tx, conversations.conversations, BATCH)
        streams = subject_data.recorded_words(tx, [row.id for row in rows]) if rows else {}
        revisions = contents.words_of(tx, streams)
        for row in rows:
            sketches = [
                text_sketches.find(tx, _runs(tx, row.portfolio, revisions[content]), 0).sketch
                for content, id in streams.items()
                if id == row.id and content in revisions
            ]
            for sketch in sketches or [[text_sketches.NO_RUNS]]:
                text_sketches.add(tx, row.id, sketch)
    return len(rows) == BATCH


def _runs(connection: Connection, portfolio: str, words: Mapping[str, Any]) -> Runs:
    return runs_of(words_of(words.get("summary")).tokens, text_sketches.key_for(connection, portfolio))
