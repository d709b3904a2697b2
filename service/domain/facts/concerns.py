"""The streams of the log from which a concept's outcomes follow: its own, and its cited conversations'.

Conversations that its team held and nobody cited are shown beside the verdict, and change no outcome.
"""

from collections.abc import Iterable
from typing import Any

from service.domain.facts import leaps
from service.domain.facts.model import Facts
from service.domain.record.citation import CitationMade
from service.domain.record.concept import ConceptCreated
from service.domain.record.event import LogEntry


def cited(facts: Facts) -> set[str]:
    """The conversations that were ever cited: a citation that is withdrawn is still shown."""
    return {citation.conversation for citation in facts.citations.values()}


def streams_of(concept: str, entries: Iterable[LogEntry[Any]]) -> set[str]:
    """The concept's own stream, that of its portfolio's clock, and those of the conversations that these
    events cite."""
    streams = {concept}
    for entry in entries:
        match entry.event:
            case CitationMade(conversation=conversation):
                streams.add(conversation)
            case ConceptCreated(portfolio=portfolio):
                streams.add(leaps.stream_of(portfolio))
    return streams
