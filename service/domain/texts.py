"""What the rules need to know of a text without keeping it: its length, and whether it repeats."""

import re

# A run of letters and digits is a word; scripts written without spaces count sign by sign.
_WORD = re.compile(r"[぀-ヿ㐀-鿿가-힯฀-๿]|[^\W_぀-ヿ㐀-鿿가-힯฀-๿]+(?:['’-][^\W_]+)*")


# The same where there are no other letters: in half the time.
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:['-][A-Za-z0-9]+)*")


def word_count(text: str) -> int:
    """How many words a text has."""
    return len((_ASCII_WORD if text.isascii() else _WORD).findall(text))


def says_something(text: str | None) -> bool:
    """Whether there is a word in it."""
    return _WORD.search(text or "") is not None


def alike(*texts: str | None) -> tuple[str, ...]:
    """The texts as compared for copies: letters and digits only, whatever the case."""
    return tuple(" ".join(_WORD.findall((text or "").casefold())) for text in texts)
