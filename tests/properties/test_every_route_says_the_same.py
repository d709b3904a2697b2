"""Over random lives, on both databases and through two services: every route says the same of a concept, at
every moment, and the laws hold.

GATEPROOF_LIVES=50 lives fifty times as many.
"""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, event, given, settings

from service.api.app import create_app
from service.store.engine import Database
from tests.conftest import KEYRING, TOKEN, FixedClock
from tests.gateproof import Body, Gateproof
from tests.properties.lives import VERSIONS, Step, lives
from tests.properties.living import Life, Town
from tests.properties.routes import moved_as_previewed, same_everywhere, unlinked

TICK = timedelta(microseconds=1)
TIMES = int(os.environ.get("GATEPROOF_LIVES", "1"))
LIVES = 10


SO_MANY = settings(
    max_examples=LIVES * TIMES,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink] if TIMES > 1 else [Phase.generate],
)
"""Made smaller only where there is time: each life is told anew for that."""


@pytest.fixture
def town(client: TestClient, database_url: str, clock: FixedClock) -> Iterator[Town]:
    """Two services on one database, each with what it keeps in its process."""
    other = Database(database_url, KEYRING)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(other, clock), headers=headers, raise_server_exceptions=False) as made:
        yield Town([Gateproof(client, clock), Gateproof(made, clock)], clock)
    other.close()


@SO_MANY
@given(lives)
def test_every_route_says_the_same_at_every_moment(town: Town, told: list[tuple[int, Step]]) -> None:
    life = Life(town)
    for number, (via, step) in enumerate(told):
        before = [unlinked(service.readiness(life.concepts[0])) for service in town.services]
        asked_at, head = life.clock(), position(life)
        life.live(via, step)
        if head == position(life):
            time_alone(life, before[0], asked_at)
        if number % 3 == 2:
            heard = same_everywhere(life, 0)
            event(f"{heard['gate']} {heard['verdict']}, owed: {bool(heard['owed'])}")
            frozen_as_it_stands(life, 0)
    for of in range(2):
        same_everywhere(life, of)
        moved_as_previewed(life, of, len(told) % len(VERSIONS) + 1)
        same_everywhere(life, of)
        every_review_replays(life, of)
        no_gate_without_a_go(life, of)


def position(life: Life) -> int:
    found: int = life.gateproof.events(life.portfolio)[-1]["position"]
    return found


def time_alone(life: Life, before: Body, asked_at: datetime) -> None:
    """Nothing was written since: what was said of this instant beforehand is what is so."""
    now = unlinked(life.gateproof.readiness(life.concepts[0]))
    following, until = before["next_change_at"], before["passes_until"]
    if following is None or life.clock() < datetime.fromisoformat(following):
        assert {**now, "as_of": None} == {**before, "as_of": None}
    if before["ready"]:
        assert now["ready"] == (until is None or life.clock() < datetime.fromisoformat(until))
    elif life.clock() > asked_at and before["not_evaluable"] is None and not life_to_come(life, before):
        assert not now["ready"]


def life_to_come(life: Life, before: Body) -> bool:
    """Whether something was dated later than the clock: a clock elsewhere was ahead."""
    return any(each["code"] == "IN_FUTURE" for each in before["not_counted"])


def frozen_as_it_stands(life: Life, of: int) -> None:
    """A hold freezes what is so, a go that is refused too."""
    concept = life.concept(of)
    if concept["next_gate"] is None or concept["status"] == "killed":
        return
    said = unlinked(life.gateproof.readiness(life.concepts[of]))
    path = f"{life.path(of)}/reviews"
    body = {"gate": concept["next_gate"], "outcome": "go" if not said["ready"] else "hold", "rationale": "So"}
    answer = life.gateproof.client.post(f"/v1{path}", json=body)
    assert answer.status_code in (201, 409), answer.text
    if answer.status_code == 409:
        assert unlinked(answer.json()["readiness"]) == said
    reviews = life.gateproof.get(path, limit=200)["items"]
    assert unlinked(reviews[-1]["readiness"]) == said
    assert life.gateproof.get(f"{path}/{reviews[-1]['id']}/replay")["identical"]


def every_review_replays(life: Life, of: int) -> None:
    path = f"{life.path(of)}/reviews"
    for review in life.gateproof.get(path, limit=200)["items"]:
        for service in life.town.services:
            again = service.get(f"{path}/{review['id']}/replay")
            assert again["identical"], (review["outcome"], again["difference"])


def no_gate_without_a_go(life: Life, of: int) -> None:
    concept = life.concept(of)
    reviews = life.gateproof.get(f"{life.path(of)}/reviews", limit=200, accepted=True)["items"]
    goes = [each for each in reviews if each["outcome"] == "go"]
    assert set(concept["passed_gates"]) <= {each["gate"] for each in goes}
    for each in goes:
        assert each["readiness"]["ready"] or not each["enforced"]
    if not all(each["enforced"] for each in reviews):
        assert not concept["enforced"]
