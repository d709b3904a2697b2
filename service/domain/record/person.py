"""Events of people."""

from service.domain.record.event import Event, event


@event("person.created", of="person", words_of="team")
class PersonCreated(Event, frozen=True):
    """A colleague was entered."""

    key: str
    function: str
    leader: bool
    commitment: str


@event("person.changed", of="person", words_of="team")
class PersonChanged(Event, frozen=True):
    """A colleague has another name, function, standing or ids elsewhere."""

    key: str
    function: str
    leader: bool
    commitment: str
