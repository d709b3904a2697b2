"""Over random lives, on both databases: what is kept of a concept, facts and case, is what folding its events
gives, or is not found any more."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, event, given, settings

from service.domain.gather import gather
from service.domain.readiness import prepare, verdict
from service.store import concepts
from service.store.engine import Database
from service.store.folded import find
from service.store.history import history
from service.usecases.polling import Unkept, keep_folded
from service.usecases.verdicts import labels, learn, pinned
from tests.conftest import FixedClock
from tests.gateproof import Gateproof
from tests.properties.lives import Step, lives
from tests.properties.living import Late, Life, Town


@pytest.fixture
def town(client: TestClient, clock: FixedClock) -> Town:
    return Town([Gateproof(client, clock)], clock, Late(clock))


@settings(max_examples=6, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(lives)
def test_what_is_kept_is_what_folding_anew_gives(
    town: Town, db: Database, clock: FixedClock, told: list[tuple[int, Step]]
) -> None:
    life, stood = Life(town), 0
    for _, step in told:
        life.live(0, step)
        for concept in life.concepts:
            stood += stands(db, concept, clock)
            assert stands(db, concept, clock), "nothing was recorded since it was kept"
    event(f"stood through {'some' if stood else 'no'} steps")


def stands(db: Database, key: str, clock: FixedClock) -> bool:
    """Whether what was kept is found, and is right; else it is kept from now on."""
    with db.reading() as connection:
        row = concepts.on_its_way(connection, key)
        assert row is not None
        kept, anew = find(connection, row, row.last_position), gather(history(connection, row))
        assert anew is not None
        judged_by = pinned(db, connection, row)
        fresh = prepare(judged_by.process, judged_by.ref, None, anew, labels(connection, judged_by, anew))
        if kept is not None:
            assert kept.facts == anew
            known = learn(connection, judged_by, row).known
            assert known.case is not None
            assert known.latest == anew.latest
            for days in (-90, 0, 1, 90, 400):
                as_of = clock() + timedelta(days=days)
                assert verdict(known.case, as_of) == verdict(fresh, as_of)
            return True
    keep_folded(db, Unkept(row.id, row.last_position, anew, fresh, judged_by.process))
    return False
