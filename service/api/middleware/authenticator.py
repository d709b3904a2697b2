"""At the authenticator: whose token came with a request, and noting now and then that it was used."""

from datetime import datetime
from functools import partial
from typing import Any, Literal, NamedTuple

from anyio import CapacityLimiter, to_thread

from service.api.writers import Writers
from service.oidc.access import Oidc, looks_like_jwt
from service.store.log.log_position import LatestOf, Unanswered
from service.store.sql.engine import Database
from service.usecases.access import NOTED_EVERY, Holder, claim_id, exists, holder_of, may_be_ours, note_use

EXCHANGE = "/v1/token-exchange"
NO_CONCEPT = ""
# Whoever waits for an issuer elsewhere keeps nobody else waiting.
WAITING_FOR_ISSUERS = 4
MAX_TOKENS = 10_000
Looks = Literal["ours", "foreign", "strange"]
"""`foreign`: an issuer elsewhere may have signed it. `strange`: nobody whom we trust gave it."""


class Shown(NamedTuple):
    """Whose token it is, looked up when the organisation's log was at this position: while it is, no token
    was made, rotated or revoked."""

    holder: Holder
    position: int


class Authenticator:
    """Looks tokens up, without crowding those who are inside."""

    def __init__(
        self, db: Database, readers: CapacityLimiter, writers: Writers, oidc: Oidc | None, latest: LatestOf
    ) -> None:
        self._db, self._readers, self._writers, self._oidc = db, readers, writers, oidc
        self._latest = latest
        self._waiting = CapacityLimiter(WAITING_FOR_ISSUERS)
        self._shown: dict[str, Shown] = {}
        self._refused: dict[str, int] = {}
        """Tokens that did not stand at that position: a forgotten pipeline shows its own again and again."""
        self._noted: dict[str, datetime] = {}

    async def holder(self, authorization: str, path: str, now: datetime) -> Holder | None:
        """Whose token the Authorization header carries; None when it carries none that stands."""
        token = bearer(authorization)
        looks = self.looks(token)
        if token is None or looks == "strange":
            return None
        if self._oidc is not None and looks == "foreign":
            return await to_thread.run_sync(
                self._foreign, self._oidc, token, path, now, limiter=self._waiting
            )
        try:
            position, *_ = await self._latest(NO_CONCEPT)
        except Unanswered:
            return await self._look_up(token, now)
        return await self.own_holder(token, position, now)

    async def own_holder(self, token: str | None, position: int, now: datetime) -> Holder | None:
        """Whose token of ours it is; `position` is how far the organisation's log is."""
        if token is None:
            return None
        shown = self._shown.get(token)
        if shown is not None and shown.position == position and not shown.holder.has_ended(now):
            return shown.holder
        if self._refused.get(token) == position:
            return None
        holder = await self._look_up(token, now)
        if holder is None:
            _make_room(self._refused)
            self._refused[token] = position
        else:
            _make_room(self._shown)
            self._shown[token] = Shown(holder, position)
        return holder

    def looks(self, token: str | None) -> Looks:
        """Whose it may be; known without the database."""
        if token is None:
            return "strange"
        if token in self._shown:
            return "ours"
        if self._oidc is not None and looks_like_jwt(token):
            return "foreign"
        return "ours" if may_be_ours(self._db, token) else "strange"

    def role_of(self, token: str | None) -> str | None:
        """The role of a token that was shown before."""
        shown = None if token is None else self._shown.get(token)
        return None if shown is None else shown.holder.role

    def has_noted(self, holder: Holder, now: datetime) -> bool:
        """Whether the use of this token was noted within the hour."""
        noted = self._noted.get(holder.token)
        return noted is not None and now - noted < NOTED_EVERY

    async def note(self, holder: Holder, now: datetime) -> None:
        """After the answer: the first use in an hour is noted."""
        if not holder.is_foreign and not self.has_noted(holder, now):
            _make_room(self._noted)
            self._noted[holder.token] = now
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
    """The token in an Authorization header, however scheme and blanks are written; None: there is none."""
    kind, _, token = authorization.partition(" ")
    token = token.strip(" \t")
    return token if kind.lower() == "bearer" and token else None


def _make_room(kept: dict[str, Any]) -> None:
    if len(kept) >= MAX_TOKENS:
        del kept[next(iter(kept))]
