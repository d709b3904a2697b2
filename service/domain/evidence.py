"""What criteria look at: citations that count, as the evidence that the verdict shows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.process import Where
from schemas.readiness import Evidence
from schemas.vocabulary import Unit
from service.domain.eligibility import Standing
from service.domain.facts import Conversation
from service.domain.filters import SUPPORT, UNITS, Scope, filters_of, window_of
from service.domain.tally import FOREVER, Spell


class Item(NamedTuple):
    """A citation under a criterion: it counts from `start` up to, and not at, `end`."""

    start: datetime
    end: datetime
    conversation: Conversation
    evidence: Evidence


class Seen:
    """Citations that a criterion looks at, whenever they count."""

    def __init__(self, items: Sequence[Item], scope: Scope) -> None:
        self.items, self.scope = items, scope
        self._spells: dict[Unit, list[Spell]] = {}
        self._shown: tuple[datetime, list[Evidence]] = (FOREVER, [])

    def shown(self, as_of: datetime) -> list[Evidence]:
        """Those that count at this instant. Most criteria look at the same."""
        if self._shown[0] != as_of:
            found = [evidence for start, end, _, evidence in self.items if start <= as_of < end]
            self._shown = as_of, found
        return self._shown[1]

    def spells(self, unit: Unit) -> list[Spell]:
        """When each counts, with what it adds to the unit."""
        if unit not in self._spells:
            values, scope = UNITS[unit], self.scope
            self._spells[unit] = [
                Spell(start, end, values(conversation, scope)) for start, end, conversation, _ in self.items
            ]
        return self._spells[unit]


class View:
    """What some criteria have before them. Most ask for different numbers of the same, so what one
    `where` lets through is worked out once."""

    def __init__(self, gate: str, own: Sequence[Standing], scope: Scope) -> None:
        self.gate, self.own, self.scope = gate, own, scope
        # By identity: what is said to be null and what is left unsaid compare as equal.
        self._seen: dict[int, Seen] = {}

    def through(self, where: Where) -> Seen:
        """The citations that count and pass every filter but age."""
        seen = self._seen.get(id(where))
        if seen is None:
            seen = self._seen[id(where)] = Seen(_through(where, self.own, self.scope), self.scope)
        return seen


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
