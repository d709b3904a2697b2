"""Whether a text holds another, compared by letters and digits alone."""

from collections.abc import Iterable

from service.domain.texts.folding import fold


def folded(text: str | None) -> str:
    """The words and numbers of a text, whatever their case, their form and what stands between them."""
    return " ".join(token for token in fold(text).split() if token[0].isalnum())


def repeats(text: str | None, phrases: Iterable[str]) -> bool:
    """Returns whether one of these folded phrases stands in the text as whole words."""
    within = f" {folded(text)} "
    return any(phrase and f" {phrase} " in within for phrase in phrases)
