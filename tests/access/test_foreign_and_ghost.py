"""What is in a portfolio that a token does not see answers as what is nowhere, however it is asked about."""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from service.api import permissions
from service.store.sql.engine import Database
from service.store.sql.keyring import Keyring
from tests.access.test_matrix import NAMES_NOTHING, OF_THE_ORGANISATION, ROLES_BY_CONTRACT, parts_of
from tests.access.world import FOREIGN, GHOST, OPERATIONS, OWN, REQUESTS, ROLES, Ids, World, two_alike
from tests.conftest import FixedClock, State
from tests.contract.operations import Operation
from tests.gateproof import Body, Gateproof
from tests.store.watching import watched

SCOPED = sorted(
    operation
    for operation in REQUESTS.keys() - permissions.ORGANISATION_WIDE - NAMES_NOTHING
    if not OF_THE_ORGANISATION & parts_of(operation)
)
"""Operations on what is in a portfolio."""
ODD = ("", "nothing", "-1", "2026-13-45", "9" * 30, "\u0661", "x" * 9000)
"""No parameter takes all of these; what it does not take it refuses, what it takes finds nothing."""
HEADERS: tuple[dict[str, str], ...] = (
    {"If-Match": ""},
    {"If-Match": "1"},
    {"If-Match": '"77"'},
    {"If-Match": '"1", "2"'},
    {"If-None-Match": ""},
    {"If-None-Match": "*"},
    {"Idempotency-Key": ""},
    {"Idempotency-Key": "k" * 256},
    {"Idempotency-Key": "tab\tinside"},
    {"Last-Event-ID": ""},
    {"Last-Event-ID": "nothing"},
    {"Content-Type": ""},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/json; charset=latin-1"},
)
BODIES = (b"", b"{", b"[]", b"null", b'"text"', b"{}", b'{"surprise": 1}', b"\xff\xfe", b'{"a": "\\ud800"}')


@pytest.fixture
def starting_state() -> State:
    return two_alike


@pytest.fixture
def world(gateproof: Gateproof, clock: FixedClock, world: Ids) -> World:
    return World(gateproof, clock, world)


@pytest.fixture
def tokens(world: World) -> dict[str, Body]:
    """By operation: a token of one portfolio, in the first role that may call it."""
    by_role = {role: world.token(role, [OWN]) for role in ROLES}
    return {
        operation: by_role[next(role for role in ROLES if role in ROLES_BY_CONTRACT[operation])]
        for operation in SCOPED
    }


def test_by_odd_values_of_every_parameter(world: World, tokens: dict[str, Body]) -> None:
    def asked() -> Iterator[tuple[Operation, dict[str, Any]]]:
        for operation in map(OPERATIONS.__getitem__, SCOPED):
            for name in operation.queries:
                for value in ODD:
                    yield operation, {"params": {name: value}}

    assert told_apart(world, tokens, asked()) == []


def test_by_odd_headers(world: World, tokens: dict[str, Body]) -> None:
    asked = [(OPERATIONS[operation], {"headers": headers}) for operation in SCOPED for headers in HEADERS]
    assert told_apart(world, tokens, asked) == []


def test_by_odd_bodies(world: World, tokens: dict[str, Body]) -> None:
    asked = [
        (OPERATIONS[operation], {"content": body, "headers": {"Content-Type": "application/json"}})
        for operation in SCOPED
        if OPERATIONS[operation].method != "GET"
        for body in BODIES
    ]
    assert told_apart(world, tokens, asked) == []


def test_by_what_it_takes_to_say_so(
    world: World, tokens: dict[str, Body], db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    opens = Keyring.open

    def counted(keyring: Keyring, record: str, envelope: Any) -> bytes:
        opened.append(record)
        return opens(keyring, record, envelope)

    monkeypatch.setattr(Keyring, "open", counted)
    dearer = []
    for operation in SCOPED:
        if OPERATIONS[operation].path.count("{") == 0:
            continue  # it is a list, or makes something
        work = {}
        for kind in (GHOST, FOREIGN, GHOST, FOREIGN):
            opened.clear()
            with watched(db) as sent:
                world.ask(OPERATIONS[operation], kind, tokens[operation])
            work[kind] = [sql for sql, _ in sent], len(opened)
        if work[GHOST] != work[FOREIGN]:
            dearer.append((operation, work))
    assert dearer == []


def test_cursors_hold_nothing_of_other_portfolios(world: World, tokens: dict[str, Body]) -> None:
    hidden = {FOREIGN, *world.ids[FOREIGN].values()} - {"problem"}
    for operation in map(OPERATIONS.__getitem__, SCOPED):
        if "cursor" not in operation.queries:
            continue
        cursor: str | None = ""
        while cursor is not None:
            page = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
            if REQUESTS[operation.id].__name__ == "listed":
                page["portfolio"] = OWN
            answer = world.ask(operation, OWN, tokens[operation.id], params=page)
            assert answer.status_code == 200, (operation.id, answer.text)
            cursor = answer.json()["next"]
            if cursor is not None:
                opened = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
                assert not [each for each in hidden if each in opened], (operation.id, opened)


def told_apart(
    world: World, tokens: dict[str, Body], asked: Iterable[tuple[Operation, dict[str, Any]]]
) -> list[Any]:
    """Where the answer says which of the two it is about."""
    differences = []
    for operation, headers in asked:
        foreign, ghost = (
            world.plain(world.ask(operation, kind, tokens[operation.id], **headers), kind)
            for kind in (FOREIGN, GHOST)
        )
        if foreign != ghost:
            differences.append((operation.id, headers, foreign[:2], ghost[:2]))
    return differences
