"""Events of concepts themselves."""

from msgspec import Struct

from service.domain.record.event import Event, event
from service.domain.record.process import PinnedVersion


class ExternalId(Struct, frozen=True):
    """The concept's id in another system."""

    system: str
    id: str
    url: str | None


class ConceptFacts(Event, frozen=True, kw_only=True):
    """What is recorded of a concept beside its title."""

    key: str
    portfolio: str
    process: PinnedVersion
    enforced: bool = True
    """False: it ever went by a process that only warned or observed."""
    origin: str
    primary_segment: str
    segments: tuple[str, ...]
    team: tuple[str, ...]
    external: tuple[ExternalId, ...]
    commitment: str


@event("concept.created", of="concept", words_of="team", is_folded=True)
class ConceptCreated(ConceptFacts, frozen=True):
    """A concept was entered."""


@event("concept.changed", of="concept", words_of="team", is_folded=True)
class ConceptChanged(ConceptFacts, frozen=True):
    """A concept has another title, origin, segments, team or ids elsewhere: what it is from now on, whole."""


@event("concept.moved", of="concept", words_of="team", is_folded=True)
class ConceptMoved(Event, frozen=True, kw_only=True):
    """A concept goes by another version of a process."""

    process: PinnedVersion
    enforced: bool = True
    commitment: str
