"""A team's own texts that repeat words about to be erased: listed for the person who answers for each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from schemas.privacy import Repeated
from service.domain.record.approval import ApprovalGiven
from service.domain.record.decision import DecisionStated, DisconfirmationNoted
from service.domain.record.review import ReviewDecided, ReviewRefused
from service.domain.texts.repeats import folded, repeats
from service.store.nouns import concepts
from service.store.reading.log_pages import of_type
from service.store.words.contents import words_of
from service.usecases.unit_of_work import Work

SENTENCE = re.compile(r"[.!?\n;。！？]+")
SHORTEST = 4
"""Words of a sentence that is looked for: a shorter one says nothing of anybody."""
SENTENCES = ("summary", "past_spend", "excerpt")
WHOLE = ("name", "quotes", "commitments")
UNSEARCHED = ("participants", "themes", "external")
"""Fields whose words are erased: looked for by the sentence, or whole; what is but a label is not."""
KINDS = {
    DecisionStated.type: ("statement", "decision"),
    ReviewDecided.type: ("rationale", "review"),
    ReviewRefused.type: ("rationale", "review"),
    ApprovalGiven.type: ("approval", "approval"),
    DisconfirmationNoted.type: ("note", "note"),
}
"""By the type of their events: what was written, and what the event calls its id."""


class Match(NamedTuple):
    """A text that repeats erased words, and the position of its first wording that does."""

    position: int
    repeated: Repeated


Matches = dict[tuple[str, str, str], Match]
"""By kind, id and concept."""


class Search(NamedTuple):
    """What the texts of a chain up to a position repeat of the words of these contents."""

    contents: frozenset[str]
    phrases: frozenset[str]
    position: int
    matches: Matches


NOTHING_SEARCHED = Search(frozenset(), frozenset(), 0, {})


def search(connection: Connection, chain: int, position: int, erased: Iterable[str]) -> Search:
    """Searches all that teams wrote until now: so many texts that no writer is to wait meanwhile. `position`:
    at which the chain was before."""
    contents = frozenset(erased)
    phrases = frozenset(_phrases(words_of(connection, contents).values()))
    if not phrases:
        return NOTHING_SEARCHED
    return Search(contents, phrases, position, _matches(connection, chain, phrases, 0, {}))


def repeated_in(work: Work, erased: Iterable[str], earlier: Search) -> list[Repeated]:
    """The texts that repeat words of these contents, in the order of the log; each once. Searches what was
    written since the earlier search, or all if that did not know of some of these contents."""
    missed = _phrases(words_of(work.tx, set(erased) - earlier.contents).values())
    phrases = earlier.phrases.union(missed)
    is_complete = phrases == earlier.phrases
    after, before = (earlier.position, earlier.matches) if is_complete else (0, {})
    matches = _matches(work.tx, work.chain.head.id, phrases, after, before) if phrases else {}
    return [each.repeated for each in sorted(matches.values(), key=lambda match: match.position)]


def _matches(
    connection: Connection, chain: int, phrases: frozenset[str], after: int, before: Matches
) -> Matches:
    """Those of the texts after a position, and those of before it with who answers for them now."""
    matches = dict(before)
    for type, (kind, name) in KINDS.items():
        for rows in of_type(connection, chain, type, after):
            words = words_of(connection, [row.content for row in rows if row.content is not None])
            keys = concepts.keys_of(connection, {row.stream for row in rows})
            for row in rows:
                data = orjson.loads(row.data)
                identity = kind, data[name], keys[row.stream]
                if identity in matches or any(
                    repeats(text, phrases) for text in _texts(words.get(row.content))
                ):
                    first = matches[identity].position if identity in matches else row.seq
                    matches[identity] = Match(first, _repeated(identity, data, row.actor))
    return matches


def _repeated(identity: tuple[str, str, str], data: Mapping[str, Any], actor: str) -> Repeated:
    """A decision's owner answers for all its wordings, whoever stated them."""
    kind, id, concept = identity
    person = data.get("owner", actor)
    return Repeated.model_validate({"kind": kind, "id": id, "concept": concept, "person": person})


def _phrases(erased: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The phrases that are looked for, folded."""
    for words in erased:
        for value in (words.get(name) for name in WHOLE):
            yield from (
                (folded(each["text"]) for each in value) if isinstance(value, list) else [folded(value)]
            )
        for text in (words.get(name) for name in SENTENCES):
            sentences = map(folded, SENTENCE.split(text or ""))
            yield from (each for each in sentences if each.count(" ") >= SHORTEST - 1)


def _texts(words: Any) -> Iterator[str]:
    """Every string in these words, however deep."""
    if isinstance(words, str):
        yield words
    for each in words.values() if isinstance(words, dict) else words if isinstance(words, list) else ():
        yield from _texts(each)
