"""Talks with one customer at the same time: they were one meeting, whoever wrote it up."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from operator import attrgetter

from service.domain.facts.model import Conversation

Pair = tuple[Conversation, Conversation]


def overlapping(talks: Iterable[Conversation]) -> list[Pair]:
    """The pairs of different talks with one customer whose times overlap; of each the one that was recorded
    first stands first."""
    by_customer: defaultdict[str, dict[str, Conversation]] = defaultdict(dict)
    for talk in talks:
        by_customer[talk.customer][talk.id] = talk
    return [
        (first, second)
        for some in by_customer.values()
        if len(some) > 1
        for first, second in combinations(sorted(some.values(), key=attrgetter("recorded_at", "id")), 2)
        if _overlap(first, second)
    ]


def _overlap(one: Conversation, other: Conversation) -> bool:
    if one.held_at == other.held_at:
        return True
    return one.held_at < other.over_at and other.held_at < one.over_at
