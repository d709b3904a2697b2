"""Pairing off: the most pairs of a left and a right side that share neither."""

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

L = TypeVar("L", bound=Hashable)
R = TypeVar("R", bound=Hashable)


def largest_matchings(pairs: Iterable[tuple[L, R]]) -> Iterator[dict[R, L]]:
    """Yields, after each of these pairs, a largest matching of those so far: left sides by right ones.
    It is one dict that grows: a right side once matched stays so."""
    rights: dict[L, set[R]] = {}
    matched: dict[R, L] = {}
    free: set[L] = set()
    for left, right in pairs:
        if left not in rights:
            rights[left] = set()
            free.add(left)
        if right not in rights[left]:
            rights[left].add(right)
            free -= {each for each in sorted(free, key=repr) if _is_matched(each, rights, matched, set())}
        yield matched


def _is_matched(left: L, rights: dict[L, set[R]], matched: dict[R, L], tried: set[R]) -> bool:
    """Finds a right side for this left one, others giving theirs up for another; returns whether there is."""
    for right in rights[left]:
        if right not in tried:
            tried.add(right)
            if right not in matched or _is_matched(matched[right], rights, matched, tried):
                matched[right] = left
                return True
    return False
