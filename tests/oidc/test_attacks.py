"""Forged, stolen, stale and misdirected tokens: every one is refused, and the log says why."""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from service.oidc.access import Oidc
from tests.conftest import START
from tests.oidc.conftest import Seen, github, person, times
from tests.oidc.issuer import LoopbackIssuer, ec_key, jwk_of, jwt, rsa_key

AT = int(START.timestamp())
Forge = Callable[[LoopbackIssuer], str]


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def by_hand(claims: Any, **header: Any) -> str:
    """Under a good signature, also where the library would not sign such a thing."""
    signed = f"{part({'alg': 'RS256', 'kid': 'good', **header})}.{part(claims)}"
    signature = rsa_key("good").sign(signed.encode(), PKCS1v15(), SHA256())
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def hs256(secret: bytes, claims: dict[str, Any]) -> str:
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'good'})}.{part(claims)}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def public_pem() -> bytes:
    return rsa_key("good").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def foreign(claims: dict[str, Any], **header: Any) -> str:
    """Signed by somebody else."""
    return jwt.encode(claims, rsa_key("foreign"), "RS256", headers={"kid": "good", **header})


def swapped(issuer: LoopbackIssuer) -> str:
    """Another run's claims under a good signature."""
    head, _, signature = issuer.sign(github(issuer, repository_id="801")).split(".")
    return f"{head}.{part(github(issuer))}.{signature}"


def spared(token: str) -> str:
    """A good token without its signature."""
    return token.rpartition(".")[0] + "."


ATTACKS: dict[str, tuple[str, Forge]] = {
    "alg none": (
        "algorithm",
        lambda i: f"{part({'alg': 'none', 'typ': 'JWT', 'kid': 'good'})}.{part(github(i))}.",
    ),
    "alg None, in other letters": (
        "algorithm",
        lambda i: f"{part({'alg': 'nOnE', 'kid': 'good'})}.{part(github(i))}.",
    ),
    "no alg": ("algorithm", lambda i: f"{part({'kid': 'good'})}.{part(github(i))}.AAAA"),
    "no signature": ("signature", lambda i: spared(i.sign(github(i)))),
    "HS256 with the public key": ("algorithm", lambda i: hs256(public_pem(), github(i))),
    "HS256 with the published key": (
        "algorithm",
        lambda i: hs256(json.dumps(i.keys[0]).encode(), github(i)),
    ),
    "a foreign key with the same kid": ("signature", lambda i: foreign(github(i))),
    "other claims under a good signature": ("signature", swapped),
    "an embedded jwk": (
        "header",
        lambda i: foreign(github(i), jwk=jwk_of(rsa_key("foreign"), "good")),
    ),
    "a jku": ("header", lambda i: foreign(github(i), jku="https://evil.test/jwks")),
    "an x5u": ("header", lambda i: foreign(github(i), x5u="https://evil.test/chain")),
    "an x5c": ("header", lambda i: foreign(github(i), x5c=["MIIB"])),
    "a jku under a good signature": ("header", lambda i: i.sign(github(i), jku=f"{i.url}/jwks")),
    "crit that nobody knows": ("malformed", lambda i: i.sign(github(i), crit=["exp"], exp=1)),
    "crit b64": ("header", lambda i: by_hand(github(i), crit=["b64"], b64=True)),
    "ES256 named for an RSA key": (
        "algorithm",
        lambda i: jwt.encode(github(i), ec_key("e"), "ES256", headers={"kid": "good"}),
    ),
    "PS256, which was not allowed": (
        "algorithm",
        lambda i: jwt.encode(github(i), rsa_key("good"), "PS256", headers={"kid": "good"}),
    ),
    "an unknown kid": ("unknown key", lambda i: i.sign(github(i), kid="other")),
    "no kid": ("unknown key", lambda i: jwt.encode(github(i), rsa_key("good"), "RS256")),
    "a kid that is a path": ("unknown key", lambda i: i.sign(github(i), kid="../../dev/null")),
    "several audiences": ("audience", lambda i: i.sign(github(i, aud=["gateproof", "other"]))),
    "a list of one audience": ("audience", lambda i: i.sign(github(i, aud=["gateproof"]))),
    "another audience": ("audience", lambda i: i.sign(github(i, aud="https://github.com/octo"))),
    "no audience": ("missing claim", lambda i: i.sign(github(i, aud=None))),
    "issued in the future": ("not yet valid", lambda i: i.sign(github(i, iat=AT + 31))),
    "not yet valid": ("not yet valid", lambda i: i.sign(github(i, nbf=AT + 31))),
    "expired": ("expired", lambda i: i.sign(github(i, iat=AT - 300, exp=AT - 30))),
    "never expires": ("missing claim", lambda i: i.sign(github(i, exp=None))),
    "lives for years": ("lives too long", lambda i: i.sign(github(i, exp=AT + 10**8))),
    "never issued": ("missing claim", lambda i: i.sign(github(i, iat=None))),
    "issued after it expires": ("lives too long", lambda i: i.sign(github(i, iat=AT + 20, exp=AT + 10))),
    "a time that is a text": ("times", lambda i: i.sign(github(i, exp=str(AT + 300)))),
    "a time without end": ("times", lambda i: i.sign(github(i, exp=float("inf")))),
    "a time that is no number": ("times", lambda i: i.sign(github(i, iat=float("nan")))),
    "a time before all times": ("times", lambda i: i.sign(github(i, nbf=-1))),
    "a time that is a boolean": ("times", lambda i: i.sign(github(i, nbf=True))),
    "another repository": (
        "no rule",
        lambda i: i.sign(github(i, repository="octo/other", repository_id="801")),
    ),
    "a repository that took over the name": ("no rule", lambda i: i.sign(github(i, repository_id="801"))),
    "no repository": ("no rule", lambda i: i.sign(github(i, repository_id=None))),
    "another branch": ("no rule", lambda i: i.sign(github(i, ref="refs/heads/mine"))),
    "a branch whose name begins alike": ("no rule", lambda i: i.sign(github(i, ref="refs/heads/main2"))),
    "another issuer": ("unknown issuer", lambda i: i.sign(github(i, iss="https://evil.test"))),
    "the issuer with a slash": ("unknown issuer", lambda i: i.sign(github(i, iss=f"{i.url}/"))),
    "no issuer": ("unknown issuer", lambda i: i.sign(github(i, iss=None))),
    "the issuer in a list": ("unknown issuer", lambda i: by_hand(github(i, iss=[i.url]))),
    "no jti": ("missing claim", lambda i: i.sign(github(i, jti=None))),
    "an empty jti": ("jti", lambda i: i.sign(github(i, jti=""))),
    "a jti with a NUL": ("jti", lambda i: i.sign(github(i, jti="a\0"))),
    "a jti that is a number": ("malformed", lambda i: i.sign(github(i, jti=7))),
    "an endless jti": ("jti", lambda i: i.sign(github(i, jti="x" * 256))),
    "an access token's type": ("type", lambda i: i.sign(github(i), typ="at+jwt")),
    "a logout token": ("type", lambda i: i.sign(github(i), typ="logout+jwt")),
    "an oversized token": ("too long", lambda i: i.sign(github(i, padding="x" * 8192))),
    "garbage": ("malformed", lambda i: "eyJ.garbage.here"),
    "nothing": ("malformed", lambda i: ""),
    "two parts": ("malformed", lambda i: spared(i.sign(github(i)))[:-1]),
    "a line's end behind it": ("malformed", lambda i: i.sign(github(i)) + "\n"),
    "a list for a payload": ("malformed", lambda i: by_hand([github(i)])),
    "nested beyond depth": (
        "malformed",
        lambda i: f"{part({'alg': 'RS256', 'kid': 'good'})}.{deep()}.AAAA",
    ),
}  # fmt: skip


