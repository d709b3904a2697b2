"""At the door: whose token came with a request, and noting now and then that it was used."""

from datetime import datetime
from functools import partial

from anyio import CapacityLimiter, to_thread

from service.api.writers import Writers
from service.oidc.access import Oidc, looks_like_jwt
from service.store.engine import Database
from service.usecases.access import Holder, claim_id, exists, holder_of, is_noted, note_use

EXCHANGE = "/v1/token-exchange"
# Whoever waits for an issuer elsewhere keeps nobody else waiting.
WAITING_FOR_ISSUERS = 4


class Door:
    """Looks tokens up, without crowding those who are inside."""

    def __init__(self, db: Database, readers: CapacityLimiter, writers: Writers, oidc: Oidc | None) -> None:
        self._db, self._readers, self._writers, self._oidc = db, readers, writers, oidc
        self._waiting = CapacityLimiter(WAITING_FOR_ISSUERS)

    async def holder(self, authorization: str, path: str, now: datetime) -> Holder | None:
        """Whose token the Authorization header carries; None when it carries none that stands."""
        token = _bearer(authorization)
        if token is not None and self._oidc is not None and looks_like_jwt(token):
            return await to_thread.run_sync(
                self._foreign, self._oidc, token, path, now, limiter=self._waiting
            )
        return await self._own(token, now)

    async def own_holder(self, authorization: str, now: datetime) -> Holder | None:
        """The same, but for tokens that an issuer elsewhere signed."""
        return await self._own(_bearer(authorization), now)

    async def _own(self, token: str | None, now: datetime) -> Holder | None:
        if token is None:
            return None
        if self._db.is_sqlite:
            return holder_of(self._db, token, now)
        return await to_thread.run_sync(holder_of, self._db, token, now, limiter=self._readers)

    async def note(self, holder: Holder, now: datetime) -> None:
        """After the answer: the first use in an hour is noted."""
        if not holder.is_foreign and not is_noted(self._db, holder.token, now):
            await self._writers.write(partial(note_use, self._db, holder.token, now))

    def _foreign(self, oidc: Oidc, token: str, path: str, now: datetime) -> Holder | None:
        if path == EXCHANGE:
            return oidc.exchange(token, now, partial(claim_id, self._db, now))
        holder = oidc.holder(token, now)
        return holder if holder is not None and exists(self._db, holder) else None


def _bearer(authorization: str) -> str | None:
    kind, _, token = authorization.partition(" ")
    token = token.strip()
    return token if kind.lower() == "bearer" and token else None
