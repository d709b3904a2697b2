"""The busiest call, answered in front of all else: a concept's readiness at its next gate.

A poll that finds nothing changed costs one row of the database and no evaluation. The row says how far the
log is: the portfolio's (what a verdict reads) and the organisation's (tokens). What this room does not know
(other parameters, tokens of other issuers, faults) goes the long way, which answers the same.
"""

from datetime import datetime
from functools import partial
from time import perf_counter
from typing import NamedTuple
from urllib.parse import parse_qs

from pydantic import TypeAdapter
from starlette.types import ASGIApp, Receive, Scope, Send

from schemas.base import Instant
from schemas.problem import PROBLEMS
from service.api.call import AppContext, base_of
from service.api.fast.response_cache import Answer, Place, answer_anew, answer_at
from service.api.fast.verdict_bytes import is_known
from service.api.middleware.authenticator import Authenticator, bearer
from service.api.middleware.failed_logins import FailedLogins
from service.api.middleware.request_limits import unfit
from service.api.middleware.security_headers import Headers, dressed, request_id_of
from service.api.middleware.telemetry import UNMATCHED, Seen, Telling
from service.api.permissions import may
from service.api.problems import MEDIA_TYPE, body_of, headers_of
from service.store.log.log_position import LatestOf
from service.usecases.access import Holder
from service.usecases.errors import Refused, no_concept
from service.usecases.verdicts.polling import PendingSnapshot, keep_snapshot

PREFIX, SUFFIX = "/v1/concepts/", "/readiness"
# The same document if it is ready; the document of an instant.
REQUIRED, AS_OF = b"require=ready", b"as_of="
READ = frozenset([b"authorization", b"host", b"if-none-match", b"x-request-id"])
ELSEWHERE = frozenset([b"content-length", b"origin", b"transfer-encoding"])
MAX_HEADERS, MAX_HEADER_BYTES, MAX_PATH = 32, 4096, 200
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


class Heard(NamedTuple):
    """What is read of a request's headers."""

    token: str | None
    host: bytes
    if_none_match: bytes | None
    request_id: bytes


class Reply(NamedTuple):
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes


class Stranger(Exception):
    """No token that stands."""


