"""Removal of the words of conversations, wherever they are stored."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from service.domain.criteria.filters import fold_label
from service.domain.proof.reliance import relied_on
from service.domain.record.conversation import Cause, ConversationErased
from service.store.log import idempotency
from service.store.nouns import reviews, themes
from service.store.nouns.themes import labels_of
from service.store.reading import history, remnants, subject_data
from service.store.reading.subject_data import Written
from service.store.reading.themes_merged import counted_as, same_as
from service.store.words import blind_index, text_sketches
from service.store.words.contents import StoredText
from service.store.words.tombstones import erase
from service.usecases.unit_of_work import Work


class Removed(NamedTuple):
    """The numbers of what was removed."""

    conversations: int
    citations: int
    answers: int
    outcomes: int
    themes: int
    texts: int
    reviews: int


class Voiced(NamedTuple):
    """Who else voiced these themes by a position of the portfolio's log: a conversation by theme."""

    themes: frozenset[str]
    voices: Mapping[str, str]
    position: int


UNKNOWN = Voiced(frozenset(), {}, 0)


def erase_conversations(
    work: Work,
    portfolio: str,
    ids: Sequence[str],
    *,
    new: Sequence[str],
    cause: Cause,
    why: StoredText | None = None,
    known: Voiced = UNKNOWN,
) -> Removed:
    """Remove all words of these, and all that were written on their account. `new`: those of them that
    were not erased before: an event for each says so. `known`: what was asked before the lock of who else
    voices their themes; of others the whole log is asked."""
    written = subject_data.of_conversations(work.tx, ids)
    flagged = _flag(work, portfolio, written, set(new))
    voiced = subject_data.themes_of(work.tx, ids)
    texts = erase(work.tx, written.contents, work.now)
    silent = _forget_themes(work, portfolio, voiced, known)
    idempotency.invalidate(work.tx, ids, "/v1/conversations")
    idempotency.forget(work.tx, ids, "/v1/conversations")
    blind_index.forget(work.tx, "conversation", ids)
    text_sketches.forget(work.tx, ids)
    idempotency.invalidate(work.tx, written.citations, "/citations")
    idempotency.invalidate(work.tx, written.outcomes, "/outcome")
    for id in new:
        erased = ConversationErased(cause, why.commitment if why else None)
        work.record(erased, id, why.id if why else None)
    return Removed(
        conversations=len(new),
        citations=len(written.citations),
        answers=written.answers,
        outcomes=len(written.outcomes),
        themes=len(silent),
        texts=texts + len(silent),
        reviews=len(flagged),
    )


def erase_restored(work: Work, portfolio: str) -> int:
    """Remove what the portfolio's log says was erased and was put back since, with the tombstones of then:
    how many texts. No event says so: one that does is there."""
    texts, talks = 0, set[str]()
    for put_back in remnants.remnants(work.tx, work.chain.head.id):
        texts += erase(work.tx, {each.content: each.stream for each in put_back}, put_back[0].erased_at)
        talks.add(put_back[0].erased)
    labels = remnants.labels(work.tx, portfolio)
    texts += erase(work.tx, subject_data.contents_of_themes(work.tx, labels), work.now)
    blind_index.forget(work.tx, "conversation", talks)
    text_sketches.forget(work.tx, talks)
    blind_index.forget(work.tx, "customer", talks)
    return texts + len(_forget_themes(work, portfolio, subject_data.themes_of(work.tx, list(talks))))


def _flag(work: Work, portfolio: str, written: Written, new: set[str]) -> set[str]:
    """Mark the reviews that relied on what goes now: by their verdict, or by what they say to rest on."""
    relied = {
        (row.id, conversation)
        for row in reviews.on_concepts(work.tx, written.concepts)
        for conversation in new & relied_on(orjson.loads(row.readiness), written.citations)
    } | {
        (entry.event.review, conversation)
        for entry in history.reviews_resting_on(work.tx, portfolio, new)
        for conversation in new.intersection(entry.event.conversations or ())
    }
    reviews.flag(work.tx, sorted(relied), work.now)
    return {review for review, _ in relied}


def _unused(work: Work, portfolio: str, ids: set[str], known: Voiced) -> set[str]:
    """Those of these themes that no conversation voices any more."""
    gone = subject_data.gone_among(work.tx, known.voices.values())
    voiced = {id for id, conversation in known.voices.items() if conversation not in gone}
    unvoiced = (ids & known.themes) - known.voices.keys()
    silent = subject_data.unused(work.tx, portfolio, unvoiced, known.position)
    return silent | subject_data.unused(work.tx, portfolio, ids - voiced - unvoiced)


def _forget_themes(work: Work, portfolio: str, ids: set[str], known: Voiced = UNKNOWN) -> set[str]:
    """Remove the labels that nobody else used. One that a published process asks for is the process's own
    word: without it, verdicts of the past could not be worked out again."""
    merged = counted_as(work.tx, portfolio) if ids else {}
    every = same_as(merged, ids) | ids
    silent = _unused(work, portfolio, every, known)
    voiced = {merged.get(id, id) for id in every - silent}
    # A name or a synonym that nobody voices goes with the theme that is counted as it, not before.
    silent = {id for id in silent if id in ids or merged.get(id, id) not in voiced}
    asked = {fold_label(label) for label in subject_data.labels_in_processes(work.tx)} if silent else set()
    labels = labels_of(work.tx, silent)
    going = {id for id, label in labels.items() if fold_label(label) not in asked}
    erase(work.tx, subject_data.contents_of_themes(work.tx, going), work.now)
    themes.forget(work.tx, going)
    return going
