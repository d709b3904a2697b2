"""The busiest call, answered in front of all else: a concept's readiness at its next gate.

A poll that finds nothing changed costs one row of the database and no evaluation. The row names the log's
heads: the portfolio's (what a verdict reads) and the organisation's (tokens). What is not handled here
(other parameters, tokens of other issuers, faults) takes the normal route, which answers the same.
"""

from datetime import datetime
from functools import partial
from time import perf_counter
from typing import NamedTuple
from urllib.parse import parse_qs

from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.types import ASGIApp, Receive, Scope, Send

from schemas.base import Instant
from schemas.problem import PROBLEMS
from service.api.call import AppContext, base_of
from service.api.fast.response_cache import CachedVerdict, CacheKey, answer_anew, answer_at
from service.api.fast.verdict_bytes import is_known
from service.api.middleware.authenticator import Authenticator, bearer
from service.api.middleware.failed_logins import FailedLogins
from service.api.middleware.request_limits import unfit
from service.api.middleware.security_headers import Headers, request_id_of, with_security_headers
from service.api.middleware.telemetry import UNMATCHED, RequestRecord, Telemetry
from service.api.permissions import may
from service.api.problems import MEDIA_TYPE, body_of, headers_of
from service.store.log.log_position import LatestOf
from service.usecases.access import Holder
from service.usecases.errors import Refused, no_concept
from service.usecases.verdicts.polling import PendingSnapshot, save_snapshot

PREFIX, SUFFIX = "/v1/concepts/", "/readiness"
# The same document if it is ready; the document of an instant.
REQUIRED, AS_OF = b"require=ready", b"as_of="
READ = frozenset([b"authorization", b"host", b"if-none-match", b"x-request-id"])
ELSEWHERE = frozenset([b"content-length", b"origin", b"transfer-encoding"])
MAX_HEADERS, MAX_HEADER_BYTES, MAX_PATH = 32, 4096, 200
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


class PollHeaders(NamedTuple):
    """The headers of a poll that its answer depends on."""

    token: str | None
    host: bytes
    if_none_match: bytes | None
    request_id: bytes


class PollResponse(NamedTuple):
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes


class Unauthenticated(Exception):
    """The poll has no valid token."""


