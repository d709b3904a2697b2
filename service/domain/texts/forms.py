"""What gives a form away, or a label that nobody spoke of: questions that stand elsewhere too, and words of
which none is in the text."""

from collections.abc import Iterable, Mapping

from service.domain.texts.folding import fold
from service.domain.texts.words import words_of

QUESTIONS = 5
"""Question lines of one text that another has too, from which both look like one form."""
STEM = 4
"""Letters by which words are related: late, later, lately."""
MARKS = ("?", "？", "؟")


def questions_of(text: str) -> frozenset[str]:
    """The lines that ask, folded."""
    lines = (line.strip() for line in text.splitlines())
    return frozenset(folded for line in lines if line.endswith(MARKS) and (folded := fold(line)))


def is_form_like(asked: frozenset[str], other: str) -> bool:
    """Returns whether another text asks enough of these questions."""
    return len(asked) >= QUESTIONS and len(asked & questions_of(other)) >= QUESTIONS


def stems_of(*texts: str | None) -> frozenset[str]:
    """How the words of texts begin, those of but a few letters aside where there are longer ones."""
    words = [word for text in texts for word in words_of(text).tokens]
    return frozenset(word[:STEM] for word in words)


def labels_not_in(labels: Mapping[str, str], texts: Iterable[str | None]) -> tuple[str, ...]:
    """The ids of the labels of which no word stands in the texts."""
    stems = stems_of(*texts)
    return tuple(id for id, label in labels.items() if stems.isdisjoint(stems_of(label)))


def is_unrelated(note: str | None, texts: Iterable[str | None]) -> bool:
    """Returns whether a note shares no word of some length with the texts."""
    longer = {stem for stem in stems_of(note) if len(stem) >= STEM or not stem.isascii()}
    return bool(longer) and longer.isdisjoint(stems_of(*texts))
