"""Many concepts move at once: exactly those that were previewed, each as if it were moved alone."""

import pytest

from schemas.moves import MovesIn
from service.store.sql.engine import Database
from service.usecases.moves import bulk_moves
from service.usecases.moves.bulk_moves import begin_moves, move_batch, moves_so_far
from service.usecases.unit_of_work import Caller, join
from tests.conftest import FixedClock, World
from tests.flows.test_asking_of_another_time import publish
from tests.gateproof import Body, Gateproof

MOVES = "/processes/one/moves"
TO_2 = {"version": 2}


@pytest.fixture
def starting_state() -> World:
    return three_by_version_1


def three_by_version_1(gateproof: Gateproof, _: FixedClock) -> None:
    """Concepts by version 1, the first one with one conversation; version 2 asks for two."""
    publish(gateproof)
    gateproof.begin("one")
    for n in (2, 3):
        gateproof.concept(f"tariff-radar-{n}", process="one", title=f"No. {n}")
    publish(gateproof, least=2)
    gateproof.state("problem")
    gateproof.cite(gateproof.talk(), "problem")


def preview(gateproof: Gateproof, status: int = 200, query: str = "", **fields: object) -> Body:
    return gateproof.post(f"{MOVES}/preview{query}", TO_2 | fields, status)


def move(gateproof: Gateproof, name: str, status: int = 200, **fields: object) -> Body:
    body = TO_2 | {"reason": "Stricter", "set": name}
    headers = {"Idempotency-Key": str(fields.pop("once"))} if "once" in fields else {}
    return gateproof.post(MOVES, body | fields, status, **headers)


def versions(gateproof: Gateproof) -> dict[str, int]:
    return {each["key"]: each["process"]["version"] for each in gateproof.get("/concepts")["items"]}


def moved_events(gateproof: Gateproof, portfolio: str = "energy") -> list[Body]:
    return [event for event in gateproof.events(portfolio) if event["type"] == "concept.moved"]


def test_a_preview_says_of_each_what_its_own_preview_says_and_writes_nothing(gateproof: Gateproof) -> None:
    known = gateproof.events(None), versions(gateproof)

    seen = preview(gateproof)

    assert (gateproof.events(None), versions(gateproof)) == known
    assert seen["counts"] == {"newly_blocked": 1, "newly_ready": 0, "unchanged": 2}
    assert (seen["concepts"], seen["process"]["version"], seen["next"]) == (3, 2, None)
    for item in seen["items"]:
        path = f"/concepts/{item['concept']}/process?preview=true"
        alone = gateproof.post(path, TO_2 | {"reason": "Stricter"}, 200)
        assert (item["before"], item["after"]) == (alone["before"], alone["after"])


def test_pages_go_through_all_of_them_with_the_counts_of_the_first(gateproof: Gateproof) -> None:
    whole = preview(gateproof)
    page = preview(gateproof, query="?limit=1")
    items, pages = page["items"], 1
    while page["next"]:
        page = preview(gateproof, query=f"?limit=1&cursor={page['next']}")
        assert {**page, "items": [], "next": None} == {**whole, "items": []}
        items, pages = items + page["items"], pages + 1
    assert (items, pages) == (whole["items"], 3)
    first = preview(gateproof, query="?limit=1")["next"]
    preview(gateproof, 422, query=f"?limit=1&cursor={first}", version=1)


def test_each_moves_as_if_it_were_moved_alone(gateproof: Gateproof) -> None:
    gateproof.concept("alone", process="one", process_version=1)
    gateproof.post("/concepts/alone/process", TO_2 | {"reason": "Stricter"}, 200)

    moved = move(gateproof, preview(gateproof)["set"])

    assert (moved["concepts"], moved["moved"], moved["problems"]) == (3, 3, [])
    assert set(versions(gateproof).values()) == {2}
    alone, *others = moved_events(gateproof)
    assert len(others) == 3
    for event in others:
        assert {**event["data"], "commitment": ""} == {**alone["data"], "commitment": ""}
    assert gateproof.get("/concepts/tariff-radar")["revision"] == 2
    assert gateproof.readiness()["verdict"] == "blocked"
    assert gateproof.get("/readiness", verdict="blocked")["counts"]["blocked"] == 4


def test_a_review_of_before_replays_after_the_move(gateproof: Gateproof) -> None:
    review = gateproof.review("H1", "go")["id"]
    gateproof.concept("next", process="one", process_version=1)
    move(gateproof, preview(gateproof)["set"])
    assert gateproof.get(f"/concepts/tariff-radar/reviews/{review}/replay")["identical"] is True


def test_sent_again_it_answers_the_same_and_moves_nothing(gateproof: Gateproof) -> None:
    name = preview(gateproof)["set"]
    moved = move(gateproof, name, once="key")
    known = gateproof.events(None)
    gateproof.concept("newcomer", process="one", process_version=1)
    assert move(gateproof, name) == moved
    assert move(gateproof, name, once="key") == moved
    assert len(gateproof.events(None)) == len(known) + 1
    problem = move(gateproof, name, 422, once="key", reason="Another")
    assert problem["type"] == "/problems/idempotency-key-reused"


def test_what_was_broken_off_goes_on_where_it_was(
    gateproof: Gateproof, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_moves, "BATCH", 1)
    batches = []

    def fail_at_the_second(*value: object) -> object:
        batches.append(value)
        if len(batches) == 2:
            raise RuntimeError
        return join(*value)  # type: ignore[arg-type]

    monkeypatch.setattr(bulk_moves, "join", fail_at_the_second)
    name = preview(gateproof)["set"]
    move(gateproof, name, 500)
    assert sorted(versions(gateproof).values()) == [1, 1, 2]

    moved = move(gateproof, name)

    assert (moved["moved"], moved["problems"], len(moved_events(gateproof))) == (3, [], 3)