class Polls:
    """Wraps the whole application. `failed_logins`: None leaves those to the normal route."""

    def __init__(self, app: FastAPI) -> None:
        self.app: ASGIApp = app
        self.context: AppContext = app.state.context
        self.authenticator: Authenticator = app.state.authenticator
        self.latest: LatestOf = app.state.latest
        self.telemetry: Telemetry = app.state.telemetry
        self.failed_logins: FailedLogins | None = app.state.failed_logins
        self.answered = self.telemetry.metrics.polls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = await self.reply(scope) if scope["type"] == "http" else None
        if reply is None:
            await self.app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        await send({"type": "http.response.body", "body": reply.body})

    def reply_inline(self, scope: Scope) -> PollResponse | None:
        """Returns what `reply` does, without a task: on SQLite it never waits, so its first step is its last.
        Returns None on PostgreSQL."""
        if not self.context.db.is_sqlite:
            return None
        try:
            self.reply(scope).send(None)
        except StopIteration as ended:
            reply: PollResponse | None = ended.value
            return reply
        raise RuntimeError("a poll waited on SQLite")

    async def reply(self, scope: Scope) -> PollResponse | None:
        """Returns the reply; None: the normal route has to answer."""
        concept = _polled(scope)
        headers = None if concept is None else _poll_headers(scope["headers"])
        if concept is None or headers is None:
            return None
        begun, now = perf_counter(), self.context.clock()
        try:
            answer = await self._answer(scope, concept, headers, now)
        except Unauthenticated:
            return self._unauthorized(scope, headers, now, begun)
        except Refused as refused:
            reply = _refused(refused, headers, scope["scheme"])
        except Exception:
            return None  # the normal route fails too, and logs and answers the fault
        else:
            if answer is None:
                return None
            reply = _answered(answer, headers)
        self.answered[reply.status] += 1
        return reply

    async def _answer(
        self, scope: Scope, concept: str, headers: PollHeaders, now: datetime
    ) -> CachedVerdict | None:
        """Returns the answer; None: the normal route has to. Refused if the holder sees no such concept."""
        origin = self.authenticator.origin_of(headers.token)
        if origin == "unknown":
            raise Unauthenticated
        if origin == "foreign":
            return None
        organisation_head, portfolio_head, portfolio = await self.latest(concept)
        holder = await self.authenticator.own_holder(headers.token, organisation_head, now)
        if holder is None:
            raise Unauthenticated
        # The normal route refuses, and records at times that a token is used.
        if not may(holder, "get_readiness") or not self.authenticator.has_recorded_use(holder, now):
            return None
        query: bytes = scope["query_string"]
        as_of = _instant(query) if query.startswith(AS_OF) else None
        if portfolio is None or not holder.sees(portfolio):
            raise no_concept()
        host = headers.host if self.context.public_url is None else b""
        key = CacheKey(concept, holder.role == "bot", scope["scheme"], host)
        if as_of is not None:
            answer = await self._at(scope, headers, holder, key, as_of)
        else:
            answer = self.context.db.answers.get(key)
            if answer is None or answer.watermark.digest != portfolio_head or not answer.holds(now):
                answer = await self._anew(scope, headers, holder, key, now)
        return None if answer is None or (query == REQUIRED and not answer.ready) else answer

    async def _anew(
        self, scope: Scope, headers: PollHeaders, holder: Holder, key: CacheKey, now: datetime
    ) -> CachedVerdict:
        base_url = base_of(scope, headers.host, self.context.public_url)
        answer, pending = await self.context.read(answer_anew, holder, key, base_url, now)
        self._save(pending)
        return answer

    def _save(self, pending: PendingSnapshot | None) -> None:
        if pending is not None:
            self.context.writers.soon(partial(save_snapshot, self.context.db, pending))

    async def _at(
        self, scope: Scope, headers: PollHeaders, holder: Holder, key: CacheKey, as_of: datetime
    ) -> CachedVerdict | None:
        """Returns the answer of an instant; None: it is past, and more was recorded since."""
        base_url = base_of(scope, headers.host, self.context.public_url)
        worked_out = await self.context.read(answer_at, holder, key, base_url, as_of)
        if worked_out is None:
            return None
        answer, pending = worked_out
        self._save(pending)
        return answer

    def _unauthorized(
        self, scope: Scope, headers: PollHeaders, now: datetime, begun: float
    ) -> PollResponse | None:
        """Returns the refusal that the normal route would, counted and recorded as there."""
        if self.failed_logins is None or unfit(scope) is not None:
            return None
        refused = self.failed_logins.refusal(scope, now, showed_one=True)
        reply = _refused(refused, headers, scope["scheme"])
        request = RequestRecord("GET", UNMATCHED, reply.status, perf_counter() - begun, None)
        self.telemetry.record(request, headers.request_id.decode())
        return reply


def _answered(answer: CachedVerdict, headers: PollHeaders) -> PollResponse:
    id_header = (b"x-request-id", headers.request_id)
    if_none_match = headers.if_none_match
    if if_none_match is not None and (
        if_none_match == answer.tag or is_known(answer.etag, if_none_match.decode("latin-1"))
    ):
        return PollResponse(304, [*answer.headers_unchanged, id_header], b"")
    return PollResponse(200, [*answer.headers, id_header], answer.body)


def _refused(refused: Refused, headers: PollHeaders, scheme: str) -> PollResponse:
    body = body_of(refused, headers.request_id.decode())
    own = [(name.encode(), value.encode()) for name, value in headers_of(refused).items()]
    sized = [(b"content-length", b"%d" % len(body)), (b"content-type", MEDIA_TYPE.encode())]
    id_header = (b"x-request-id", headers.request_id)
    headers_sent = with_security_headers([*own, *sized, id_header], scheme)
    return PollResponse(PROBLEMS[refused.problem_type].status, headers_sent, body)


def _polled(scope: Scope) -> str | None:
    """Returns the key of the concept that is polled; None: the request is no poll."""
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
    """Returns `as_of` by the contract's rules; ValueError if it breaks them: the normal route says how."""
    params = parse_qs(query.decode("latin-1"), strict_parsing=True)
    [[text]] = params.values()
    return INSTANT.validate_python(text)


def _poll_headers(raw: list[tuple[bytes, bytes]]) -> PollHeaders | None:
    """Returns the headers; None: too many, one of them twice, a body, or a page of another origin."""
    read: dict[bytes, bytes] = {}
    size = 0
    for name, value in raw:
        size += len(name) + len(value)
        if name in READ:
            if name in read:
                return None
            read[name] = value
        elif name in ELSEWHERE:
            return None
    authorization = read.get(b"authorization")
    if size > MAX_HEADER_BYTES or len(raw) > MAX_HEADERS or not authorization:
        return None
    return PollHeaders(
        bearer(authorization.decode("latin-1")),
        read.get(b"host", b""),
        read.get(b"if-none-match"),
        request_id_of(read.get(b"x-request-id", b"")),
    )
