"""Good tokens, and whom they make."""

from datetime import timedelta

import pytest

from service.oidc.access import Oidc, looks_like_jwt
from service.usecases.access import Holder
from tests.conftest import START, FixedClock
from tests.oidc.conftest import Seen, github, gitlab, person
from tests.oidc.issuer import LoopbackIssuer, ec_key, ed_key, jwk_of, jwt


def test_a_github_run_becomes_a_bot_of_its_portfolio(oidc: Oidc, ci: LoopbackIssuer, seen: Seen) -> None:
    holder = oidc.exchange(ci.sign(github(ci)), START, seen)
    assert holder == Holder(None, "bot", frozenset({"energy"}), "oidc")


def test_a_gitlab_job_becomes_a_bot_of_all_portfolios(oidc: Oidc, ci: LoopbackIssuer, seen: Seen) -> None:
    assert oidc.exchange(ci.sign(gitlab(ci)), START, seen) == Holder(None, "bot", None, "oidc")


def test_an_id_may_come_as_a_number(oidc: Oidc, ci: LoopbackIssuer, seen: Seen) -> None:
    assert oidc.exchange(ci.sign(gitlab(ci, project_id=28)), START, seen) is not None


def test_a_jti_is_claimed_until_the_token_is_refused_as_expired(
    oidc: Oidc, ci: LoopbackIssuer, seen: Seen
) -> None:
    oidc.exchange(ci.sign(github(ci)), START, seen)
    until = seen.claimed[ci.url, "4a576b35-ff09-41c5"]
    assert oidc.exchange(ci.sign(github(ci)), until - timedelta(seconds=1), Seen()) is not None
    assert oidc.exchange(ci.sign(github(ci)), until, Seen()) is None


def test_a_jti_is_claimed_only_by_a_token_that_is_good_in_all_else(
    oidc: Oidc, ci: LoopbackIssuer, seen: Seen
) -> None:
    assert oidc.exchange(ci.sign(github(ci, repository_id="801")), START, seen) is None
    assert oidc.exchange(ci.sign(github(ci)), START, seen) is not None


@pytest.mark.parametrize("kind", ["JWT", "at+jwt", "application/at+jwt", "AT+JWT", None])
def test_a_persons_access_token_makes_the_person(oidc: Oidc, people: LoopbackIssuer, kind: str) -> None:
    token = people.sign(person(people), typ=kind)
    assert oidc.holder(token, START) == Holder("bert", "product_manager", frozenset({"energy"}), "oidc")


def test_an_access_token_serves_until_it_expires(
    oidc: Oidc, people: LoopbackIssuer, clock: FixedClock
) -> None:
    token = people.sign(person(people))
    for _ in range(2):
        assert oidc.holder(token, clock()) is not None
        clock.move(minutes=59)
    clock.move(minutes=10)
    assert oidc.holder(token, clock()) is None


def test_the_first_rule_that_grants_decides(oidc: Oidc, people: LoopbackIssuer) -> None:
    token = people.sign(person(people, "u-anna", groups=["staff", "deciders"]))
    assert oidc.holder(token, START) == Holder("anna", "gatekeeper", None, "oidc")
    token = people.sign(person(people, "u-anna"))
    assert oidc.holder(token, START) == Holder("anna", "product_manager", frozenset({"energy"}), "oidc")


def test_a_machine_of_the_people_issuer_may_be_a_bot(oidc: Oidc, people: LoopbackIssuer) -> None:
    token = people.sign(person(people, "dashboard"))
    assert oidc.holder(token, START) == Holder(None, "bot", frozenset({"energy"}), "oidc")


def test_keys_on_curves_verify_too(oidc: Oidc, people: LoopbackIssuer) -> None:
    people.keys += [jwk_of(ec_key("e"), "e"), jwk_of(ed_key("d"), "d")]
    for key, kid, algorithm in ((ec_key("e"), "e", "ES256"), (ed_key("d"), "d", "EdDSA")):
        token = jwt.encode(person(people), key, algorithm, headers={"kid": kid})
        assert oidc.holder(token, START) is not None


def test_clocks_may_differ_by_half_a_minute(oidc: Oidc, people: LoopbackIssuer) -> None:
    token = people.sign(person(people))
    assert oidc.holder(token, START - timedelta(seconds=30)) is not None
    assert oidc.holder(token, START + timedelta(seconds=3600 + 29)) is not None


def test_only_what_looks_like_a_jwt_is_one(ci: LoopbackIssuer) -> None:
    assert looks_like_jwt(ci.sign(github(ci)))
    assert not looks_like_jwt("gp_a-token-for-tests-only")
    assert not looks_like_jwt("an.admins.token")
