"""A clock leaps, and the leap is ended: whatever was answered until then reads as it did, frozen verdicts
replay, and what comes later goes by the true clock, whichever way is asked."""

from copy import deepcopy
from datetime import timedelta
from functools import cache
from random import Random
from typing import NamedTuple

import pytest
from sqlalchemy import delete

from service.store.derived.snapshots import snapshots
from service.store.sql.engine import Database
from tests.conftest import FixedClock, World
from tests.gateproof import Body, Gateproof
from tests.properties.test_log_reads_as_it_was import ACTS, CONCEPT, RICH, Answer, Life, mute

LEAP = timedelta(days=400)
YAML = {"Content-Type": "application/yaml"}


class Leaped(NamedTuple):
    """The answers until the leap was ended, and those since; the position at which it was."""

    before: list[Answer]
    since: list[Answer]
    ended_by: int


@cache
def lived(seed: int) -> World:
    """A life by this seed, in which the clock is ahead for a while."""

    def live(gateproof: Gateproof, clock: FixedClock) -> Leaped:
        assert gateproof.client.put("/v1/processes/rich", content=RICH, headers=YAML).status_code == 201
        gateproof.begin("rich")
        for key, segment in (("acme", "smb"), ("bolt", "smb"), ("cobalt", "public")):
            gateproof.customer(key, segment=segment)
        for decision in ("problem", "price"):
            gateproof.state(decision)
        life = Life(gateproof, clock, seed)
        _some(life, 40)
        clock.instant += LEAP
        _some(life, 15)
        clock.instant -= LEAP
        _some(life, 10, asking=False)  # of the future, that is: then it would see what is dated later
        gateproof.post("/audit/leaps/end", {}, 200)
        ended_by = gateproof.events("energy", type="leap.ended")[-1]["position"]
        before, life.answers = life.answers, []
        _some(life, 40)
        return Leaped(before, life.answers, ended_by)

    return live


def _some(life: Life, count: int, *, asking: bool = True) -> None:
    for _ in range(count):
        life.random.choices(list(ACTS), list(ACTS.values()))[0](life)
        if asking and life.random.random() < 0.4:
            life.remember()


@pytest.fixture(params=(1, 3))
def starting_state(request: pytest.FixtureRequest) -> World:
    return lived(request.param)


def test_every_answer_can_be_had_again(gateproof: Gateproof, world: Leaped) -> None:
    for answer in (*world.before, *world.since):
        query = {"position": answer.verdict["position"], "as_of": answer.verdict["as_of"]}
        if answer.gate:
            query["gate"] = answer.gate
        assert mute(gateproof.readiness(**query)) == mute(deepcopy(answer.verdict))


def test_every_review_replays_and_the_log_is_sound(gateproof: Gateproof) -> None:
    reviews = gateproof.get(f"{CONCEPT}/reviews", limit=200)["items"]
    years = {review["decided_at"][:4] for review in reviews}
    assert len(years) > 1
    for review in reviews:
        assert gateproof.get(f"{CONCEPT}/reviews/{review['id']}/replay")["identical"], review["outcome"]
    assert gateproof.get("/audit/verify")["findings"] == []


def test_what_comes_later_goes_by_the_clock_and_says_what_it_rests_on(
    gateproof: Gateproof, clock: FixedClock, world: Leaped
) -> None:
    since = {event["position"]: event["at"] for event in gateproof.events()}
    instants = [at for position, at in sorted(since.items()) if position >= world.ended_by]
    assert instants == sorted(instants)
    assert instants[-1] <= clock().isoformat().replace("+00:00", "Z")
    verdict = gateproof.readiness()
    assert verdict["as_of"] == clock().isoformat().replace("+00:00", "Z")
    assert [each["ended_by"] for each in verdict["leaps"]] == [world.ended_by]
    assert all(answer.verdict["leaps"] == [] for answer in world.before)


def test_every_way_of_asking_answers_the_same(gateproof: Gateproof, db: Database, clock: FixedClock) -> None:
    def ways() -> list[Body]:
        at = clock().isoformat()
        asked = {"concepts": [{"concept": "tariff-radar"}]}
        [answer] = gateproof.post("/readiness/batch", asked, 200)["items"]
        return [gateproof.readiness(), gateproof.readiness(as_of=at), answer["readiness"]]

    random = Random(7)
    life = Life(gateproof, clock, 7)
    for _ in range(12):
        random.choices(list(ACTS), list(ACTS.values()))[0](life)
        kept = ways()
        with db.writing() as tx:
            tx.execute(delete(snapshots))
        db.forget()
        anew = ways()
        for number, each in enumerate((*kept, *anew)):
            assert each | {"as_of": ""} == kept[0] | {"as_of": ""}, number
        # A killed concept is not on the page.
        for page in gateproof.get("/readiness")["items"]:
            assert {name: kept[0][name] for name in ("verdict", "passes_until", "blocking")} == {
                name: page[name] for name in ("verdict", "passes_until", "blocking")
            }
