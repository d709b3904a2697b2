"""The form of our tokens: gp_, 43 random characters, and a checksum that catches a slip of the hand.

Secret scanners find them by the form alone: gp_[0-9A-Za-z]{49}, the last six of them the CRC-32.
"""

import re
from binascii import crc32
from math import log2

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM_BYTES = 32
_RANDOM_CHARACTERS, _CHECK_CHARACTERS = 43, 6
_KINDS = ((10, re.compile("[0-9]")), (26, re.compile("[a-z]")), (26, re.compile("[A-Z]")))
_HEX = re.compile("[0-9a-f]*")
_SEEN_BEFORE = 5
"""So many characters that stood in a token before add nothing to it."""
_FORM = re.compile(rf"gp_([0-9A-Za-z]{{{_RANDOM_CHARACTERS}}})([0-9A-Za-z]{{{_CHECK_CHARACTERS}}})")


def token_of(random: bytes) -> str:
    """A token of 32 random bytes."""
    body = _base62(int.from_bytes(random), _RANDOM_CHARACTERS)
    return f"gp_{body}{_checksum(body)}"


def is_well_formed(token: str) -> bool:
    """Returns whether this has the form of a token of ours, checksum included."""
    match = _FORM.fullmatch(token)
    return match is not None and _checksum(match[1]) == match[2]


def most_bits(token: str) -> float:
    """The bits of a token that was drawn from the kinds of characters in it: it has no more than that."""
    parts = {token[at : at + _SEEN_BEFORE] for at in range(len(token))}
    return len(parts) * log2(_alphabet_of(token) or 1)


def _alphabet_of(token: str) -> int:
    if _HEX.fullmatch(token):
        return 16 if token else 0
    others = {sign for sign in token if sign not in ALPHABET}
    return len(others) + sum(size for size, kind in _KINDS if kind.search(token))


def _checksum(body: str) -> str:
    return _base62(crc32(body.encode()), _CHECK_CHARACTERS)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