def deep() -> str:
    return base64.urlsafe_b64encode(b"[" * 4500).decode()


@pytest.mark.parametrize(("reason", "forge"), ATTACKS.values(), ids=ATTACKS)
def test_an_attack_on_the_exchange_is_refused(
    oidc: Oidc,
    ci: LoopbackIssuer,
    seen: Seen,
    caplog: pytest.LogCaptureFixture,
    reason: str,
    forge: Forge,
) -> None:
    caplog.set_level(logging.INFO, "gateproof")
    token = forge(ci)
    assert oidc.exchange(token, START, seen) is None
    assert caplog.messages[-1] == f"a token of an issuer elsewhere was refused: {reason}"
    assert seen.claimed == {}


def test_the_same_token_without_an_attack_is_good(oidc: Oidc, ci: LoopbackIssuer, seen: Seen) -> None:
    assert oidc.exchange(ci.sign(github(ci)), START, seen) is not None


def test_a_token_is_exchanged_once(oidc: Oidc, ci: LoopbackIssuer, seen: Seen) -> None:
    token = ci.sign(github(ci))
    assert oidc.exchange(token, START, seen) is not None
    assert oidc.exchange(token, START, seen) is None
    assert oidc.exchange(ci.sign(github(ci, ref="refs/heads/next")), START, seen) is None


PEOPLE_ATTACKS: dict[str, tuple[str, dict[str, Any]]] = {
    "somebody unknown": ("no rule", {"sub": "u-eve"}),
    "a known person's email": ("no rule", {"sub": "u-eve", "email": "bert@gateproof.test"}),
    "no subject": ("missing claim", {"sub": None}),
    "a subject that is a list": ("malformed", {"sub": ["u-bert"]}),
    "an id token with a nonce": ("id token", {"nonce": "n"}),
    "an id token with a hash": ("id token", {"at_hash": "h"}),
    "an id token for the client": ("audience", {"aud": "client-1"}),
    "a token for two days": ("lives too long", times(2 * 24 * 3600)),
}


