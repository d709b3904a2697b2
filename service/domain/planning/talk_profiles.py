"""Profiles of conversations: which needs one conversation can serve at once."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

from schemas.process import Counts
from service.domain.criteria.needs import ATTRIBUTES, CONDUCTORS, RELATIONSHIPS, Need
from service.domain.planning.what_if import USUAL_KIND, USUAL_RELATIONSHIP

MOST_DOUBTED = 4


class TalkProfile(NamedTuple):
    """A conversation's attributes by name, and the decisions with which it does not simply agree.

    One conversation cannot both support a decision and doubt it; all else it can be at once.
    """

    attributes: Mapping[str, str]
    doubted: frozenset[str]


def profiles(
    needs: Sequence[Need], counts: Counts, segments: Sequence[str], decisions: Sequence[str]
) -> list[TalkProfile]:
    """The profiles that could matter, the usual ones first. `segments`: the usual one first."""
    named = sorted({value for need in needs for value in need.allowed.get("segment", ())})
    usual: tuple[Sequence[str], ...] = (
        _first(counts.kinds, USUAL_KIND),
        list(dict.fromkeys((*segments, *named))),
        _first(RELATIONSHIPS, USUAL_RELATIONSHIP),
        list(CONDUCTORS),
    )
    values = [
        _telling(domain, [need.allowed.get(name) for need in needs])
        for name, domain in zip(ATTRIBUTES, usual, strict=True)
    ]
    doubts = list(_doubts(needs, decisions))
    return [
        TalkProfile(dict(zip(ATTRIBUTES, each, strict=True)), doubted)
        for doubted in doubts
        for each in product(*values)
    ]


def serves(profile: TalkProfile, need: Need, decisions: Sequence[str]) -> bool:
    """Returns whether a conversation of this profile can serve that need."""
    if any(profile.attributes[name] not in allowed for name, allowed in need.allowed.items()):
        return False
    return stance_towards(profile, need, decisions) is not None


def stance_towards(profile: TalkProfile, need: Need, decisions: Sequence[str]) -> tuple[str, str] | None:
    """Returns the decision and stance for which it is cited to serve that need; None: it cannot."""
    doubting = next((each for each in ("neutral", "mixed", "contradicts") if each in need.stances), None)
    served = decisions if need.decision is None else (need.decision,)
    for decision in served:
        if decision in profile.doubted and doubting is not None:
            return decision, doubting
    for decision in served:
        if decision not in profile.doubted and "supports" in need.stances:
            return decision, "supports"
    return None


def _first(domain: Sequence[str], usual: str) -> list[str]:
    return sorted(domain, key=lambda each: each != usual)


def _telling(domain: Iterable[str], allowed: Sequence[frozenset[str] | None]) -> list[str]:
    """One value of each that no need tells apart."""
    first: dict[tuple[bool, ...], str] = {}
    for value in domain:
        first.setdefault(tuple(some is None or value in some for some in allowed), value)
    return list(first.values())


def _doubts(needs: Sequence[Need], decisions: Sequence[str]) -> Iterable[frozenset[str]]:
    """Sets of decisions worth doubting: those asked to be, and any one for the gate as a whole."""
    yield frozenset()
    doubting = [need for need in needs if set(need.stances) != {"supports"}]
    own = sorted({need.decision for need in doubting if need.decision is not None})[:MOST_DOUBTED]
    whole = decisions if any(need.decision is None for need in doubting) else ()
    some = [frozenset(each) for size in range(len(own) + 1) for each in combinations(own, size)]
    for chosen in some:
        if chosen:
            yield chosen
        yield from (chosen | {each} for each in whole if each not in chosen)
