"""Which streams of the log a concept's outcomes follow from: its own, and its cited conversations'.

Conversations that its team held and nobody cited are shown beside the verdict, and change no outcome.
"""

from collections.abc import Iterable

from service.domain.facts.model import Facts, Recorded


def cited(facts: Facts) -> set[str]:
    """The conversations that were ever cited: a citation that is withdrawn is still shown."""
    return {citation.conversation for citation in facts.citations.values()}


def streams_of(concept: str, events: Iterable[Recorded]) -> set[str]:
    """The concept's own stream, and those of the conversations that these events cite."""
    return {concept, *(event.data["conversation"] for event in events if event.type == "citation.made")}
