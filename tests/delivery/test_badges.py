"""A badge shows one verdict to whoever has its address, and nothing else to anybody."""

import logging
from xml.etree import ElementTree as ET

import pytest
from httpx2 import Response
from sqlalchemy import select

from service.api.routes.badge_picture import LOOKS, picture
from service.store.sql.engine import Database
from service.store.tables import metadata
from tests.conftest import FixedClock
from tests.contract.operations import one_error, problem
from tests.delivery.test_being_told import begin, make_ready
from tests.gateproof import Body, Gateproof

COLOURS = {verdict: colour for verdict, (_, colour) in LOOKS.items()}


def make(gateproof: Gateproof, **fields: str) -> Body:
    return gateproof.post("/concepts/tariff-radar/badges", fields)


def look(gateproof: Gateproof, badge: Body) -> Response:
    """As a page that embeds it: without a token."""
    path = badge["url"].removeprefix("https://gateproof.example")
    return gateproof.client.get(path, headers={"Authorization": ""})


def shows(response: Response, gate: str, verdict: str) -> bool:
    word, colour = LOOKS[verdict]  # type: ignore[index]
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/svg+xml"
    ET.fromstring(response.text)
    return f"<title>{gate}: {word}</title>" in response.text and colour in response.text


def test_it_shows_how_the_next_gate_stands(gateproof: Gateproof) -> None:
    begin(gateproof)
    badge = make(gateproof)
    assert shows(look(gateproof, badge), "S1", "blocked")
    make_ready(gateproof)
    assert shows(look(gateproof, badge), "S1", "ready")
    gateproof.review("S1", "go")
    assert shows(look(gateproof, badge), "S2", "blocked")
    gateproof.review("S2", "kill")
    assert shows(look(gateproof, badge), "S2", "not_evaluable")


def test_it_stays_with_its_gate(gateproof: Gateproof) -> None:
    begin(gateproof)
    badge = make(gateproof, gate="S2")
    assert shows(look(gateproof, badge), "S2", "blocked")
    one_error(
        gateproof.client.post("/v1/concepts/tariff-radar/badges", json={"gate": "G9"}), 422, "body.gate"
    )


def test_waived_has_a_colour_of_its_own(gateproof: Gateproof) -> None:
    begin(gateproof)
    gateproof.cite(gateproof.talk(), "problem")
    waiver = gateproof.request("s1-problem-customers", "s1-problem-conversations", gate="S1")
    gateproof.approve(waiver)
    assert shows(look(gateproof, make(gateproof)), "S1", "waived")
    assert len(set(COLOURS.values())) == 4


def test_it_is_kept_for_a_minute_and_never_beyond_what_time_changes(
    gateproof: Gateproof, clock: FixedClock
) -> None:
    begin(gateproof)
    make_ready(gateproof)
    badge = make(gateproof)
    assert _kept(look(gateproof, badge)) == "public, max-age=60"
    clock.move(days=80, seconds=-30)
    assert _kept(look(gateproof, badge)) == "public, max-age=30"
    clock.move(seconds=29, milliseconds=500)
    assert _kept(look(gateproof, badge)) == "public, max-age=0"
    clock.move(milliseconds=500)
    assert shows(look(gateproof, badge), "S1", "blocked")


def test_other_pages_may_embed_it_and_nothing_in_it_runs(gateproof: Gateproof) -> None:
    begin(gateproof)
    response = look(gateproof, make(gateproof))
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "tariff" not in response.text.lower()


def test_revoked_it_is_not_there(gateproof: Gateproof) -> None:
    begin(gateproof)
    badge, other = make(gateproof), make(gateproof)
    path = f"/concepts/tariff-radar/badges/{badge['id']}/revoke"
    assert gateproof.post(path, {}, 200)["revoked_at"] is not None
    gone = problem(look(gateproof, badge), 404)
    ghost = problem(gateproof.client.get("/badges/ghost/badge.svg"), 404)
    assert {**gone, "request_id": ""} == {**ghost, "request_id": ""}
    assert look(gateproof, other).status_code == 200
    gateproof.post(path, {}, 409)
    listed = gateproof.get("/concepts/tariff-radar/badges")["items"]
    assert [each["id"] for each in listed] == sorted([badge["id"], other["id"]])


@pytest.mark.parametrize(
    "token", ["ghost", "%00", "..%2f..%2fv1%2fpeople", "x" * 5000, "%F0%9F%94%91", "'--"]
)
def test_a_bad_token_is_a_404_and_no_more(gateproof: Gateproof, token: str) -> None:
    assert gateproof.client.get(f"/badges/{token}/badge.svg").status_code == 404


def test_its_address_stands_nowhere_but_in_the_answer(
    gateproof: Gateproof, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    begin(gateproof)
    badge = make(gateproof)
    token = badge["url"].split("/")[-2]
    assert len(token) >= 43
    listed = str(gateproof.get("/concepts/tariff-radar/badges"))
    with db.reading() as connection:
        rows = "".join(str(connection.execute(select(table)).all()) for table in metadata.sorted_tables)
    caplog.clear()
    look(gateproof, badge)
    ours = [
        record.getMessage() for record in caplog.records if record.name.startswith(("gateproof", "service"))
    ]
    for place in (listed, rows, str(gateproof.events(portfolio=None)), *ours):
        assert token not in place
    again = {"Idempotency-Key": "k-1"}
    gateproof.post("/concepts/tariff-radar/badges", {}, **again)
    gateproof.post("/concepts/tariff-radar/badges", {}, 409, **again)


def test_a_gate_s_key_cannot_say_more_than_a_key() -> None:
    assert "<script>" not in picture("<script>", "ready")


def _kept(response: Response) -> str:
    assert response.status_code == 200
    return response.headers["cache-control"]
