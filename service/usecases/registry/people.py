"""People: create, change, read."""

from collections.abc import Container, Iterable, Sequence
from functools import partial

from sqlalchemy import Connection

from schemas.nouns import Person, PersonIn, PersonPatch
from service.domain.record.person import PersonChanged, PersonCreated
from service.store.log.chains import ORGANISATION
from service.store.nouns import people
from service.store.sql.engine import Database
from service.usecases.errors import invalid, key_taken, not_found
from service.usecases.registry import nouns
from service.usecases.registry.nouns import Noun
from service.usecases.unit_of_work import BOT, Caller, Work, work_on

no_person = partial(not_found, "person")
PERSON = Noun(
    PersonIn, Person, PersonCreated, PersonChanged, people.people, people.query, no_person, None, "person"
)


def create_person(db: Database, caller: Caller, body: PersonIn) -> Person:
    """A new colleague."""
    with work_on(db, caller, ORGANISATION, no_person) as work:
        return nouns.get(work.tx, PERSON, work.once(lambda: enter_person(work, body)))


def change_person(db: Database, caller: Caller, key: str, body: PersonPatch) -> Person:
    """A new name, function or standing; conversations keep what was true when recorded."""
    with work_on(db, caller, ORGANISATION, no_person) as work:
        return nouns.correct(work, PERSON, key, body)


def enter_person(work: Work, body: PersonIn) -> str:
    """Enter somebody as part of a larger write."""
    if body.key == BOT or people.find(work.tx, body.key) is not None:
        raise key_taken()
    return nouns.enter(work, PERSON, body)


def require_people(tx: Connection, field: str, keys: Iterable[str]) -> None:
    """Refused, with the place in the list, when one of these people is unknown."""
    wanted = list(keys)
    require_known(people.known(tx, wanted), field, wanted)


def require_known(known: Container[str], field: str, wanted: Sequence[str]) -> None:
    """Refused, with the place in the list, when one is not among those who are known."""
    for index, key in enumerate(wanted):
        if key not in known:
            item = f"{field}.{index}" if len(wanted) > 1 or field.endswith("s") else field
            raise invalid(item, "nobody has this key", "create them first with POST /v1/people")
