"""What criteria look at: citations that count, as the evidence that the verdict shows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.process import Where
from schemas.readiness import Evidence
from schemas.vocabulary import Unit
from service.domain.criteria.admissible import Standing
from service.domain.criteria.filters import SUPPORT, UNITS, Scope, filters_of, window_of
from service.domain.criteria.intervals import FOREVER, Spell
from service.domain.facts.model import Conversation


class Item(NamedTuple):
    """A citation under a criterion: it counts from `start` up to, and not at, `end`."""

    start: datetime
    end: datetime
    conversation: Conversation
    evidence: Evidence


class View:
    """What some criteria have before them. Most ask for different numbers of the same, so what one
    `where` lets through is worked out once."""

    def __init__(self, gate: str, own: Sequence[Standing], scope: Scope) -> None:
        self.gate, self.own, self.scope = gate, own, scope
        # By identity: what is said to be null and what is left unsaid compare as equal.
        self._through: dict[int, list[Item]] = {}

    def through(self, where: Where) -> list[Item]:
        """The citations that count and pass every filter but age, whenever they count."""
        items = self._through.get(id(where))
        if items is None:
            items = self._through[id(where)] = _through(where, self.own, self.scope)
        return items

    def spells(self, where: Where, unit: Unit) -> list[Spell]:
        """When each of them counts, with what it adds to the unit."""
        return spells_of(self.through(where), unit, self.scope)


def spells_of(items: Iterable[Item], unit: Unit, scope: Scope) -> list[Spell]:
    """When each counts, with what it adds to the unit."""
    values = UNITS[unit]
    return [
        Spell(start, end, values(conversation, scope), evidence)
        for start, end, conversation, evidence in items
    ]


def _through(where: Where, own: Iterable[Standing], scope: Scope) -> list[Item]:
    window, stances, filters = window_of(where, scope), where.stance or SUPPORT, filters_of(where)
    items = []
    for standing in own:
        if standing.codes or standing.citation.stance not in stances:
            continue
        conversation = standing.conversation
        if not filters or all(passes(conversation, where, scope) for passes in filters):
            start = conversation.held_at
            items.append(item_of(standing, start, FOREVER if window is None else start + window))
    return items


def item_of(standing: Standing, start: datetime, end: datetime) -> Item:
    """The citation with its entry in the verdict."""
    citation, conversation, _ = standing
    evidence = Evidence(
        citation=citation.id,
        conversation=conversation.id,
        revision=conversation.revision,
        digest=conversation.digest,
        held_at=conversation.held_at,
        expires_at=None if end == FOREVER else end,
        stance=citation.stance,
    )
    return Item(start, end, conversation, evidence)
