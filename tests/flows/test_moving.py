"""A concept goes by another process version only when somebody moves it, and its past stays as it was."""

from datetime import timedelta

from tests.conftest import FixedClock
from tests.flows.test_asking_of_another_time import ONE_GATE, publish
from tests.gateproof import Body, Gateproof

PATH = "/concepts/tariff-radar/process"


def begin(gateproof: Gateproof) -> None:
    publish(gateproof)
    gateproof.begin("one")
    publish(gateproof, least=2)
    gateproof.state("problem")
    gateproof.cite(gateproof.talk(), "problem")


def move(gateproof: Gateproof, version: int, status: int = 200, query: str = "", **fields: object) -> Body:
    return gateproof.post(f"{PATH}{query}", {"version": version, "reason": "Stricter"} | fields, status)


def test_a_preview_says_what_would_change_and_changes_nothing(gateproof: Gateproof) -> None:
    begin(gateproof)
    known = gateproof.events(), gateproof.get("/concepts/tariff-radar")

    seen = move(gateproof, 2, query="?preview=true")

    assert (seen["moved"], seen["before"]["verdict"], seen["after"]["verdict"]) == (False, "ready", "blocked")
    assert seen["after"]["blocking"] == ["heard"]
    assert (gateproof.events(), gateproof.get("/concepts/tariff-radar")) == known


def test_a_move_is_recorded_and_the_next_verdict_goes_by_it(gateproof: Gateproof) -> None:
    begin(gateproof)
    before = gateproof.readiness()

    moved = move(gateproof, 2)

    assert (moved["moved"], moved["before"]["process"]["version"]) == (True, 1)
    concept, event = gateproof.get("/concepts/tariff-radar"), gateproof.events()[-1]
    assert (concept["process"]["version"], concept["revision"]) == (2, 2)
    assert (event["type"], event["data"]["process"]["version"]) == ("concept.moved", 2)
    now = gateproof.readiness()
    assert (now["verdict"], now["process"]["version"]) == ("blocked", 2)
    assert now["input_digest"] != before["input_digest"]
    gateproof.patch("/concepts/tariff-radar", {"title": "Other"}, **{"If-Match": '"2"'})
    assert gateproof.get("/concepts/tariff-radar")["process"]["version"] == 2


CONSENT = "    criteria:\n      - {id: consent, approvals: 1}\n"


def test_a_preview_says_what_the_move_itself_outdates(gateproof: Gateproof, clock: FixedClock) -> None:
    headers = {"Content-Type": "application/yaml"}
    for least in (1, 2):
        document = ONE_GATE.format(gate="H1", least=least) + CONSENT
        gateproof.client.put("/v1/processes/one", content=document, headers=headers)
    gateproof.begin("one", process_version=1)
    gateproof.state("problem")
    for _ in range(2):
        gateproof.cite(gateproof.talk(), "problem")
    gateproof.vote("H1")

    seen = move(gateproof, 2, query="?preview=true")

    assert (seen["before"]["verdict"], seen["after"]["blocking"]) == ("ready", ["consent"])
    assert move(gateproof, 2) == {**seen, "moved": True}
    assert gateproof.readiness()["blocking"] == ["consent"]
    clock.instant -= timedelta(days=20)
    assert move(gateproof, 1, query="?preview=true")["before"]["blocking"] == ["consent"]


def test_past_reviews_stay_and_replay(gateproof: Gateproof) -> None:
    begin(gateproof)
    review = gateproof.review("H1", "go")
    move(gateproof, 2)
    later = gateproof.review("H1", "recycle")

    path = "/concepts/tariff-radar/reviews"
    assert gateproof.get(f"{path}/{review['id']}") == review
    versions = []
    for each in (review, later):
        answer = gateproof.get(f"{path}/{each['id']}/replay")
        assert answer["identical"] is True
        versions.append(answer["process"]["version"])
    assert versions == [1, 2]


def test_gates_are_told_apart_by_their_keys(gateproof: Gateproof) -> None:
    begin(gateproof)
    gateproof.review("H1", "go")
    publish(gateproof, gate="H2")

    move(gateproof, 3)

    concept = gateproof.get("/concepts/tariff-radar")
    assert (concept["stage"], concept["next_gate"], concept["status"]) == ("discovery", "H2", "active")
    move(gateproof, 2)
    assert gateproof.get("/concepts/tariff-radar")["status"] == "completed"


def test_a_move_goes_somewhere_else_that_is_there_and_allowed(gateproof: Gateproof) -> None:
    begin(gateproof)
    assert move(gateproof, 9, 422)["errors"][0]["field"] == "body.version"
    assert move(gateproof, 1, 422, key="nowhere")["errors"][0]["field"] == "body.key"
    assert move(gateproof, 1, 409)["type"] == "/problems/process-unchanged"
    gateproof.patch("/portfolios/energy", {"processes": ["one"]}, **{"If-Match": '"1"'})
    assert move(gateproof, 1, 422, key="starter")["errors"][0]["field"] == "body.key"


def test_whoever_repeats_a_move_moves_once(gateproof: Gateproof) -> None:
    begin(gateproof)
    body, headers = {"version": 2, "reason": "Stricter"}, {"Idempotency-Key": "one"}
    gateproof.post(PATH, body, 200, **headers)
    known = gateproof.events()
    gateproof.post(PATH, body, 200, **headers)
    assert gateproof.events() == known