def test_another_set_than_was_previewed_is_refused_whole(gateproof: Gateproof) -> None:
    name = preview(gateproof)["set"]
    gateproof.cite(gateproof.talk(), "problem")
    assert preview(gateproof)["set"] == name, "evidence goes on"
    changes = (
        lambda: gateproof.concept("one-more", process="one", process_version=1),
        lambda: gateproof.review("H1", "go"),
        lambda: gateproof.review("H1", "kill", "tariff-radar-2"),
        lambda: gateproof.post("/concepts/tariff-radar-3/process", TO_2 | {"reason": "Alone"}, 200),
    )
    for change in changes:
        change()
        known = gateproof.events(None)
        assert move(gateproof, name, 409)["type"] == "/problems/set-changed"
        assert gateproof.events(None) == known
        name = preview(gateproof)["set"]
    elsewhere = preview(gateproof, key="starter", version=1)["set"]
    assert move(gateproof, elsewhere, 409)["errors"][0]["field"] == "body.set"


def test_what_goes_on_in_the_meantime_stays_and_stops_no_other(
    gateproof: Gateproof, db: Database, clock: FixedClock
) -> None:
    name = preview(gateproof)["set"]
    caller, body = Caller("admin", clock), MovesIn(version=2, reason="Stricter", set=name)
    begun = begin_moves(db, caller, "one", body)
    gateproof.review("H1", "kill", "tariff-radar-2")

    [(portfolio, batch)] = begun.batches()
    [stayed] = move_batch(db, caller, begun.target, body, portfolio, batch)

    assert (stayed.concept, stayed.problem.type) == ("tariff-radar-2", "/problems/set-changed")
    assert versions(gateproof) == {"tariff-radar": 2, "tariff-radar-2": 1, "tariff-radar-3": 2}
    assert moves_so_far(db, begun.target, body, []).moved == 2
    assert move(gateproof, name, 409)["type"] == "/problems/set-changed"


def test_a_set_is_narrowed_by_what_the_page_of_readiness_knows(gateproof: Gateproof) -> None:
    external = [{"system": "jira", "id": "PRD-12"}]
    gateproof.concept("linked", process="one", process_version=1, external=external)
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.concept("wet", portfolio="water", process="one")
    gateproof.concept("other", process="starter")

    def narrowed(**fields: object) -> list[str]:
        return [each["concept"] for each in preview(gateproof, **fields)["items"]]

    assert narrowed(verdict="ready") == ["tariff-radar"]
    assert narrowed(owner="admin") == ["tariff-radar"]
    assert narrowed(external="jira") == narrowed(external="jira:PRD-12") == ["linked"]
    assert narrowed(external="jira:PRD-13") == narrowed(gate="H2") == narrowed(stage="heard") == []
    assert len(narrowed(gate="H1")) == len(narrowed(stage="discovery")) == 4
    assert narrowed(portfolios=["water"]) == []
    assert narrowed(version=1) == narrowed(version=1, from_versions=[2], portfolios=["water"]) == ["wet"]
    assert narrowed(version=1, from_versions=[1]) == []
    moved = move(gateproof, preview(gateproof, verdict="ready")["set"], verdict="ready")
    assert (moved["moved"], versions(gateproof)["tariff-radar"]) == (1, 2)
    assert versions(gateproof)["linked"] == 1


def test_portfolios_that_do_not_allow_the_process_are_named(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", {"key": "water", "name": "Water", "processes": ["one"]})
    gateproof.concept("wet", portfolio="water", process="one", process_version=1)

    refused = preview(gateproof, 422, key="starter", version=1)

    [error] = refused["errors"]
    assert error["rule"] == "the portfolio water does not allow this process"
    name = preview(gateproof, key="starter", version=1, portfolios=["energy"])["set"]
    body = {"key": "starter", "version": 1}
    assert move(gateproof, name, 422, **body)["errors"] == [error]
    assert move(gateproof, name, portfolios=["energy"], **body)["moved"] == 3


def test_where_it_goes_has_to_be_there(gateproof: Gateproof) -> None:
    assert preview(gateproof, 422, version=9)["errors"][0]["field"] == "body.version"
    assert preview(gateproof, 422, key="nowhere")["errors"][0]["field"] == "body.key"
    wrong = preview(gateproof, 422, portfolios=["energy", "nowhere"])["errors"][0]
    assert wrong["field"] == "body.portfolios.1"
    gateproof.post("/processes/nowhere/moves/preview", TO_2, 404)
    gateproof.post(MOVES, TO_2 | {"reason": "Stricter"}, 422)


def test_an_admin_of_one_portfolio_moves_no_other(gateproof: Gateproof, clock: FixedClock) -> None:
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.concept("wet", portfolio="water", process="one", process_version=1)
    token = {"name": "a", "role": "admin", "person": "pm-1", "portfolios": ["water"]}
    headers = {"Authorization": f"Bearer {gateproof.post('/tokens', token)['token']}"}

    seen = gateproof.post(f"{MOVES}/preview", TO_2, 200, **headers)
    body = TO_2 | {"reason": "Stricter", "set": seen["set"]}
    assert gateproof.post(MOVES, body, 200, **headers)["moved"] == 1

    assert versions(gateproof)["wet"] == 2
    assert versions(gateproof)["tariff-radar"] == 1
