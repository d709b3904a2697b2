"""The words of a text, counted fairly in every script. Tags, addresses and digits are none."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import regex

from service.domain.texts.folding import plain

_TAG = re.compile(r"<[^<>]*>")
_IS_TAG = re.compile(r"</?[a-z!][^<>]*>")
_ADDRESS = re.compile(
    r"(?:(?<![a-z0-9])[a-z][a-z0-9+.]{1,9}://|www\.)[!-~]+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
)
_PLAIN_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_LATIN_WORD, _LAST_LATIN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*"), "\u024f"
_RUN = regex.compile(
    r"(?P<signs>[\p{Han}\p{Hiragana}\p{Katakana}ー々]+)"
    r"|(?P<unspaced>(?:[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}--[\p{P}\p{N}]])+)"
    r"|(?P<hangul>\p{Hangul}+)"
    r"|(?P<arabic>(?:[\p{Arabic}\p{Hebrew}\p{Syriac}--[\p{P}\p{N}]])[\p{M}\p{Arabic}\p{Hebrew}\p{Syriac}--[\p{P}]]*)"
    r"|(?P<word>(?!\p{M})[[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]]+"
    r"(?:['-][\p{L}\p{M}\p{N}]+)*)",
    regex.V1,
)
_GRAPHEMES = regex.compile(r"\X")
_MARKS = regex.compile(r"\p{M}+")
_KANA = re.compile("[぀-ヿ]")
_VIETNAMESE = re.compile("[ăđơưạ-ỹ]")

CHINESE, JAPANESE, UNSPACED, HANGUL, ARABIC = 1 / 1.5, 1 / 2.4, 1 / 3.5, 1 / 2.0, 1 / 3.3
"""Words for each sign, letter or syllable, measured on translations of one text: an English text and its
translations come out alike (tests/domain/texts)."""
SYLLABLE = 0.75
"""Vietnamese puts a blank between syllables."""


class Words(NamedTuple):
    """The words of a text in their order, folded; where a script has no blanks, pieces of it that overlap.
    `total`: how many words there are, `different`: how many different ones."""

    tokens: list[str]
    total: int
    different: int


def words_of(text: str | None) -> Words:
    """The words of a text."""
    seen = _without_addresses(plain(text))
    if seen.isascii() or (max(seen) <= _LAST_LATIN and not _VIETNAMESE.search(seen)):
        pattern = _PLAIN_WORD if seen.isascii() else _LATIN_WORD
        tokens = [token for token in pattern.findall(seen) if token.islower()]
        return Words(tokens, len(tokens), len({*tokens}))
    weighed = [*_weighed(seen)]
    each = [weight for _, weight in weighed]
    return Words([token for token, _ in weighed], _rounded(sum(each)), _rounded(sum(dict(weighed).values())))


def word_count(text: str | None) -> int:
    """The number of words in a text."""
    return words_of(text).total


def different_words(text: str | None) -> int:
    """The number of different words in a text."""
    return words_of(text).different


def _rounded(number: float) -> int:
    return int(number + 0.5)


def _without_addresses(text: str) -> str:
    if "<" in text:
        text = _TAG.sub(lambda tag: " " if _IS_TAG.fullmatch(tag[0]) else tag[0], text)
    if "://" in text or "@" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    return text


def _weighed(text: str) -> Iterator[tuple[str, float]]:
    """The words of a text in any script, each with how many words it stands for."""
    kana = len(_KANA.findall(text))
    sign = JAPANESE if kana * 10 >= len(text) else CHINESE
    runs = [(run.lastgroup, run[0]) for run in _RUN.finditer(text)]
    words = [run for kind, run in runs if kind == "word"]
    spaced = SYLLABLE if sum(map(bool, map(_VIETNAMESE.search, words))) * 5 > len(words) else 1.0
    for kind, run in runs:
        if kind == "signs":
            yield from ((run[n : n + 2], sign) for n in range(len(run)))
        elif kind == "unspaced":
            letters = _GRAPHEMES.findall(run)
            yield from (("".join(letters[n : n + 3]), UNSPACED) for n in range(len(letters)))
        elif kind == "hangul":
            yield run, len(run) * HANGUL
        elif kind == "arabic":
            yield run, len(_MARKS.sub("", run)) * ARABIC
        elif any(map(str.isalpha, run)):
            yield run, spaced
