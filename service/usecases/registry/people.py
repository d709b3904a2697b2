"""People: create, change, read."""

from collections.abc import Container, Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, insert, update

from schemas.nouns import External, Person, PersonIn, PersonPatch
from schemas.page import Page
from service.domain.record.person import PersonChanged, PersonCreated
from service.store.log.chains import ORGANISATION
from service.store.nouns import people
from service.store.sql.engine import Database
from service.usecases.errors import invalid, key_taken, not_found
from service.usecases.paging import Wanted, paged
from service.usecases.registry.external_ids import linked
from service.usecases.unit_of_work import BOT, Caller, Work, work_on

no_person = partial(not_found, "person")


def create_person(db: Database, caller: Caller, body: PersonIn) -> Person:
    """A new colleague."""
    with work_on(db, caller, ORGANISATION, no_person) as work:
        return shown_person(work.tx, work.once(lambda: enter_person(work, body)))


def change_person(db: Database, caller: Caller, key: str, body: PersonPatch) -> Person:
    """A new name, function or standing; conversations keep what was true when recorded."""
    with work_on(db, caller, ORGANISATION, no_person) as work:
        return shown_person(work.tx, work.once(lambda: _change(work, key, body)))


def get_person(db: Database, key: str) -> Person:
    """One colleague."""
    with db.reading() as connection:
        return shown_person(connection, key)


def list_people(db: Database, wanted: Wanted) -> Page[Person]:
    """Colleagues by key."""
    with db.reading() as connection:
        return paged(connection, "people", people.query(), people.people.c.key, wanted, _show)


def enter_person(work: Work, body: PersonIn) -> str:
    """Enter somebody as part of a larger write."""
    if body.key == BOT or people.find(work.tx, body.key) is not None:
        raise key_taken()
    external = [each.model_dump() for each in body.external]
    linked(work, "person", ORGANISATION, body.key, None, external)
    kept = work.keep(name=body.name, external=external)
    facts: dict[str, Any] = {
        "key": body.key,
        "function": body.function,
        "leader": body.leader,
        "commitment": kept.commitment,
    }
    work.record(PersonCreated(**facts), body.key, kept.id)
    work.tx.execute(
        insert(people.people).values(
            key=body.key,
            function=body.function,
            leader=body.leader,
            content=kept.id,
            revision=1,
            created_at=work.now,
            created_by=work.caller.person,
        )
    )
    return body.key


def require_people(tx: Connection, field: str, keys: Iterable[str]) -> None:
    """Refused, with the place in the list, when one of these people is unknown."""
    wanted = list(keys)
    require_known(people.known(tx, wanted), field, wanted)


def require_known(known: Container[str], field: str, wanted: Sequence[str]) -> None:
    """Refused, with the place in the list, when one is not among those who are known."""
    for index, key in enumerate(wanted):
        if key not in known:
            place = f"{field}.{index}" if len(wanted) > 1 or field.endswith("s") else field
            raise invalid(place, "nobody has this key", "create them first with POST /v1/people")


def _change(work: Work, key: str, body: PersonPatch) -> str:
    row = people.find(work.tx, key)
    if row is None:
        raise no_person()
    work.expect(row.revision)
    return change_known_person(work, row, body)


def change_known_person(work: Work, row: Row[Any], body: PersonPatch) -> str:
    """Change somebody as part of a larger write; their key."""
    key, external = str(row.key), row.words.get("external", [])
    if body.external is not None:
        external = [each.model_dump() for each in body.external]
        linked(work, "person", ORGANISATION, key, row.words, external)
    kept = work.keep(name=body.name or row.words["name"], external=external)
    now: dict[str, Any] = {
        "function": body.function or row.function,
        "leader": row.leader if body.leader is None else body.leader,
    }
    work.record(PersonChanged(key, **now, commitment=kept.commitment), key, kept.id)
    work.tx.execute(
        update(people.people)
        .where(people.people.c.key == key)
        .values(**now, content=kept.id, revision=row.revision + 1)
    )
    return key


def shown_person(connection: Connection, key: str) -> Person:
    """Somebody as they stand, also in the midst of a write."""
    row = people.find(connection, key)
    if row is None:
        raise no_person()
    return _show(row)


def _show(row: Row[Any]) -> Person:
    return Person(
        key=row.key,
        name=row.words["name"],
        function=row.function,
        leader=row.leader,
        external=[External(**each) for each in row.words.get("external", [])],
        revision=row.revision,
        created_at=row.created_at,
        created_by=row.created_by,
    )
