"""Over random lives, on both databases: what is kept of a concept's facts is what folding its events gives,
or is not found any more."""

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, event, given, settings

from service.domain.gather import gather
from service.store import concepts
from service.store.engine import Database
from service.store.folded import find, keep
from service.store.history import history
from tests.conftest import FixedClock
from tests.gateproof import Gateproof
from tests.properties.lives import Step, lives
from tests.properties.living import Late, Life, Town


@pytest.fixture
def town(client: TestClient, clock: FixedClock) -> Town:
    return Town([Gateproof(client, clock)], clock, Late(clock))


@settings(max_examples=6, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(lives)
def test_kept_facts_are_those_folded_anew(town: Town, db: Database, told: list[tuple[int, Step]]) -> None:
    life, stood = Life(town), 0
    for _, step in told:
        life.live(0, step)
        for concept in life.concepts:
            stood += stands(db, concept)
            assert stands(db, concept), "nothing was recorded since it was kept"
    event(f"stood through {'some' if stood else 'no'} steps")


def stands(db: Database, key: str) -> bool:
    """Whether what was kept is found, and is right; else it is kept from now on."""
    with db.reading() as connection:
        row = concepts.on_its_way(connection, key)
        assert row is not None
        kept, anew = find(connection, row, row.last_position), gather(history(connection, row))
    assert anew is not None
    if kept is not None:
        assert kept.facts == anew
        return True
    with db.writing() as tx:
        keep(tx, row.id, row.last_position, anew)
    return False
