"""Verifies a token: each step may refuse it, and none trusts it before its signature."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

import jwt
from jwt.types import Options

from service.oidc.jwks import SigningKey
from service.oidc.keys import IssuerKeys
from service.oidc.trust import Claims, Issuer, Rule, Use

Reason = Literal[
    "malformed",
    "too long",
    "unknown issuer",
    "wrong use",
    "header",
    "type",
    "unknown key",
    "algorithm",
    "signature",
    "missing claim",
    "issuer",
    "audience",
    "times",
    "expired",
    "not yet valid",
    "lives too long",
    "jti",
    "id token",
    "no rule",
    "replayed",
]

LEEWAY = timedelta(seconds=30)
MAX_LENGTH = 8 * 1024
# It is stored: without control characters, and of bounded length.
JTI = re.compile(r"[!-~]{1,255}")
YEAR_9999 = 253_370_764_800

FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
# They bring a key along, or say where one is, or ask for rules that are not followed here.
HOSTILE = {"jwk", "jku", "x5u", "x5c", "crit", "b64"}
TYPES: dict[Use, set[str]] = {
    "ci": {"jwt"},
    "people": {"jwt", "at+jwt", "application/at+jwt"},
}
REQUIRED: dict[Use, list[str]] = {
    "ci": ["iss", "aud", "iat", "exp", "jti"],
    "people": ["iss", "aud", "iat", "exp", "sub"],
}
# Only an id token has these: it tells a client who signed in, and is no leave to call an API.
OF_ID_TOKENS = {"nonce", "at_hash", "c_hash"}
REASONS: dict[type[Exception], Reason] = {
    jwt.InvalidAlgorithmError: "algorithm",
    jwt.InvalidKeyError: "algorithm",
    jwt.InvalidSignatureError: "signature",
    jwt.MissingRequiredClaimError: "missing claim",
    jwt.InvalidIssuerError: "issuer",
    jwt.InvalidAudienceError: "audience",
}


class TokenRefused(Exception):
    """The token was refused. The reason is for logs: it holds nothing of the token."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Verified(NamedTuple):
    """The claims of a token, and the rule that grants it something."""

    claims: Claims
    rule: Rule
    expires_at: datetime
    """From then on the token is refused as expired, leeway included."""


def verify(token: str, now: datetime, use: Use, issuers: Mapping[str, IssuerKeys]) -> Verified:
    """Returns the claims of a trusted issuer's token; else TokenRefused. May fetch the issuer's keys."""
    header, issuer = _unverified(token)
    keys = issuers.get(issuer) if isinstance(issuer, str) else None
    if keys is None:
        raise TokenRefused("unknown issuer")
    if keys.issuer.use != use:
        raise TokenRefused("wrong use")
    claims = _decoded(token, _key(header, keys, now), keys.issuer)
    expires_at = _checked_times(claims, keys.issuer.longest, now)
    _check_purpose(claims, use)
    rule = keys.issuer.rule_for(claims)
    if rule is None:
        raise TokenRefused("no rule")
    return Verified(claims, rule, expires_at)


def _unverified(token: str) -> tuple[dict[str, Any], Any]:
    """Returns the header, and the issuer that the token names: only to choose whose keys verify it."""
    if len(token) > MAX_LENGTH:
        raise TokenRefused("too long")
    if not FORM.fullmatch(token):
        raise TokenRefused("malformed")
    try:
        read = jwt.decode_complete(token, options={"verify_signature": False})
        # JSON may name halves of characters, which no database stores and no log writes.
        json.dumps([read["header"], read["payload"]], ensure_ascii=False).encode()
    except Exception:
        # Any fault refuses, whatever the library makes of a strange token.
        raise TokenRefused("malformed") from None
    return read["header"], read["payload"].get("iss")


def _key(header: dict[str, Any], keys: IssuerKeys, now: datetime) -> SigningKey:
    if HOSTILE & header.keys():
        raise TokenRefused("header")
    if str(header.get("typ", "jwt")).lower() not in TYPES[keys.issuer.use]:
        raise TokenRefused("type")
    if header.get("alg") not in keys.issuer.algorithms:
        raise TokenRefused("algorithm")
    kid = header.get("kid")
    key = keys.find(kid, now) if isinstance(kid, str) else None
    if key is None:
        raise TokenRefused("unknown key")
    return key


def _decoded(token: str, key: SigningKey, issuer: Issuer) -> Claims:
    """Returns the claims under a good signature. The library would judge times by its own clock: not here."""
    options: Options = {
        "verify_signature": True,
        "enforce_minimum_key_length": True,
        "require": REQUIRED[issuer.use],
        "verify_iss": True,
        "verify_aud": True,
        "strict_aud": True,
        "verify_sub": True,
        "verify_jti": True,
        "verify_iat": False,
        "verify_nbf": False,
        "verify_exp": False,
    }
    try:
        return jwt.decode(
            token,
            key.public,
            algorithms=list(key.algorithms),
            options=options,
            audience=issuer.audience,
            issuer=issuer.issuer,
        )
    except Exception as error:
        # Any fault refuses, whatever the library makes of a strange token or key.
        reasons = (reason for kind, reason in REASONS.items() if isinstance(error, kind))
        raise TokenRefused(next(reasons, "malformed")) from None


def _checked_times(claims: Claims, longest: timedelta, now: datetime) -> datetime:
    """Returns when the token expires, leeway included."""
    issued, expires = _seconds(claims["iat"]), _seconds(claims["exp"])
    begins = _seconds(claims["nbf"]) if "nbf" in claims else issued
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    if expires <= at - leeway:
        raise TokenRefused("expired")
    if max(issued, begins) > at + leeway:
        raise TokenRefused("not yet valid")
    if not 0 < expires - issued <= longest.total_seconds():
        raise TokenRefused("lives too long")
    return datetime.fromtimestamp(expires, UTC) + LEEWAY


def _seconds(value: Any) -> float:
    """Returns seconds since 1970; refuses texts, booleans and what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < YEAR_9999:
        raise TokenRefused("times")
    return float(value)


def _check_purpose(claims: Claims, use: Use) -> None:
    if use == "ci" and not JTI.fullmatch(claims["jti"]):
        raise TokenRefused("jti")
    if use == "people" and OF_ID_TOKENS & claims.keys():
        raise TokenRefused("id token")
