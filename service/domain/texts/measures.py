"""Whether a text says anything, and whether it says it anew."""

from typing import NamedTuple

from service.domain.texts.folding import fold
from service.domain.texts.words import different_words, words_of

FEWEST = 3
"""Different words of a note, an answer or a reason: fewer say nothing."""
SAME = 0.8
"""Jaccard of words from which two short texts say the same."""
PLACEHOLDERS = frozenset(
    "tbd tba tbc todo n/a na none nil null nothing unknown x xx xxx test asdf foo bar placeholder dummy same"
    " later draft statement 待定 未定 미정".replace("/", "").split()
).union(
    (
        "to do",
        "lorem ipsum",
        "to be defined",
        "to be determined",
        "to be done",
        "to be decided",
        "coming soon",
    ),
    ("see above", "same as above", "fill in", "fill me in", "insert statement here", "không có"),
)
"""Folded texts that stand where something is still to be said."""


def says_something(text: str | None) -> bool:
    """Returns whether there is a word or a number in it."""
    return any(map(str.isalnum, fold(text)))


def says_enough(text: str | None) -> bool:
    """Returns whether it has as many different words as it takes to say something."""
    return different_words(text) >= FEWEST and not is_placeholder(text)


def is_placeholder(text: str | None) -> bool:
    """Returns whether it only holds the place of a text."""
    folded = fold(text)
    return not says_something(text) or folded in PLACEHOLDERS or folded.replace(" ", "") in PLACEHOLDERS


def says_the_same(text: str | None, *others: str | None) -> bool:
    """Returns whether nearly the same words stand in one of the others."""
    mine = wording(text)
    return any(same_wording(mine, wording(other)) for other in others)


class Wording(NamedTuple):
    """A short text as it is compared with others: folded, and what stands in it, numbers and signs too."""

    folded: str
    parts: frozenset[str]


def wording(text: str | None) -> Wording:
    """The wording of a text."""
    folded = fold(text)
    numbers = (part for part in folded.split() if not part[0].isalpha())
    return Wording(folded, frozenset([*words_of(text).tokens, *numbers]))


def same_wording(one: Wording, other: Wording) -> bool:
    """Returns whether two texts say the same, small changes aside."""
    both = len(one.parts | other.parts)
    return one.folded == other.folded or (both > 0 and len(one.parts & other.parts) >= SAME * both)
