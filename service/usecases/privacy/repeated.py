"""A team's own texts that repeat words about to be erased: listed for the person who answers for each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from schemas.privacy import Repeated
from service.domain.record.approval import ApprovalGiven
from service.domain.record.decision import DecisionStated, DisconfirmationNoted
from service.domain.record.review import ReviewDecided, ReviewRefused
from service.domain.texts.repeats import folded, repeats
from service.store.nouns import concepts
from service.store.reading import subject_data
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


def repeated_in(work: Work, erased: Iterable[str]) -> list[Repeated]:
    """The texts that repeat words of these contents, in the order of the log; each once."""
    phrases = set(_phrases(words_of(work.tx, erased).values()))
    if not phrases:
        return []
    rows = subject_data.written_by_teams(work.tx, work.chain.head.id, KINDS)
    words = words_of(work.tx, [row.content for row in rows])
    keys = concepts.keys_of(work.tx, {row.stream for row in rows})
    named: dict[tuple[str, str, str], Repeated] = {}
    for row in rows:
        kind, name = KINDS[row.type]
        data = orjson.loads(row.data)
        identity = kind, data[name], keys[row.stream]
        # A decision's owner answers for all its wordings, whoever stated them.
        person = data.get("owner", row.actor)
        if identity in named or any(repeats(text, phrases) for text in _texts(words.get(row.content))):
            named[identity] = Repeated.model_validate(
                {"kind": kind, "id": data[name], "concept": keys[row.stream], "person": person}
            )
    return list(named.values())


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
