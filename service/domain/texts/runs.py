"""Runs of three words, and how much of one text stands in another.

Runs are known by keyed hashes: the texts themselves are sealed, and erased some day.
"""

from array import array
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

NEAR_COPY, SHARES_TEXT = 0.45, 0.20
"""Containment from which a text nearly repeats another, or shares passages with it."""
FEWEST = 4
"""Runs that two texts share by chance, or because short texts have few, say nothing."""
TEMPLATE = 4
"""Customers in whose records a run stands that belongs to the form and not to the talk."""
STORED, SOUGHT = 16, 48
"""The smallest hashes of a text that are stored, and those of a new one that are looked for. Whoever looks
for more finds texts that are much shorter."""

Runs = frozenset[int]
BLOCK = 16


def runs_of(tokens: Sequence[str], key: bytes) -> Runs:
    """The runs of three words in a text, as hashes that only the key can make: AES of the words' checksums,
    for the price of one call."""
    sums = array("I", [crc32(token.encode()) for token in tokens])
    count = len(sums) - 2
    if count < 1:
        return frozenset()
    blocks = array("I", bytes(BLOCK * count))
    for place in range(3):
        blocks[place::4] = sums[place : place + count]
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - nothing is deciphered
    hashes = array("q", encryptor.update(blocks.tobytes()))
    return frozenset(hashes[::2])


def smallest(runs: Runs, count: int) -> list[int]:
    """The bottom sketch: of two texts that share runs, it holds many of the same."""
    return sorted(runs)[:count]


class EarlierText(NamedTuple):
    """A summary that was recorded, by any revision of its conversation. `is_copy`: it nearly repeats
    another one."""

    conversation: str
    customer: str
    runs: Runs
    is_copy: bool = False


class Overlap(NamedTuple):
    """The conversation whose summary shares most with a text, and how much of the shorter one that is."""

    conversation: str
    containment: float


def template_in(texts: Iterable[EarlierText]) -> Runs:
    """The runs of the form: they stand in records of several customers that are no copies of each other."""
    customers: dict[int, set[str]] = {}
    for text in texts:
        if not text.is_copy:
            for run in text.runs:
                customers.setdefault(run, set()).add(text.customer)
    return frozenset(run for run, among in customers.items() if len(among) >= TEMPLATE)


def containment(one: Runs, other: Runs) -> float:
    """The share of the shorter text that stands in the other; of a few words nobody can tell."""
    shorter, shared = min(len(one), len(other)), len(one & other)
    return shared / shorter if shared >= FEWEST or (shared and one == other) else 0.0


def closest(runs: Runs, texts: Sequence[EarlierText]) -> Overlap | None:
    """The earlier text that shares most with these runs, the form aside; None where none shares anything.
    Of equals the one that was recorded first."""
    template = template_in(texts)
    own = runs - template
    overlaps = [
        Overlap(text.conversation, containment(own, text.runs - template))
        for text in sorted(texts, key=lambda text: text.conversation)
    ]
    best = max(overlaps, key=lambda overlap: overlap.containment, default=None)
    return best if best and best.containment >= SHARES_TEXT else None
