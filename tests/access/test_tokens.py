"""Tokens: what they look like, what they may, and when they end."""

from binascii import crc32

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from service.domain.access.token_form import ALPHABET, RANDOM_BYTES, is_well_formed, token_of
from service.store.nouns.tokens import tokens
from service.store.sql.engine import Database
from tests.conftest import FixedClock
from tests.contract.operations import one_error, problem
from tests.gateproof import Body, Gateproof
from tests.store.watching import watched

ME = "/v1/me"
RANDOM = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES)


def bearer(made: Body | str) -> dict[str, str]:
    token = made if isinstance(made, str) else made["token"]
    return {"Authorization": f"Bearer {token}"}


def bot(gateproof: Gateproof, **fields: object) -> Body:
    return gateproof.post("/tokens", {"name": "Nightly", "role": "bot"} | fields)


@given(RANDOM)
def test_a_token_is_found_by_its_form_alone(random: bytes) -> None:
    token = token_of(random)
    assert is_well_formed(token)
    body, check = token[3:-6], token[-6:]
    number = 0
    for digit in check:
        number = number * 62 + ALPHABET.index(digit)
    assert number == crc32(body.encode())


@given(RANDOM, st.integers(0, 51), st.sampled_from(ALPHABET))
def test_a_slip_of_the_hand_is_noticed(random: bytes, place: int, other: str) -> None:
    token = token_of(random)
    slipped = token[:place] + other + token[place + 1 :]
    assert is_well_formed(slipped) == (slipped == token)


def test_what_cannot_be_ours_is_refused_without_asking_the_database(client: TestClient, db: Database) -> None:
    token = token_of(bytes(RANDOM_BYTES))
    assert client.get(ME).status_code == 200, "what does not change has been learnt"
    wrong = [token[:-1], token[:-1] + "!", token.swapcase(), "ghp_" + token[3:], "x" * 4000]
    with watched(db) as seen:
        for each in wrong:
            problem(client.get(ME, headers=bearer(each)), 401)
    assert seen == []
    with watched(db) as seen:
        problem(client.get(ME, headers=bearer(token)), 401)
    # The token; and on PostgreSQL how far the log is, which SQLite is asked unwatched.
    assert len(seen) == (1 if db.is_sqlite else 2)


def test_a_token_is_shown_once_and_kept_as_a_keyed_hash(gateproof: Gateproof, db: Database) -> None:
    made = bot(gateproof)
    assert is_well_formed(made["token"])
    assert "token" not in gateproof.get(f"/tokens/{made['id']}")
    assert made["token"] not in str(gateproof.get("/tokens"))
    with db.reading() as connection:
        rows = str(connection.execute(select(tokens)).all())
    assert made["token"] not in rows
    assert "Nightly" not in rows


def test_it_ends_at_its_instant_and_not_before(
    gateproof: Gateproof, client: TestClient, clock: FixedClock
) -> None:
    made = bot(gateproof, expires_in_days=30)
    clock.move(days=30, microseconds=-1)
    assert client.get(ME, headers=bearer(made)).status_code == 200
    clock.move(microseconds=1)
    problem(client.get(ME, headers=bearer(made)), 401)


def test_ninety_days_are_the_most_unless_an_admin_says_otherwise(gateproof: Gateproof) -> None:
    asked = {"name": "Nightly", "role": "bot", "expires_in_days": 91}
    one_error(gateproof.client.post("/v1/tokens", json=asked), 422, "body.expires_in_days")
    made = gateproof.post("/tokens", asked | {"long_lived": True})
    assert made["expires_at"] == "2027-02-21T09:00:00Z"
    assert bot(gateproof)["expires_at"] == "2027-02-20T09:00:00Z"


def test_a_revoked_token_opens_nothing_from_then_on(gateproof: Gateproof, client: TestClient) -> None:
    made = bot(gateproof)
    assert client.get(ME, headers=bearer(made)).status_code == 200
    gateproof.post(f"/tokens/{made['id']}/revoke", {"reason": "Lost"}, 200)
    problem(client.get(ME, headers=bearer(made)), 401)
    again = client.post(f"/v1/tokens/{made['id']}/revoke", json={})
    assert problem(again, 409)["type"] == "/problems/token-ended"


def test_rotated_both_stand_for_the_overlap_and_then_the_new_one_alone(
    gateproof: Gateproof, client: TestClient, clock: FixedClock
) -> None:
    old = bot(gateproof, expires_in_days=30, portfolios=None)
    clock.move(days=29)
    rotate = f"/v1/tokens/{old['id']}/rotate"
    new = client.post(rotate, json={"overlap_minutes": 10}, headers=bearer(old)).json()
    both = [client.get(ME, headers=bearer(each)).status_code for each in (old, new)]
    clock.move(minutes=10)
    later = [client.get(ME, headers=bearer(each)).status_code for each in (old, new)]

    assert (both, later) == ([200, 200], [401, 200])
    assert (new["rotated_from"], new["role"]) == (old["id"], "bot")
    assert new["expires_at"] == "2027-01-20T09:00:00Z"


