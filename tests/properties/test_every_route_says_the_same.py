"""Over random lives, on both databases and through two services: every route says the same of a concept, at
every moment, and the laws hold.

GATEPROOF_LIVES=50 lives fifty times as many.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from service.api.app import create_app
from service.store.sql.engine import Database
from tests.client import Client
from tests.conftest import KEYRING, TOKEN, FixedClock
from tests.gateproof import Body, Gateproof
from tests.properties.lives import VERSIONS, Step, lives, unmoving
from tests.properties.living import Late, Life, Town
from tests.properties.routes import moved_as_previewed, same_everywhere, unlinked

TIMES = int(os.environ.get("GATEPROOF_LIVES", "1"))


def so_many(lived: int) -> settings:
    """Made smaller only where there is time: each life is told anew for that."""
    return settings(
        max_examples=lived * TIMES,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if TIMES > 1 else [Phase.generate],
    )


@pytest.fixture
def town(client: TestClient, database_url: str, clock: FixedClock) -> Iterator[Town]:
    """Two services on one database, each with what it keeps in its process, and a clock of its own."""
    other, late = Database(database_url, KEYRING), Late(clock)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with Client(create_app(other, late), headers=headers, raise_server_exceptions=False) as made:
        yield Town([Gateproof(client, clock), Gateproof(made, late)], clock, late)
    other.close()


@so_many(6)
@given(lives, st.sampled_from([0, 0, 2]))
def test_every_route_says_the_same_at_every_moment(
    town: Town, steps: list[tuple[int, Step]], behind: int
) -> None:
    life = Life(town, behind)
    for number, (via, step) in enumerate(steps):
        before = [unlinked(service.readiness(life.concepts[0])) for service in town.services]
        asked_at, head = life.clock(), position(life)
        life.live(via, step)
        if head == position(life):
            time_alone(life, before[0], asked_at)
        if number % 3 == 2:
            answer = same_everywhere(life, 0)
            event(f"{answer['gate']} {answer['verdict']}, owed: {bool(answer['owed'])}")
            frozen_as_it_stands(life, 0)
    for of in range(2):
        same_everywhere(life, of)
        moved_as_previewed(life, of, len(steps) % len(VERSIONS) + 1)
        same_everywhere(life, of)
        every_review_replays(life, of)
        no_gate_without_a_go(life, of)


def position(life: Life) -> int:
    number: int = life.gateproof.events(life.portfolio)[-1]["position"]
    return number


def time_alone(life: Life, before: Body, asked_at: datetime) -> None:
    """Nothing was written since: what was said of this instant beforehand is what is so."""
    now = unlinked(life.town.services[0].readiness(life.concepts[0]))
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
    document = unlinked(life.gateproof.readiness(life.concepts[of]))
    path = f"{life.path(of)}/reviews"
    body = {
        "gate": concept["next_gate"],
        "outcome": "go" if not document["ready"] else "hold",
        "rationale": "They told us so",
    }
    answer = life.gateproof.client.post(f"/v1{path}", json=body)
    assert answer.status_code in (201, 409), answer.text
    review = life.gateproof.get(path, limit=200)["items"][-1]
    # Another's clock may be ahead: a write comes after whatever else its portfolio's log has.
    then = life.gateproof.readiness(
        life.concepts[of], as_of=review["decided_at"], position=document["position"]
    )
    assert unlinked(review["readiness"]) == unlinked(then)
    assert unlinked(review["readiness"]) == document or review["decided_at"] > document["as_of"]
    if answer.status_code == 409:
        assert unlinked(answer.json()["readiness"]) == unlinked(then)
    assert life.gateproof.get(f"{path}/{review['id']}/replay")["identical"]


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


@so_many(2)
@given(lives, st.lists(unmoving, min_size=1, max_size=8))
def test_what_happens_in_other_portfolios_changes_nothing(
    town: Town, steps: list[tuple[int, Step]], elsewhere: list[Step]
) -> None:
    """The same life alone, and between the events of a neighbour: the same verdicts at the same positions."""
    alone = Life(town)
    gists = [gist(alone, via, step) for via, step in steps]
    among, neighbour = Life(town), Life(town)
    for number, (via, step) in enumerate(steps):
        neighbour.live(1 - via, elsewhere[number % len(elsewhere)])
        assert gist(among, via, step) == gists[number], step


def gist(life: Life, via: int, step: Step) -> list[Any]:
    """What its concepts' verdicts come to after this step, without what is named anew each time."""
    life.live(via, step)
    return [_gist(life.gateproof.readiness(concept)) for concept in life.concepts]


def _gist(body: Body) -> dict[str, Any]:
    # Without `as_of`: polls are answered with what was worked out before, while it holds.
    whole = ("position", "gate", "verdict", "passes_until", "next_change_at", "blocking", "warnings")
    every = [*body["gate_criteria"], *(one for each in body["decisions"] for one in each["criteria"])]
    return {name: body[name] for name in whole} | {
        "criteria": [[each[n] for n in ("id", "outcome", "raw_outcome", "actual")] for each in every],
        "owed": [[each[n] for n in ("gate", "criteria", "due_at", "overdue")] for each in body["owed"]],
        "not counted": [[each["decision"], each["code"]] for each in body["not_counted"]],
        "uncited": [each["held_at"] for each in body["uncited"]],
    }
