"""Over random lives, on both databases: what is kept of a concept, facts and case, is what folding its events
gives, or is not found any more."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, event, given, settings
from sqlalchemy import Connection, Row

from service.domain.facts.fold import gather
from service.domain.verdict.readiness import prepare, verdict
from service.store.derived.snapshots import find_case
from service.store.nouns import concepts
from service.store.reading.history import history
from service.store.sql.engine import Database
from service.usecases.verdicts.cases import facts_at_head, labels, load_case, pinned
from service.usecases.verdicts.polling import PendingSnapshot, save_snapshot
from tests.conftest import FixedClock
from tests.gateproof import Gateproof
from tests.properties.lives import Step, lives
from tests.properties.living import Late, Life, Town

KEPT_EVERY = 3
"""Steps: in between, what was kept is carried on from."""


@pytest.fixture
def town(client: TestClient, clock: FixedClock) -> Town:
    return Town([Gateproof(client, clock)], clock, Late(clock))


@settings(max_examples=6, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(lives)
def test_what_is_kept_is_what_folding_anew_gives(
    town: Town, db: Database, clock: FixedClock, steps: list[tuple[int, Step]]
) -> None:
    life, checked = Life(town), 0
    for number, (_, step) in enumerate(steps):
        life.live(0, step)
        for concept in life.concepts:
            checked += is_right(db, concept, clock)
            if number % KEPT_EVERY == 0:
                keep(db, concept)
                assert is_right(db, concept, clock)
    event(f"found {'some' if checked else 'no'} cases")


def is_right(db: Database, key: str, clock: FixedClock) -> bool:
    """Whether the case that was kept is found; what is known is right in any case."""
    with db.reading() as connection:
        row = found_row(connection, key)
        anew = gather(history(connection, row))
        assert anew is not None
        assert facts_at_head(connection, row, row.last_position) == anew
        judged_by = pinned(db, connection, row)
        fresh = prepare(judged_by.process, judged_by.ref, None, anew, labels(connection, judged_by, anew))
        loaded = load_case(connection, judged_by, row)
        assert loaded.case is not None
        assert loaded.latest == anew.latest
        for days in (-90, 0, 1, 90, 400):
            as_of = clock() + timedelta(days=days)
            assert verdict(loaded.case, judged_by.process, as_of) == verdict(fresh, judged_by.process, as_of)
        return find_case(connection, row, row.last_position) is not None


def keep(db: Database, key: str) -> None:
    """Keep what a poll would."""
    with db.reading() as connection:
        row = found_row(connection, key)
        facts = gather(history(connection, row))
        assert facts is not None
        judged_by = pinned(db, connection, row)
        case = prepare(judged_by.process, judged_by.ref, None, facts, labels(connection, judged_by, facts))
    save_snapshot(db, PendingSnapshot(row.id, row.portfolio, row.last_position, row.last_digest, facts, case))


def found_row(connection: Connection, key: str) -> Row[Any]:
    row = concepts.on_its_way(connection, key)
    assert row is not None
    return row