class Polls:
    """Wraps the whole application. `failed_logins`: None sends them the long way."""

    def __init__(
        self,
        app: ASGIApp,
        context: AppContext,
        authenticator: Authenticator,
        latest: LatestOf,
        telling: Telling,
        failed_logins: FailedLogins | None,
    ) -> None:
        self.app, self.context, self.authenticator, self.latest = app, context, authenticator, latest
        self.telling, self.failed_logins = telling, failed_logins
        self.answered = telling.metrics.polls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = await self.reply(scope) if scope["type"] == "http" else None
        if reply is None:
            await self.app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        await send({"type": "http.response.body", "body": reply.body})

    def at_once(self, scope: Scope) -> Reply | None:
        """The same reply, without a task: on SQLite nothing is waited for, so the first step is the last.
        None on PostgreSQL too."""
        if not self.context.db.is_sqlite:
            return None
        try:
            self.reply(scope).send(None)
        except StopIteration as ended:
            said: Reply | None = ended.value
            return said
        raise RuntimeError("a poll waited on SQLite")

    async def reply(self, scope: Scope) -> Reply | None:
        """What to answer; None: nothing from here."""
        concept = _polled(scope)
        heard = None if concept is None else _heard(scope["headers"])
        if concept is None or heard is None:
            return None
        begun, now = perf_counter(), self.context.clock()
        try:
            found = await self._found(scope, concept, heard, now)
        except Stranger:
            return self._turn_away(scope, heard, now, begun)
        except Refused as refused:
            reply = _refused(refused, heard, scope["scheme"])
        except Exception:
            return None  # what fails here fails on the long way too, where it is said and logged
        else:
            if found is None:
                return None
            reply = _answered(found, heard)
        self.answered[reply.status] += 1
        return reply

    async def _found(self, scope: Scope, concept: str, heard: Heard, now: datetime) -> Answer | None:
        """What to answer; None: nothing from here. Refused when there is no such concept for the holder."""
        looks = self.authenticator.looks(heard.token)
        if looks == "strange":
            raise Stranger
        if looks == "foreign":
            return None
        organisation_at, portfolio_at, portfolio = await self.latest(concept)
        holder = await self.authenticator.own_holder(heard.token, organisation_at, now)
        if holder is None:
            raise Stranger
        # The long way says no, and notes now and then that a token is used.
        if not may(holder, "get_readiness") or not self.authenticator.has_noted(holder, now):
            return None
        query: bytes = scope["query_string"]
        as_of = _instant(query) if query.startswith(AS_OF) else None
        if portfolio is None or not holder.sees(portfolio):
            raise no_concept()
        host = heard.host if self.context.public_url is None else b""
        place = Place(concept, holder.role == "bot", scope["scheme"], host)
        if as_of is not None:
            found = await self._at(scope, heard, holder, place, as_of)
        else:
            found = self.context.db.answers.get(place)
            if found is None or found.watermark.position != portfolio_at or not found.holds(now):
                found = await self._anew(scope, heard, holder, place, now)
        return None if found is None or (query == REQUIRED and not found.ready) else found

    async def _anew(self, scope: Scope, heard: Heard, holder: Holder, place: Place, now: datetime) -> Answer:
        base_url = base_of(scope, heard.host, self.context.public_url)
        answer, pending = await self.context.read(answer_anew, holder, place, base_url, now)
        self._keep(pending)
        return answer

    def _keep(self, pending: PendingSnapshot | None) -> None:
        if pending is not None:
            self.context.writers.soon(partial(keep_snapshot, self.context.db, pending))

    async def _at(
        self, scope: Scope, heard: Heard, holder: Holder, place: Place, as_of: datetime
    ) -> Answer | None:
        """None: asked of the past, and more was recorded since."""
        base_url = base_of(scope, heard.host, self.context.public_url)
        found = await self.context.read(answer_at, holder, place, base_url, as_of)
        if found is None:
            return None
        answer, pending = found
        self._keep(pending)
        return answer

    def _turn_away(self, scope: Scope, heard: Heard, now: datetime, begun: float) -> Reply | None:
        """A stranger, as the long way would, seen and counted as there."""
        if self.failed_logins is None or unfit(scope) is not None:
            return None
        refused = self.failed_logins.refusal(scope, now, showed_one=True)
        reply = _refused(refused, heard, scope["scheme"])
        seen = Seen("GET", UNMATCHED, reply.status, perf_counter() - begun, None)
        self.telling.tell(seen, heard.request_id.decode())
        return reply


def _answered(found: Answer, heard: Heard) -> Reply:
    known = (b"x-request-id", heard.request_id)
    asked = heard.if_none_match
    if asked is not None and (asked == found.tag or is_known(found.etag, asked.decode("latin-1"))):
        return Reply(304, [*found.headers_unchanged, known], b"")
    return Reply(200, [*found.headers, known], found.body)


def _refused(refused: Refused, heard: Heard, scheme: str) -> Reply:
    body = body_of(refused, heard.request_id.decode())
    told = [(name.encode(), value.encode()) for name, value in headers_of(refused).items()]
    sized = [(b"content-length", b"%d" % len(body)), (b"content-type", MEDIA_TYPE.encode())]
    known = (b"x-request-id", heard.request_id)
    return Reply(PROBLEMS[refused.kind].status, dressed([*told, *sized, known], scheme), body)


def _polled(scope: Scope) -> str | None:
    """The key of the concept that is polled; None: something else is asked."""
    if scope["method"] != "GET":
        return None
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
    """None: more than this room takes, twice the same, a body, or a page from elsewhere asks."""
    read: dict[bytes, bytes] = {}
    size = 0
    for name, value in headers:
        size += len(name) + len(value)
        if name in READ:
            if name in read:
                return None
            read[name] = value
        elif name in ELSEWHERE:
            return None
    authorization = read.get(b"authorization")
    if size > MAX_HEADER_BYTES or len(headers) > MAX_HEADERS or not authorization:
        return None
    return Heard(
        bearer(authorization.decode("latin-1")),
        read.get(b"host", b""),
        read.get(b"if-none-match"),
        request_id_of(read.get(b"x-request-id", b"")),
    )
