"""A tool that knows its own ids only: it finds, creates and updates by them, however often it runs."""

from tests.gateproof import Body, Gateproof

PATH = "/concepts/by-external/jira/PRD/12"
SAID: Body = {
    "key": "tariff-radar",
    "portfolio": "energy",
    "title": "Tariff radar",
    "process": "stage-gate",
    "origin": "mandate",
    "primary_segment": "smb",
    "team": ["pm-1"],
}


def begin(gateproof: Gateproof) -> None:
    gateproof.post("/portfolios", {"key": "energy", "name": "Energy data"})
    gateproof.post("/people", {"key": "pm-1", "name": "First", "function": "product"})


def test_it_is_created_once_and_repeating_changes_nothing(gateproof: Gateproof) -> None:
    begin(gateproof)
    gateproof.get(PATH, 404)
    made = gateproof.put(PATH, SAID)
    assert made["external"] == [{"system": "jira", "id": "PRD/12", "url": None}]
    known = gateproof.events(None)
    assert gateproof.put(PATH, SAID, 200) == made
    assert gateproof.put(PATH, SAID | {"external": made["external"]}, 200) == made
    assert gateproof.events(None) == known
    assert gateproof.get(PATH) == gateproof.get("/concepts/tariff-radar") == made


def test_what_differs_is_brought_up_to_date(gateproof: Gateproof) -> None:
    begin(gateproof)
    made = gateproof.put(PATH, SAID)
    changed = gateproof.put(PATH, SAID | {"title": "Radar", "team": [], "segments": ["b", "a", "b"]}, 200)
    body = {"title": "Radar", "team": [], "segments": ["a", "b"], "revision": 2}
    assert changed == made | body
    assert gateproof.events()[-1]["type"] == "concept.changed"
    again = {"title": "Radar", "team": [], "segments": ["a", "b"]}
    assert gateproof.put(PATH, SAID | again, 200)["revision"] == 2


def test_what_the_tool_does_not_say_it_does_not_know_and_that_stays(gateproof: Gateproof) -> None:
    begin(gateproof)
    elsewhere = {"system": "tracker", "id": "7", "url": None}
    made = gateproof.put(PATH, SAID | {"segments": ["public"], "external": [elsewhere]})
    unsaid = {name: value for name, value in SAID.items() if name != "team"} | {"title": "Radar"}
    assert gateproof.put(PATH, unsaid, 200) == made | {"title": "Radar", "revision": 2}


def test_where_it_goes_and_how_it_is_called_is_not_the_tools_to_change(gateproof: Gateproof) -> None:
    begin(gateproof)
    gateproof.put(PATH, SAID)
    assert gateproof.put(PATH, SAID | {"key": "other"}, 422)["errors"][0]["field"] == "body.key"
    gateproof.post("/concepts/tariff-radar/process", {"key": "starter", "version": 1, "reason": "Small"}, 200)
    answer = gateproof.put(PATH, SAID, 200)
    assert (answer["process"]["key"], answer["revision"]) == ("starter", 2)
    taken = gateproof.put("/concepts/by-external/jira/PRD-13", SAID, 409)
    assert taken["type"] == "/problems/key-taken"


def test_if_match_is_for_those_who_want_it(gateproof: Gateproof) -> None:
    begin(gateproof)
    gateproof.put(PATH, SAID, 412, **{"If-Match": '"1"'})
    gateproof.put(PATH, SAID)
    changed = SAID | {"title": "Radar"}
    gateproof.put(PATH, changed, 412, **{"If-Match": '"7"'})
    gateproof.put(PATH, changed, 200, **{"If-Match": '"1"'})
    gateproof.put(PATH, changed, 412, **{"If-Match": '"1"'})


def test_an_id_belongs_to_its_portfolio(gateproof: Gateproof) -> None:
    begin(gateproof)
    gateproof.put(PATH, SAID)
    gateproof.post("/portfolios", {"key": "water", "name": "Water"})
    gateproof.put(PATH, SAID | {"key": "wet", "portfolio": "water"})
    assert gateproof.get(PATH, 422)["errors"][0]["field"] == "query.portfolio"
    assert gateproof.get(PATH, portfolio="water")["key"] == "wet"
    token = {"name": "sync", "role": "product_manager", "person": "pm-1", "portfolios": ["water"]}
    headers = {"Authorization": f"Bearer {gateproof.post('/tokens', token)['token']}"}
    seen = gateproof.client.get(f"/v1{PATH}", headers=headers)
    assert seen.json()["key"] == "wet"
    refused = gateproof.put(PATH, SAID, 422, **headers)
    assert refused["errors"][0]["field"] == "body.portfolio"
