"""Events of people."""

from schemas.nouns import PersonIn, PersonPatch
from service.domain.record.noun import changed, created

PersonCreated = created("person", PersonIn, words_of="team", doc="A colleague was entered.")
PersonChanged = changed(
    "person",
    PersonIn,
    PersonPatch,
    words_of="team",
    doc="A colleague has another name, function, standing or ids elsewhere.",
)
