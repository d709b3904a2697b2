"""Lists, page by page: nothing twice, nothing missed, and a link to the next page."""

import re
from base64 import urlsafe_b64encode

import pytest
from fastapi.testclient import TestClient

from tests.conftest import FixedClock, World, begins_with
from tests.contract.operations import Operation, guarded, one_error
from tests.gateproof import Body, Gateproof
from tests.worlds import all_that_can_be_written

# Simulations page too, with a draft in the body: see flows/test_simulating.
EVERY_LIST = [each for each in guarded() if "cursor" in each.queries and each.method == "GET"]
# They list what was launched: see flows/test_after_the_launch.
AFTER_THE_LAUNCH = {"list_outcomes", "compare_criteria", "compare_waivers"}
LISTS = [each for each in EVERY_LIST if each.id not in AFTER_THE_LAUNCH]
LINK = re.compile(r'<(/v1/[^>]+)>; rel="next"')
ODD = (
    "",
    "x",
    "[]",
    "{}",
    "null",
    "1",
    '["people"]',
    '["people",1,2]',
    '{"people":"a","b":"c"}',
    "[1e400,1]",
)
ODD_POSITIONS = ("null", "7", "{}", '"a\\u0000"', '"\\n"', "1e400", "[[1,1e400]]", '"\\ud800"', "[1]")
ODD_PLACES_IN_CHAINS = (
    *("[[1,2,3]]", '[["a","b"]]', "[[-1,0]]", "[[1,99999999999]]", "[[null,1]]", "[[1,true]]"),
)


@pytest.fixture
def starting_state() -> World:
    return crowded


def crowded(gateproof: Gateproof, _: FixedClock) -> None:
    """Five of everything that is listed."""
    gateproof.begin()
    for n in "54321":
        gateproof.post("/portfolios", {"key": f"portfolio-{n}", "name": "Name"})
        gateproof.post("/people", {"key": f"person-{n}", "name": "Name", "function": "product"})
        gateproof.post("/tokens", {"name": n, "role": "bot"})
        gateproof.concept(f"concept-{n}")
        starter = {"title": f"Process {n}", "gates": gateproof.get("/processes/starter")["document"]["gates"]}
        gateproof.put(f"/processes/process-{n}", starter)
    gateproof.state("problem")
    body = {"url": "https://192.88.99.1/in", "types": ["readiness.ready"]}
    hooks = [gateproof.post("/webhooks", body)["id"] for _ in range(5)]
    for n in range(5):
        gateproof.post(f"/webhooks/{min(hooks)}/ping", {})
        gateproof.post("/concepts/tariff-radar/badges", {"gate": "G1"})
        gateproof.talk(themes=[f"Theme {gateproof.talks}"])
        gateproof.cite(gateproof.talk(), "problem")
        gateproof.review("G1", "hold")
        gateproof.reject(gateproof.request("g1-problem-customers"))
        gateproof.vote("G1", "no_go", by=f"gate-{gateproof.talks}")
        note = {"gate": "G1", "note": f"Sought, found none: {n}"}
        gateproof.post("/concepts/tariff-radar/disconfirmation-notes", note)


def test_every_list_is_read_whole_page_by_page(client: TestClient) -> None:
    for operation in LISTS:
        path = _at(client, operation)
        whole = client.get(path, params={"limit": 200})
        assert "Link" not in whole.headers
        assert whole.json()["next"] is None
        assert len(whole.json()["items"]) >= 5, operation.id
        assert _read(client, f"{path}?limit=2") == whole.json()["items"], operation.id


def test_a_link_keeps_what_was_asked_for(client: TestClient) -> None:
    listed = _read(client, "/v1/concepts?portfolio=energy&limit=1")
    assert len(listed) == 6
    listed = _read(client, "/v1/events?portfolio=energy&type=citation.made&limit=2")
    assert [event["type"] for event in listed] == ["citation.made"] * 5


def test_what_is_added_before_the_cursor_is_not_seen_and_behind_it_is(client: TestClient) -> None:
    page = client.get("/v1/people?limit=3").json()
    for key in ("a-first", "z-last"):
        client.post("/v1/people", json={"key": key, "name": "Name", "function": "product"})
    rest = client.get("/v1/people", params={"cursor": page["next"]}).json()
    keys = [person["key"] for person in page["items"] + rest["items"]]
    assert keys == sorted(keys)
    assert "a-first" not in keys
    assert "z-last" in keys


@begins_with("prepared")
def test_the_log_goes_on_behind_its_last_page(gateproof: Gateproof) -> None:
    gateproof.begin()
    page = gateproof.get("/events", limit=200)
    assert gateproof.get("/events", cursor=page["resume"])["items"] == []
    gateproof.concept("second")
    gateproof.post("/people", {"key": "pm-2", "name": "Name", "function": "product"})
    gateproof.post("/portfolios", {"key": "water", "name": "Name"})
    added = gateproof.get("/events", cursor=page["resume"])["items"]
    assert sorted(event["type"] for event in added) == [
        "concept.created",
        "person.created",
        "portfolio.created",
    ]


def test_a_cursor_that_no_list_gave_is_refused(client: TestClient) -> None:
    given = {
        operation.id: client.get(_at(client, operation), params={"limit": 1}).json()["next"]
        for operation in LISTS
    }
    assert len(set(given.values())) == len(LISTS)
    for operation in LISTS:
        name = operation.id.removeprefix("list_").removeprefix("disconfirmation_")
        packed = [*ODD, *(f'["{name}",{position}]' for position in ODD_POSITIONS + ODD_PLACES_IN_CHAINS)]
        wrong = [_packed(text) for text in packed] + ["%00", "é", "=", "A" * 7999, "A" * 8001, "\U0001f600"]
        wrong += [cursor for other, cursor in given.items() if other != operation.id]
        wrong += [f"{given[operation.id]}=", f" {given[operation.id]}", given[operation.id][:-2]]
        path = _at(client, operation)
        for cursor in wrong:
            one_error(client.get(path, params={"cursor": cursor}), 422, "query.cursor")


@begins_with(all_that_can_be_written)
def test_a_page_has_one_to_two_hundred_items(client: TestClient) -> None:
    for operation in EVERY_LIST:
        for limit in ("0", "-1", "201", "1.5", "", "ten", "9" * 30, "9" * 5000, "1e400", "NaN", " "):
            answer = client.get(operation.at(concept="tariff-radar"), params={"limit": limit})
            one_error(answer, 422, "query.limit")


def _at(client: TestClient, operation: Operation) -> str:
    """Where the crowd is: the first webhook has all the deliveries."""
    webhook = client.get("/v1/webhooks", params={"limit": 1}).json()["items"][0]["id"]
    return operation.at(concept="tariff-radar", webhook=webhook)


def _read(client: TestClient, path: str | None) -> list[Body]:
    items: list[Body] = []
    while path:
        page = client.get(path)
        items += page.json()["items"]
        link = LINK.fullmatch(page.headers.get("Link", ""))
        assert (link is None) == (page.json()["next"] is None)
        path = link[1] if link else None
    return items


def _packed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
