"""The busiest call, answered in front of all else: a concept's readiness at its next gate, now or later.

A poll that finds nothing changed costs one row of the database and no evaluation. The row says how far the
log is: the portfolio's (what a verdict reads) and the organisation's (tokens). What this room does not know
(other parameters, tokens of other issuers, whatever is to be refused) goes the long way, which answers the
same.
"""

from datetime import datetime
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qs

from pydantic import TypeAdapter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas.base import Instant
from service.api.call import Rooms, base_of
from service.api.door import Door
from service.api.headers import dressed, request_id_of
from service.api.kept_answers import Answer, Place, answer_anew, answer_at
from service.api.metrics import Answered
from service.api.permissions import may
from service.api.problems import refusal
from service.api.verdict_bytes import is_known
from service.store.latest import LatestOf
from service.usecases.polling import keep_folded
from service.usecases.readiness import no_concept
from service.usecases.refused import Refused

PREFIX, SUFFIX = "/v1/concepts/", "/readiness"
# The same document if it is ready; the document of an instant to come.
REQUIRED, AS_OF = b"require=ready", b"as_of="
MAX_HEADERS, MAX_HEADER_BYTES, MAX_PATH = 32, 4096, 200
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
NO_BODY: Message = {"type": "http.response.body", "body": b""}


class Heard(NamedTuple):
    """What is read of a request's headers."""

    authorization: bytes
    host: bytes
    if_none_match: bytes | None
    request_id: bytes


class Polls:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, rooms: Rooms, door: Door, latest: LatestOf, answered: Answered) -> None:
        self.app, self.rooms, self.door, self.latest = app, rooms, door, latest
        self.answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] != "GET"
            or not (status := await self._answers(scope, send))
        ):
            await self.app(scope, receive, send)
        else:
            self.answered[status] += 1

    async def _answers(self, scope: Scope, send: Send) -> int:
        """With which status; 0: not from here."""
        concept = _polled(scope)
        heard = None if concept is None else _heard(scope["headers"])
        if concept is None or heard is None:
            return 0
        known = (b"x-request-id", heard.request_id)
        try:
            found = await self._found(scope, concept, heard)
        except Refused as refused:
            answer = refusal(refused, heard.request_id.decode())
            headers = dressed([*answer.raw_headers, known], scope["scheme"])
            await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            await send({"type": "http.response.body", "body": answer.body})
            return answer.status_code
        if found is None or (scope["query_string"] == REQUIRED and not found.ready):
            return 0
        if heard.if_none_match is not None and (
            heard.if_none_match == found.tag or is_known(found.etag, heard.if_none_match.decode("latin-1"))
        ):
            headers = [*found.headers_unchanged, known]
            await send({"type": "http.response.start", "status": 304, "headers": headers})
            await send(NO_BODY)
            return 304
        headers = [*found.headers, known]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send(found.body)
        return 200

    async def _found(self, scope: Scope, concept: str, heard: Heard) -> Answer | None:
        """What to answer; None: nothing from here. Refused when there is no such concept for the holder."""
        try:
            organisation_at, portfolio_at = await self.latest(concept)
            now = self.rooms.clock()
            holder = await self.door.own_holder(heard.authorization.decode("latin-1"), organisation_at, now)
            # The long way says no, and notes now and then that a token is used.
            if holder is None or not may(holder, "get_readiness") or not self.door.has_noted(holder, now):
                return None
            if portfolio_at is None:
                raise no_concept()
            host = heard.host if self.rooms.public_url is None else b""
            place = Place(concept, holder.role == "bot", scope["scheme"], host)
            query: bytes = scope["query_string"]
            if query.startswith(AS_OF):
                as_of = _instant(query)
                if as_of < now:
                    return None
                base_url = base_of(scope, heard.host, self.rooms.public_url)
                return await self.rooms.read(answer_at, holder, place, base_url, as_of)
            kept: Answer | None = self.rooms.db.answers.get(place)
            if kept is None or kept.mark.position != portfolio_at or not kept.holds(now):
                base_url = base_of(scope, heard.host, self.rooms.public_url)
                anew, unfolded = await self.rooms.read(answer_anew, holder, place, base_url, now)
                if unfolded is not None:
                    self.rooms.writers.soon(partial(keep_folded, self.rooms.db, unfolded))
                kept = anew
        except Refused:
            raise
        except Exception:
            return None  # what fails here fails on the long way too, where it is said and logged
        if not holder.sees(kept.portfolio):
            raise no_concept()
        return kept


def _polled(scope: Scope) -> str | None:
    """The key of the concept that is polled; None: something else is asked."""
    path: str = scope["path"]
    if not path.endswith(SUFFIX) or not path.startswith(PREFIX) or len(path) > MAX_PATH:
        return None
    query: bytes = scope["query_string"]
    if query and query != REQUIRED and not query.startswith(AS_OF):
        return None
    concept = path[len(PREFIX) : -len(SUFFIX)]
    return None if "/" in concept or "\0" in concept else concept


def _instant(query: bytes) -> datetime:
    """As the contract has it: by the same rules as on the long way, which says what is wrong with it."""
    said = parse_qs(query.decode("latin-1"), strict_parsing=True)
    [[text]] = said.values()
    return INSTANT.validate_python(text)


def _heard(headers: list[tuple[bytes, bytes]]) -> Heard | None:
    """None: more than this room takes, twice the same, or a page from elsewhere asks."""
    authorization, host, if_none_match, request_id = b"", b"", None, b""
    size = 0
    for name, value in headers:
        size += len(name) + len(value)
        if name == b"authorization":
            if authorization:
                return None
            authorization = value
        elif name == b"host":
            host = value
        elif name == b"if-none-match":
            if if_none_match is not None:
                return None
            if_none_match = value
        elif name == b"x-request-id":
            request_id = value
        elif name == b"origin":
            return None
    if size > MAX_HEADER_BYTES or len(headers) > MAX_HEADERS or not authorization:
        return None
    return Heard(authorization, host, if_none_match, request_id_of(request_id))
