"""Whether a text holds another, compared by letters and digits alone."""

from collections.abc import Iterable
from unicodedata import normalize

from service.domain.texts.measures import alike


def folded(text: str | None) -> str:
    """The words of a text, whatever their case, their form and what stands between them."""
    return alike(normalize("NFKC", text or ""))[0]


def repeats(text: str | None, phrases: Iterable[str]) -> bool:
    """Returns whether one of these folded phrases stands in the text as whole words."""
    within = f" {folded(text)} "
    return any(phrase and f" {phrase} " in within for phrase in phrases)
