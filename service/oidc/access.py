"""The holders of tokens that other issuers signed."""

import logging
from collections.abc import Callable
from datetime import datetime

from service.oidc.fetching import SECONDS
from service.oidc.keys import IssuerKeys
from service.oidc.trust import Trust, Use
from service.oidc.verifying import TokenRefused, Verified, verify
from service.usecases.access import Holder

log = logging.getLogger("gateproof")

ClaimJti = Callable[[str, str, datetime], bool]
"""Takes issuer, jti and the instant until which to remember them. Returns True for the first call only."""


class Oidc:
    """Verifies tokens; safe for many threads. Calls may wait for an issuer: make none in an event loop."""

    def __init__(self, trust: Trust, seconds: float = SECONDS) -> None:
        self._issuers = {issuer.issuer: IssuerKeys(issuer, seconds) for issuer in trust.issuers}

    def holder(self, token: str, now: datetime) -> Holder | None:
        """Returns the holder of an access token of a `people` issuer; None if it is refused."""
        verified = self._verified(token, now, "people")
        return None if verified is None else verified.rule.holder(verified.claims)

    def exchange(self, token: str, now: datetime, claim_jti: ClaimJti) -> Holder | None:
        """Returns whom to make a token for, once for each id token of a `ci` issuer; None if it is refused.

        `claim_jti` is asked last, about a token that is good in all else, and must be atomic.
        """
        verified = self._verified(token, now, "ci")
        if verified is None:
            return None
        claims = verified.claims
        if not claim_jti(claims["iss"], claims["jti"], verified.expires_at):
            _refused(TokenRefused("replayed"))
            return None
        return verified.rule.holder(claims)

    def _verified(self, token: str, now: datetime, use: Use) -> Verified | None:
        try:
            return verify(token, now, use, self._issuers)
        except TokenRefused as refused:
            _refused(refused)
            return None


def looks_like_jwt(token: str) -> bool:
    """True if a bearer token is for Oidc: three parts, the first a JSON object in base64."""
    return token.startswith("eyJ") and token.count(".") == 2  # noqa: PLR2004


def _refused(refused: TokenRefused) -> None:
    log.info("a token of an issuer elsewhere was refused: %s", refused.reason)
