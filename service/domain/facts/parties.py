"""Parties: who had a part in what a gate rests on. They neither vote on it nor approve waivers, and where a
process asks for an independent decider they do not let it pass."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schemas.vocabulary import AGAINST
from service.domain.facts.model import Conversation, Facts


class GateBasis(NamedTuple):
    """What a gate rests on: the decisions that it asks for, and whether its own criteria look at citations of
    any other."""

    asked: frozenset[str]
    whole: bool

    def is_asked(self, decision: str) -> bool:
        """Returns whether the gate asks for this decision."""
        return decision in self.asked

    def looks_at(self, decision: str) -> bool:
        """Returns whether the gate looks at this decision's citations."""
        return self.whole or decision in self.asked


class Part(NamedTuple):
    """The part that somebody had."""

    person: str
    what: str


def part_of(facts: Facts, basis: GateBasis, person: str) -> str | None:
    """Returns the part that this person had in what the gate rests on; None: they are no party."""
    return next((part.what for part in parts(facts, basis) if part.person == person), None)


def parts(facts: Facts, basis: GateBasis) -> Iterator[Part]:
    """Everybody's part in what the gate rests on."""
    for key in sorted(basis.asked & facts.decisions.keys()):
        yield Part(facts.decisions[key].stated_by, "stated a decision that the gate asks for")
        yield Part(facts.decisions[key].owner, "owns a decision that the gate asks for")
    looked_at = set[str]()
    for citation in facts.citations.values():
        # A contradiction is to be answered, withdrawn or not.
        if basis.looks_at(citation.decision) and (not citation.withdrawn or citation.stance in AGAINST):
            looked_at.add(citation.id)
            yield Part(citation.citer, "cited the evidence")
            yield from _of_talk(facts.conversations.get(citation.conversation))
    for citation_id, person in sorted(facts.answerers):
        if citation_id in looked_at:
            yield Part(person, "answered what speaks against it")


def _of_talk(talk: Conversation | None) -> Iterator[Part]:
    if talk is None:
        return
    yield Part(talk.author, "recorded the evidence")
    yield from (Part(person, "revised the evidence") for person in sorted(talk.revisers))
    alone = attended_alone(talk)
    if alone is not None:
        yield Part(alone, "alone attended a talk that it rests on")


def attended_alone(talk: Conversation) -> str | None:
    """The only colleague who attended the talk; None: there were more, or none."""
    return talk.attendees[0].person if len(talk.attendees) == 1 else None


def people_of(talk: Conversation | None) -> Iterable[str]:
    """Those whom a citation of this talk makes parties, beside who cites it; None: it is not found."""
    return {part.person for part in _of_talk(talk)}