@pytest.mark.parametrize(("reason", "claims"), PEOPLE_ATTACKS.values(), ids=PEOPLE_ATTACKS)
def test_an_attack_as_a_person_is_refused(
    oidc: Oidc,
    people: LoopbackIssuer,
    caplog: pytest.LogCaptureFixture,
    reason: str,
    claims: dict[str, Any],
) -> None:
    caplog.set_level(logging.INFO, "gateproof")
    fields = {**person(people), **claims}
    token = by_hand({name: value for name, value in fields.items() if value is not None})
    assert oidc.holder(token, START) is None
    assert caplog.messages[-1].endswith(f": {reason}")


def test_a_group_alone_makes_nobody(oidc: Oidc, people: LoopbackIssuer) -> None:
    assert oidc.holder(people.sign(person(people, "u-eve", groups=["deciders"])), START) is None


def test_a_ci_token_is_no_bearer_token(oidc: Oidc, ci: LoopbackIssuer) -> None:
    assert oidc.holder(ci.sign(github(ci)), START) is None
    assert ci.asked == []


def test_a_persons_token_is_not_exchanged(oidc: Oidc, people: LoopbackIssuer, seen: Seen) -> None:
    assert oidc.exchange(people.sign(person(people, jti="j")), START, seen) is None
    assert seen.claimed == {}


def test_one_issuer_cannot_speak_for_another(oidc: Oidc, ci: LoopbackIssuer, people: LoopbackIssuer) -> None:
    """Its key is known, but not as that issuer's."""
    ci.keys = [jwk_of(rsa_key("foreign"), "foreign")]
    assert oidc.holder(foreign(person(people), kid="foreign"), START) is None


@pytest.mark.parametrize(("key", "algorithm"), [(ec_key("e"), "ES256"), (rsa_key("good"), "PS256")])
def test_the_key_decides_the_algorithm(oidc: Oidc, people: LoopbackIssuer, key: Any, algorithm: str) -> None:
    """Allowed to this issuer, but not to this key."""
    token = jwt.encode(person(people), key, algorithm, headers={"kid": "good"})
    assert oidc.holder(token, START) is None


@pytest.mark.parametrize("claim", ["iss", "jti", "sub", "repository_id", "anything"])
def test_half_a_character_is_refused_and_spends_no_jti(
    oidc: Oidc, ci: LoopbackIssuer, seen: Seen, claim: str
) -> None:
    for half in ("\ud800", "a\udfffb"):
        assert oidc.exchange(by_hand(github(ci) | {claim: half}), START, seen) is None
        assert oidc.exchange(by_hand(github(ci), **{claim: half}), START, seen) is None
        assert oidc.exchange(by_hand(github(ci) | {half: claim}), START, seen) is None
    assert (seen.claimed, ci.asked) == ({}, [])
    assert oidc.exchange(by_hand(github(ci)), START, seen) is not None


def test_a_token_as_deep_as_it_is_long_is_refused(oidc: Oidc, ci: LoopbackIssuer, seen: Seen) -> None:
    deep = f'{{"iss":{"[" * 3000}{"]" * 3000}}}'.encode()
    token = f"{part({'alg': 'RS256'})}.{base64.urlsafe_b64encode(deep).decode().rstrip('=')}.AAAA"
    assert oidc.exchange(token, START, seen) is None


def test_a_hostile_header_asks_the_issuer_nothing(oidc: Oidc, ci: LoopbackIssuer, seen: Seen) -> None:
    for attack in ("alg none", "HS256 with the public key", "an embedded jwk", "a jku", "no kid"):
        assert oidc.exchange(ATTACKS[attack][1](ci), START, seen) is None
    assert ci.asked == []


def test_the_wall_clock_is_not_asked(oidc: Oidc, people: LoopbackIssuer) -> None:
    """Good at the instant passed in, whatever the machine's clock says."""
    then = AT + 10**9
    token = people.sign(person(people, iat=then, exp=then + 60, nbf=then))
    assert oidc.holder(token, START + timedelta(seconds=10**9)) is not None
    assert oidc.holder(token, START) is None


def test_the_log_holds_nothing_of_a_token(
    oidc: Oidc, ci: LoopbackIssuer, seen: Seen, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = ci.sign(github(ci, repository="octo/very-secret", repository_id="801"))
    oidc.exchange(token, START, seen)
    assert "very-secret" not in caplog.text
    assert token.split(".")[1] not in caplog.text
