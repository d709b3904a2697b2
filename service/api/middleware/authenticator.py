"""The authenticator: finds who holds the token of a request, and records at times that it was used."""

from datetime import datetime
from functools import partial
from typing import Any, Literal, NamedTuple

from anyio import CapacityLimiter, to_thread

from service.api.writers import Writers
from service.oidc.access import Oidc, looks_like_jwt
from service.store.log.log_position import LatestOf, PositionUnknown
from service.store.sql.engine import Database
from service.usecases.access import (
    LAST_USED_PRECISION,
    Holder,
    claim_id,
    exists,
    holder_of,
    may_be_ours,
    note_use,
)

EXCHANGE = "/v1/token-exchange"
NO_CONCEPT = ""
# Whoever waits for an issuer elsewhere keeps nobody else waiting.
WAITING_FOR_ISSUERS = 4
MAX_TOKENS = 10_000
TokenOrigin = Literal["ours", "foreign", "unknown"]
"""`foreign`: an issuer elsewhere may have signed it. `unknown`: nobody whom we trust issued it."""


class CachedHolder(NamedTuple):
    """The holder of a token. Valid while `head` is the digest of the organisation's log: until then no token
    was made, rotated or revoked."""

    holder: Holder
    head: str


class Authenticator:
    """Looks tokens up, with limits of its own on threads that wait for issuers."""

    def __init__(
        self, db: Database, readers: CapacityLimiter, writers: Writers, oidc: Oidc | None, latest: LatestOf
    ) -> None:
        self._db, self._readers, self._writers, self._oidc = db, readers, writers, oidc
        self._latest = latest
        self._waiting = CapacityLimiter(WAITING_FOR_ISSUERS)
        self._holders: dict[str, CachedHolder] = {}
        self._refused: dict[str, str] = {}
        """Tokens that were invalid at that head: a forgotten pipeline sends its own again and again."""
        self._last_used: dict[str, datetime] = {}

    async def holder(self, authorization: str, path: str, now: datetime) -> Holder | None:
        """Returns the holder of the token in the Authorization header; None without a valid token."""
        token = bearer(authorization)
        origin = self.origin_of(token)
        if token is None or origin == "unknown":
            return None
        if self._oidc is not None and origin == "foreign":
            return await to_thread.run_sync(
                self._foreign, self._oidc, token, path, now, limiter=self._waiting
            )
        try:
            head, *_ = await self._latest(NO_CONCEPT)
        except PositionUnknown:
            return await self._look_up(token, now)
        return await self.own_holder(token, head, now)

    async def own_holder(self, token: str | None, head: str, now: datetime) -> Holder | None:
        """Returns the holder of a token of ours; `head`: the digest of the organisation's log."""
        if token is None:
            return None
        cached = self._holders.get(token)
        if cached is not None and cached.head == head and not cached.holder.has_ended(now):
            return cached.holder
        if self._refused.get(token) == head:
            return None
        holder = await self._look_up(token, now)
        if holder is None:
            _make_room(self._refused)
            self._refused[token] = head
        else:
            _make_room(self._holders)
            self._holders[token] = CachedHolder(holder, head)
        return holder

    def origin_of(self, token: str | None) -> TokenOrigin:
        """Returns who may have issued the token, without asking the database."""
        if token is None:
            return "unknown"
        if token in self._holders:
            return "ours"
        if self._oidc is not None and looks_like_jwt(token):
            return "foreign"
        return "ours" if may_be_ours(self._db, token) else "unknown"

    def role_of(self, token: str | None) -> str | None:
        """Returns the role of a token whose holder is cached."""
        cached = None if token is None else self._holders.get(token)
        return None if cached is None else cached.holder.role

    def has_recorded_use(self, holder: Holder, now: datetime) -> bool:
        """True if a use of this token was recorded within the hour."""
        last_used = self._last_used.get(holder.token)
        return last_used is not None and now - last_used < LAST_USED_PRECISION

    async def record_use(self, holder: Holder, now: datetime) -> None:
        """Records the first use of a token in an hour; called after the answer."""
        if not holder.is_foreign and not self.has_recorded_use(holder, now):
            _make_room(self._last_used)
            self._last_used[holder.token] = now
            await self._writers.write(partial(note_use, self._db, holder.token, now))

    async def _look_up(self, token: str, now: datetime) -> Holder | None:
        if self._db.is_sqlite:
            return holder_of(self._db, token, now)
        return await to_thread.run_sync(holder_of, self._db, token, now, limiter=self._readers)

    def _foreign(self, oidc: Oidc, token: str, path: str, now: datetime) -> Holder | None:
        if path == EXCHANGE:
            return oidc.exchange(token, now, partial(claim_id, self._db, now))
        holder = oidc.holder(token, now)
        return holder if holder is not None and exists(self._db, holder) else None


def bearer(authorization: str) -> str | None:
    """Returns the token in an Authorization header, however scheme and blanks are written; None: no token."""
    kind, _, token = authorization.partition(" ")
    token = token.strip(" \t")
    return token if kind.lower() == "bearer" and token else None


def _make_room(cache: dict[str, Any]) -> None:
    if len(cache) >= MAX_TOKENS:
        del cache[next(iter(cache))]
