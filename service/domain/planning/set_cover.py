"""The fewest things that together meet every need, where each thing meets some of them."""

from collections.abc import Sequence

Counts = tuple[int, ...]
NODES = 20_000


class Covered(list[int]):
    """The places of the things taken, one entry for each time. `exact`: no fewer would do."""

    exact = True


def cover(times: Counts, serving: Sequence[frozenset[int]]) -> Covered:
    """`times`: how often each need has to be met; `serving`: the needs that each thing meets.

    Every need has to be among those of some thing.
    """
    useful = _undominated(serving)
    room = [NODES]
    for total in range(max(times, default=0), sum(times) + 1):
        taken = _search(times, total, serving, useful, set(), room)
        if taken is not None:
            return Covered(taken)
        if not room[0]:
            break
    return _greedy(times, serving, useful)


def _undominated(serving: Sequence[frozenset[int]]) -> list[int]:
    """The places of things that no other makes superfluous; the first of equals."""
    first: dict[frozenset[int], int] = {}
    for place, needs in enumerate(serving):
        first.setdefault(needs, place)
    return [place for needs, place in first.items() if needs and not any(needs < other for other in first)]


def _search(
    left: Counts,
    total: int,
    serving: Sequence[frozenset[int]],
    useful: Sequence[int],
    hopeless: set[tuple[Counts, int]],
    room: list[int],
) -> list[int] | None:
    """`total` things that meet what is left, if there are; `room`: how many more nodes may be looked at."""
    most = max(left, default=0)
    if most == 0:
        return []
    if most > total or (left, total) in hopeless or not room[0]:
        return None
    room[0] -= 1
    hardest = left.index(most)
    for place in useful:
        if hardest in serving[place]:
            rest = _search(_less(left, serving[place]), total - 1, serving, useful, hopeless, room)
            if rest is not None:
                return [place, *rest]
    hopeless.add((left, total))
    return None


def _greedy(times: Counts, serving: Sequence[frozenset[int]], useful: Sequence[int]) -> Covered:
    taken, left = Covered(), times
    taken.exact = False
    while any(left):
        best = max(useful, key=lambda place: sum(left[need] > 0 for need in serving[place]))
        taken.append(best)
        left = _less(left, serving[best])
    return taken


def _less(left: Counts, met: frozenset[int]) -> Counts:
    return tuple(max(0, times - (need in met)) for need, times in enumerate(left))
