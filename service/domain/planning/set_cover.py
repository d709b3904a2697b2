"""Set cover: the fewest candidates that together meet every need, where each meets some of them."""

from collections.abc import Sequence

Counts = tuple[int, ...]
NODES = 20_000


class Cover(list[int]):
    """The indexes of the chosen candidates, each as often as it is chosen. `exact`: no fewer would do."""

    exact = True


def cover(times: Counts, serving: Sequence[frozenset[int]]) -> Cover:
    """Chooses the fewest candidates. `times`: how often each need has to be met; `serving`: the needs that
    each candidate meets.

    Every need has to be met by some candidate.
    """
    useful = _undominated(serving)
    room = [NODES]
    for total in range(max(times, default=0), sum(times) + 1):
        taken = _search(times, total, serving, useful, set(), room)
        if taken is not None:
            return Cover(taken)
        if not room[0]:
            break
    return _greedy(times, serving, useful)


def _undominated(serving: Sequence[frozenset[int]]) -> list[int]:
    """The indexes of candidates whose needs no other candidate covers and exceeds; the first of equals."""
    first: dict[frozenset[int], int] = {}
    for index, needs in enumerate(serving):
        first.setdefault(needs, index)
    return [index for needs, index in first.items() if needs and not any(needs < other for other in first)]


def _search(
    left: Counts,
    total: int,
    serving: Sequence[frozenset[int]],
    useful: Sequence[int],
    hopeless: set[tuple[Counts, int]],
    room: list[int],
) -> list[int] | None:
    """`total` candidates that meet the needs that are left, if there are; `room`: how many more nodes may be
    visited."""
    most = max(left, default=0)
    if most == 0:
        return []
    if most > total or (left, total) in hopeless or not room[0]:
        return None
    room[0] -= 1
    hardest = left.index(most)
    for index in useful:
        if hardest in serving[index]:
            rest = _search(_less(left, serving[index]), total - 1, serving, useful, hopeless, room)
            if rest is not None:
                return [index, *rest]
    hopeless.add((left, total))
    return None


def _greedy(times: Counts, serving: Sequence[frozenset[int]], useful: Sequence[int]) -> Cover:
    taken, left = Cover(), times
    taken.exact = False
    while any(left):
        best = max(useful, key=lambda index: sum(left[need] > 0 for need in serving[index]))
        taken.append(best)
        left = _less(left, serving[best])
    return taken


def _less(left: Counts, met: frozenset[int]) -> Counts:
    return tuple(max(0, times - (need in met)) for need, times in enumerate(left))
