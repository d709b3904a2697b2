"""Texts as they are compared: typography, case and disguise do not matter, signs that mean something do."""

import re
from unicodedata import category, normalize

import regex

_LIKE_LATIN = {
    "АВЕЅІЈКМНОРСТУХҮԚԜ": "ABESIJKMHOPCTYXYQW",
    "авеѕіјкмнорстухүԛԝԁһӏ": "abesijkmhopctyxyqwdhl",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ": "ABEZHIKMNOPTYX",
    "αβεζηικμνορτυχγω": "abezhikmvoptuxyw",
    "օոսհԼ": "onuhL",
    "ɑɡıɩ": "agii",
}
"""Letters of other alphabets that nobody can tell from Latin ones, both cases, so that case still folds."""
_DISGUISES = {ord(a): b for these, those in _LIKE_LATIN.items() for a, b in zip(these, those, strict=True)}
_LATIN, _LAST_LATIN = re.compile(r"[A-Za-z]"), "\u024f"
_WORD = re.compile(r"\w+")
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]+"
)
"""Characters that nobody sees: format characters, fillers, variation selectors."""
_QUOTES = dict.fromkeys(map(ord, "‘’‚‛′´ʼ＇"), "'")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−⁃﹘﹣－"), "-")
_AS_COMPARED = _DISGUISES | _QUOTES | _DASHES
_WRITTEN_OUT = (("<=", "≤"), (">=", "≥"), ("!=", "≠"), ("=<", "≤"))
_JOINED = re.compile(r"(?<=\w)'(?=\w)")
_TOKEN = regex.compile(r"\d+(?:[.,:]\d+)*|[\p{L}\p{M}][\p{L}\p{M}\d]*|-(?=[\d.])|[^\w\s-]")
_MEANT = {"%", "‰", "-"}


def plain(text: str | None) -> str:
    """The text in one case and one form of each character, without those that nobody sees."""
    if not text:
        return ""
    if text.isascii():
        return text.lower()
    seen = normalize("NFKC", _IGNORABLE.sub("", normalize("NFKC", text)))
    if not seen:
        return ""
    if max(seen) > _LAST_LATIN:
        seen = _WORD.sub(_undisguised, seen)
    return normalize("NFKC", seen.casefold()).translate(_AS_COMPARED)


def _undisguised(word: re.Match[str]) -> str:
    """A word of two alphabets in one, while its capitals still tell: Ν is like N, and ν like v."""
    return word[0].translate(_DISGUISES) if _LATIN.search(word[0]) else word[0]


def fold(text: str | None) -> str:
    """The text as it is compared: words, numbers and what means something (signs of comparison, arithmetic
    and currency), one blank between them."""
    seen = plain(text)
    for written, sign in _WRITTEN_OUT:
        seen = seen.replace(written, sign)
    tokens = _TOKEN.findall(_JOINED.sub("", seen))
    return " ".join(token for token in tokens if token[0].isalnum() or _means_something(token))


def _means_something(sign: str) -> bool:
    return sign in _MEANT or (category(sign[0]) in ("Sm", "Sc") and sign not in "|")
