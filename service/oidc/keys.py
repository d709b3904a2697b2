"""An issuer's keys, kept for a while."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import NamedTuple

from service.oidc.addresses import checked, is_loopback
from service.oidc.fetching import SECONDS, Unusable, fetch
from service.oidc.jwks import SigningKey, signing_keys
from service.oidc.trust import Issuer

log = logging.getLogger("gateproof")

FRESH = timedelta(minutes=10)
KEPT = timedelta(hours=6)
"""How long keys serve while their issuer is down."""
COOL_DOWN = timedelta(minutes=1)
"""At most one attempt to fetch in this time, however many tokens name keys that nobody has."""


class Kept(NamedTuple):
    """Keys by kid, as of an instant. Replaced whole, so readers need no lock."""

    keys: Mapping[str, SigningKey]
    at: datetime


class IssuerKeys:
    """Safe for many threads. `seconds`: the time limit of fetching them, discovery included."""

    def __init__(self, issuer: Issuer, seconds: float = SECONDS) -> None:
        self.issuer, self._seconds = issuer, seconds
        self._kept: Kept | None = None
        self._tried: datetime | None = None
        self._fetching = Lock()

    def find(self, kid: str, now: datetime) -> SigningKey | None:
        """The key of this name, fetched where need be; None when the issuer has none, or is down."""
        known = self._known(kid, now)
        if known is None or self._kept is None or not _within(FRESH, self._kept.at, now):
            self._renew(now, wait=known is None)
            known = self._known(kid, now)
        return known

    def _known(self, kid: str, now: datetime) -> SigningKey | None:
        kept = self._kept
        return kept.keys.get(kid) if kept is not None and _within(KEPT, kept.at, now) else None

    def _renew(self, now: datetime, *, wait: bool) -> None:
        """One thread fetches; another that cannot go on with an old key waits for it, for a while."""
        if not self._fetching.acquire(timeout=self._seconds if wait else 0):
            return
        try:
            if self._tried is None or not _within(COOL_DOWN, self._tried, now):
                self._tried = now
                self._kept = Kept(_fetched(self.issuer, self._seconds), now)
        except Unusable as error:
            log.warning("the keys of %s were not fetched: %s", self.issuer.issuer, error.fault)
        finally:
            self._fetching.release()


def _within(limit: timedelta, then: datetime, now: datetime) -> bool:
    """Also false when a clock was set back, which must not keep anything for longer."""
    return timedelta() <= now - then < limit


def _fetched(issuer: Issuer, seconds: float) -> dict[str, SigningKey]:
    """`seconds`: for all that is asked of it together."""
    ends = monotonic() + seconds
    uri = issuer.jwks_uri or _discovered(issuer, seconds)
    return signing_keys(fetch(uri, ends - monotonic()), issuer.algorithms)


def _discovered(issuer: Issuer, seconds: float) -> str:
    """Where the issuer says that its keys are."""
    said = fetch(issuer.issuer.rstrip("/") + "/.well-known/openid-configuration", seconds)
    if said.get("issuer") != issuer.issuer:
        raise Unusable("its configuration names another issuer")
    try:
        return checked(str(said.get("jwks_uri")), loopback=is_loopback(issuer.issuer))
    except ValueError:
        raise Unusable("its configuration has no safe jwks_uri") from None
