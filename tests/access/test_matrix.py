"""Every role, every operation of the contract, on one's own, on what is another's, and on nothing."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from httpx2 import Response
from sqlalchemy import true

from service.api import permissions
from service.store.nouns import conversations
from service.usecases.unit_of_work import Caller
from tests.access.world import FOREIGN, GHOST, KINDS, OPERATIONS, OWN, REQUESTS, ROLES, Ids, World, two_alike
from tests.conftest import FixedClock, State
from tests.contract.operations import PARAMETER
from tests.gateproof import Gateproof

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
EVERYWHERE = ("admin", "auditor")
"""Roles whose tokens are tried without a limit, too."""
NAMES_NOTHING = {operation for operation, request in REQUESTS.items() if request.__name__ == "plain"} | {
    "publish_process",
    "verify_audit_against_head",
    "create_person",
    "get_person_by_external",
    "put_person_by_external",
    "create_portfolio",
}
ONES_OWN = {"rotate_token", "revoke_token"}
"""Of somebody else's tokens only an admin may."""
BY_NEW_TOKENS = ONES_OWN | {"get_readiness"}
"""What ends a token; and polls, which take the normal route where a token is used for the first time."""
OF_THE_ORGANISATION = {"person", "process"}


class Cell(NamedTuple):
    """Who asked for what, and what was wrong with the answer."""

    role: str
    operation: str
    kind: str
    wrong: str


def roles_by_contract() -> dict[str, set[str]]:
    """By operation id, as the committed contract says."""
    document = yaml.load(CONTRACT.read_bytes(), yaml.CSafeLoader)
    return {
        says["operationId"]: {role for scheme in says["security"] for role in scheme["Token"]}
        for path, methods in document["paths"].items()
        for says in methods.values()
        if path.startswith("/v1")
    }


ROLES_BY_CONTRACT = roles_by_contract()


@pytest.fixture
def starting_state() -> State:
    return two_alike


@pytest.fixture
def world(gateproof: Gateproof, clock: FixedClock, world: Ids) -> World:
    made = World(gateproof, clock, world)
    # Only its owner answers for a decision: whoever asks is pm-1.
    made.ask(OPERATIONS["state_decision"], OWN, made.token("product_manager", [OWN]))
    return made


def test_the_contract_says_of_every_operation_who_may() -> None:
    # What is exchanged is no token of ours; see test_exchange.
    assert set(ROLES_BY_CONTRACT) == set(OPERATIONS) == {*REQUESTS, "exchange_token"}
    assert all(ROLES_BY_CONTRACT.values())


def test_bots_read_verdicts_and_themselves_and_nothing_else() -> None:
    theirs = {operation for operation, roles in ROLES_BY_CONTRACT.items() if "bot" in roles}
    themselves = {"get_me", "rotate_token", "revoke_token", "exchange_token"}
    assert theirs == {"batch_readiness", "get_readiness", "list_readiness", "follow_stream", *themselves}


def test_auditors_write_nothing_but_the_end_of_their_own_token() -> None:
    theirs = {operation for operation, roles in ROLES_BY_CONTRACT.items() if "auditor" in roles}
    written = {operation for operation in theirs if OPERATIONS[operation].writes}
    assert written == {"rotate_token", "revoke_token"}
    reads = {operation.id for operation in OPERATIONS.values() if not operation.writes}
    assert reads <= theirs


@pytest.mark.parametrize(
    ("role", "limited"), [*((role, True) for role in ROLES), *((role, False) for role in EVERYWHERE)]
)
def test_every_cell(world: World, role: str, limited: bool) -> None:
    wrong = list(cells(world, role, limited=limited))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("hole", ["a role too many", "an operation forgotten", "a portfolio not looked at"])
def test_a_planted_hole_is_found(world: World, monkeypatch: pytest.MonkeyPatch, hole: str) -> None:
    if hole == "a role too many":
        monkeypatch.setitem(permissions.MAY, "get_concept", frozenset(ROLES))
        expected = {("bot", "get_concept")}
    elif hole == "an operation forgotten":
        monkeypatch.delitem(permissions.MAY, "list_reviews")
        expected = {(role, "list_reviews") for role in ROLES_BY_CONTRACT["list_reviews"]}
    else:
        monkeypatch.setattr(Caller, "sees", lambda *_: True)
        monkeypatch.setattr(conversations, "within", lambda *_: true())
        expected = {("researcher", "get_conversation"), ("gatekeeper", "decide"), ("bot", "get_readiness")}
    about = {operation for _, operation in expected}
    holes = {(cell.role, cell.operation) for role in ROLES for cell in cells(world, role, about)}
    assert expected <= holes


def cells(
    world: World, role: str, operations: Iterable[str] = REQUESTS, *, limited: bool = True
) -> Iterator[Cell]:
    """What is wrong for a role, cell by cell; nothing when all is well."""
    portfolios = [OWN] if limited else None
    token = world.token(role, portfolios)
    for operation in operations:
        new = {kind: world.token(role, portfolios) for kind in KINDS} if operation in BY_NEW_TOKENS else {}
        answers = {kind: world.ask(OPERATIONS[operation], kind, new.get(kind, token)) for kind in KINDS}
        for kind, wrong in _wrong(world, role, operation, answers, limited=limited):
            yield Cell(role, operation, kind, wrong)


def _wrong(
    world: World, role: str, operation: str, answers: dict[str, Response], *, limited: bool
) -> Iterator[tuple[str, str]]:
    statuses = {kind: answer.status_code for kind, answer in answers.items()}
    reaches = not (limited and operation in permissions.ORGANISATION_WIDE)
    if role not in ROLES_BY_CONTRACT[operation] or not reaches:
        body = {world.plain(answers[kind], kind)[1] for kind in KINDS}
        for kind in KINDS:
            if statuses[kind] != 403:
                yield kind, f"{statuses[kind]}, not 403"
        if len(body) > 1:
            yield FOREIGN, "403 says more than 403"
        return
    if not _let_in(statuses[OWN]):
        yield OWN, f"{statuses[OWN]}: {answers[OWN].text[:200]}"
    if operation in NAMES_NOTHING or OF_THE_ORGANISATION & parts_of(operation):
        return
    others_too = role == "admin" or operation not in ONES_OWN
    yield from _of_others(world, answers, limited=limited, others_too=others_too)


def _of_others(
    world: World, answers: dict[str, Response], *, limited: bool, others_too: bool
) -> Iterator[tuple[str, str]]:
    foreign, ghost = (world.plain(answers[kind], kind) for kind in (FOREIGN, GHOST))
    if limited and foreign != ghost:
        yield FOREIGN, f"is told from a ghost: {foreign} {ghost}"
    if not limited and others_too and not _let_in(foreign[0]):
        yield FOREIGN, f"{foreign}"
    if _lists_nothing(ghost):
        return
    if ghost[0] not in (404, 422):
        yield GHOST, f"{ghost[0]}"


def _lists_nothing(ghost: tuple[int, str, object]) -> bool:
    """A list of nothing is an empty list; of many that are asked for, each is answered on its own."""
    return ghost[0] == 200 and ('"items":[]' in ghost[1] or '"/problems/not-found"' in ghost[1])


def _let_in(status: int) -> bool:
    return status < 500 and status not in (401, 403, 404)


def parts_of(operation: str) -> set[str]:
    """What its address names."""
    return set(PARAMETER.findall(OPERATIONS[operation].path))