def test_of_others_tokens_nobody_but_an_admin_learns_or_ends_anything(
    gateproof: Gateproof, client: TestClient
) -> None:
    mine, other = bot(gateproof), bot(gateproof)
    for act in ("rotate", "revoke"):
        foreign = client.post(f"/v1/tokens/{other['id']}/{act}", json={}, headers=bearer(mine))
        ghost = client.post(f"/v1/tokens/ghost/{act}", json={}, headers=bearer(mine))
        assert problem(foreign, 404)["detail"] == problem(ghost, 404)["detail"]


@pytest.mark.parametrize("act", ["rotate", "revoke"])
def test_nor_by_sending_again_what_another_of_their_tokens_sent(
    gateproof: Gateproof, client: TestClient, act: str
) -> None:
    first, other = bot(gateproof), bot(gateproof)
    path, key = f"/v1/tokens/{first['id']}/{act}", {"Idempotency-Key": "nightly"}
    assert client.post(path, json={}, headers=bearer(first) | key).is_success
    again = client.post(path, json={}, headers=bearer(other) | key)
    ghost = client.post(f"/v1/tokens/ghost/{act}", json={}, headers=bearer(other) | key)
    assert problem(again, 404)["detail"] == problem(ghost, 404)["detail"]


def test_its_use_is_noted_to_the_hour(gateproof: Gateproof, client: TestClient, clock: FixedClock) -> None:
    made = bot(gateproof)
    noted = []
    for minutes in (0, 59, 1):
        clock.move(minutes=minutes)
        client.get(ME, headers=bearer(made))
        noted.append(gateproof.get(f"/tokens/{made['id']}")["last_used_at"])
    assert noted == ["2026-11-22T09:00:00Z", "2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "bot", "person": "admin"}, "body.person"),
        ({"role": "researcher", "person": "ghost"}, "body.person"),
        ({"role": "bot", "portfolios": ["ghost"]}, "body.portfolios.0"),
        ({"role": "king", "person": "admin"}, "body.role"),
        ({"role": "bot", "expires_in_days": 0}, "body.expires_in_days"),
    ],
)
def test_what_makes_no_sense_is_refused(client: TestClient, body: Body, field: str) -> None:
    one_error(client.post("/v1/tokens", json={"name": "Name"} | body), 422, field)


def test_without_a_person_it_speaks_for_whoever_makes_it(gateproof: Gateproof) -> None:
    asked = {"name": "Mine", "role": "researcher", "portfolios": None, "expires_in_days": 30}
    assert gateproof.post("/tokens", asked)["person"] == "admin"
    assert bot(gateproof)["person"] is None


def test_two_tokens_of_one_person_are_one_person(gateproof: Gateproof, client: TestClient) -> None:
    gateproof.begin()
    gateproof.state("problem", owner="pm-1")
    cited = gateproof.cite(gateproof.talk(), "problem", "contradicts")
    for role in ("product_manager", "gatekeeper"):
        made = gateproof.post("/tokens", {"name": role, "role": role, "person": "pm-1"})
        at = f"/v1/concepts/tariff-radar/citations/{cited['id']}/answer"
        answer = client.post(at, json={"answer": "We build for others."}, headers=bearer(made))
        assert answer.status_code in (200, 409), answer.text


def test_a_bot_reads_a_verdict_without_a_word_that_anybody_wrote(
    gateproof: Gateproof, client: TestClient
) -> None:
    canary = "the canary sings"
    gateproof.begin(title=canary)
    gateproof.client.put(
        "/v1/processes/sung", content=SUNG.format(canary), headers={"Content-Type": "application/yaml"}
    )
    gateproof.concept("sung", process="sung", title=canary)
    gateproof.state("problem", "sung", statement=canary)
    talk = gateproof.talk(themes=[canary], summary=f"{canary} {'word ' * 80}", consent="quote_publicly")
    gateproof.cite(talk, "problem", concept="sung", excerpt=canary)
    at = "/v1/concepts/sung/readiness"
    made = bot(gateproof, portfolios=["energy"])

    whole = client.get(at)
    body = client.get(at, headers=bearer(made))
    refused = client.get(f"{at}?require=ready", headers=bearer(made))

    assert canary in whole.text
    for answer in (body, refused):
        assert canary not in answer.text
        assert canary not in str(answer.headers)
    assert refused.status_code == 409
    keys = ("verdict", "ready", "passes_until", "next_change_at", "input_digest", "blocking", "as_of")
    assert {key: body.json()[key] for key in keys} == {key: whole.json()[key] for key in keys}
    assert body.headers["ETag"] != whole.headers["ETag"]
    again = client.get(at, headers=bearer(made) | {"If-None-Match": body.headers["ETag"]})
    assert again.status_code == 304


SUNG = """
title: {0}
gates:
  - key: G1
    title: {0}
    stage: building
    decisions:
      - key: problem
        title: {0}
        criteria:
          - {{id: heard, at_least: 1, of: conversations, waivable: false}}
          - {{id: sung, at_least: 2, of: conversations, where: {{theme: {0}}}}}
          - {{id: shared, pattern: 2}}
"""


def test_the_answer_carries_what_may_be_done(gateproof: Gateproof, client: TestClient) -> None:
    made = bot(gateproof, portfolios=None)
    me = client.get(ME, headers=bearer(made)).json()
    assert (me["role"], me["person"], me["portfolios"], me["token"]) == ("bot", None, None, made["id"])
    assert "get_readiness" in me["operations"]
    assert "decide" not in me["operations"]
