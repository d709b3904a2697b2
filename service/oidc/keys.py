"""An issuer's keys, cached for a while."""

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
STALE = timedelta(hours=6)
"""How long cached keys serve while their issuer is down."""
COOL_DOWN = timedelta(minutes=1)
"""At most one attempt to fetch in this time, however many tokens name keys that nobody has."""


class CachedKeys(NamedTuple):
    """Keys by kid, fetched at an instant. Replaced whole, so readers need no lock."""

    keys: Mapping[str, SigningKey]
    at: datetime


class IssuerKeys:
    """One issuer's keys; safe for many threads. `seconds`: the time limit of fetching, discovery included."""

    def __init__(self, issuer: Issuer, seconds: float = SECONDS) -> None:
        self.issuer, self._seconds = issuer, seconds
        self._cached: CachedKeys | None = None
        self._tried: datetime | None = None
        self._fetching = Lock()

    def find(self, kid: str, now: datetime) -> SigningKey | None:
        """Returns the key of this name, fetched if need be; None if the issuer has none, or is down."""
        known = self._known(kid, now)
        if known is None or self._cached is None or not _within(FRESH, self._cached.at, now):
            self._renew(now, wait=known is None)
            known = self._known(kid, now)
        return known

    def _known(self, kid: str, now: datetime) -> SigningKey | None:
        cached = self._cached
        return cached.keys.get(kid) if cached is not None and _within(STALE, cached.at, now) else None

    def _renew(self, now: datetime, *, wait: bool) -> None:
        """Fetches the keys in one thread at a time; `wait`: another one waits for it, for a while."""
        if not self._fetching.acquire(timeout=self._seconds if wait else 0):
            return
        try:
            if self._tried is None or not _within(COOL_DOWN, self._tried, now):
                self._tried = now
                self._cached = CachedKeys(_fetched(self.issuer, self._seconds), now)
        except Unusable as error:
            log.warning("the keys of %s were not fetched: %s", self.issuer.issuer, error.fault)
        finally:
            self._fetching.release()


def _within(limit: timedelta, then: datetime, now: datetime) -> bool:
    """True if less than `limit` has passed. False if a clock was set back: that must not prolong anything."""
    return timedelta() <= now - then < limit


def _fetched(issuer: Issuer, seconds: float) -> dict[str, SigningKey]:
    """Returns the issuer's keys. `seconds`: the limit of discovery and keys together."""
    ends = monotonic() + seconds
    uri = issuer.jwks_uri or _discovered(issuer, seconds)
    return signing_keys(fetch(uri, ends - monotonic()), issuer.algorithms)


def _discovered(issuer: Issuer, seconds: float) -> str:
    """Returns the address of the keys in the issuer's openid-configuration."""
    configuration = fetch(issuer.issuer.rstrip("/") + "/.well-known/openid-configuration", seconds)
    if configuration.get("issuer") != issuer.issuer:
        raise Unusable("its configuration names another issuer")
    try:
        return checked(str(configuration.get("jwks_uri")), loopback=is_loopback(issuer.issuer))
    except ValueError:
        raise Unusable("its configuration has no safe jwks_uri") from None
