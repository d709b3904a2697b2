"""One call: its caller, and running its use case where it neither blocks nor crowds the others."""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeAlias, TypeVar
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Header, Request, Response
from starlette.datastructures import URL
from starlette.types import Scope

from schemas.problem import FieldProblem
from service.api.examples import Choice, choices
from service.api.writers import Writers
from service.clock import Clock
from service.delivery.targets import Targets
from service.store.sql.engine import Database
from service.usecases.access import Holder
from service.usecases.errors import Refused
from service.usecases.unit_of_work import BOT, Caller

P = ParamSpec("P")
R = TypeVar("R")
Read: TypeAlias = Callable[Concatenate[Database, P], R]
"""A use case that reads."""
Write: TypeAlias = Callable[Concatenate[Database, Caller, P], R]
"""A use case that writes."""


class Revised(Protocol):
    """A noun that has revisions."""

    @property
    def etag(self) -> str:
        """The ETag of this one."""


class Paged(Protocol):
    """A page of a list."""

    @property
    def next(self) -> str | None:
        """The cursor of the next one."""


N = TypeVar("N", bound=Revised)
L = TypeVar("L", bound=Paged)


class AppContext(NamedTuple):
    """The parts of the application that every call shares."""

    db: Database
    clock: Clock
    public_url: str | None
    readers: CapacityLimiter
    writers: Writers
    own_transactions: CapacityLimiter
    """Limits use cases that write in transactions of their own."""
    serialised: CapacityLimiter
    """Limits use cases that read so much that one at a time is enough."""
    pages: CapacityLimiter
    """Limits use cases that read a page's worth: polls share the interpreter with one of them only."""
    targets: Targets = Targets()

    async def read(self, use: Read[P, R], *a: P.args, **k: P.kwargs) -> R:
        """Run a reading use case. SQLite answers faster than a thread could be woken."""
        if self.db.is_sqlite:
            return use(self.db, *a, **k)
        return await to_thread.run_sync(lambda: use(self.db, *a, **k), limiter=self.readers)


class Call(NamedTuple):
    """A request by a known caller. `response`: the headers and status of an answer that FastAPI writes."""

    request: Request
    response: Response
    context: AppContext
    caller: Caller

    async def read(self, use: Read[P, R], *a: P.args, **k: P.kwargs) -> R:
        """Run a reading use case."""
        return await self.context.read(use, *a, **k)

    async def read_in_thread(self, use: Read[P, R], *a: P.args, **k: P.kwargs) -> R:
        """Run a use case that reads for longer than a poll may wait: always in a thread."""
        return await to_thread.run_sync(lambda: use(self.context.db, *a, **k), limiter=self.context.readers)

    async def read_page(self, use: Read[P, R], *a: P.args, **k: P.kwargs) -> R:
        """Run a use case that reads as much as a long page: in a thread, after others of its kind."""
        async with self.context.pages:
            return await self.read_in_thread(use, *a, **k)

    async def read_serialised(self, use: Read[P, R], *a: P.args, **k: P.kwargs) -> R:
        """Run a use case that reads for seconds: always in a thread, and behind others of its kind."""
        async with self.context.serialised:
            return await self.read_in_thread(use, *a, **k)

    async def write(self, use: Write[P, R], *a: P.args, **k: P.kwargs) -> R:
        """Run a use case that writes once, to its commit. If it fails before, nothing was written."""
        state = self.request.state
        state.is_unwritten = not hasattr(state, "is_unwritten")
        made = await self.context.writers.write(lambda: use(self.context.db, self.caller, *a, **k))
        state.is_unwritten = False
        return made

    async def write_in_own_transactions(self, use: Write[P, R], *a: P.args, **k: P.kwargs) -> R:
        """Run a use case that writes several times, or does more than to write."""
        return await to_thread.run_sync(
            lambda: use(self.context.db, self.caller, *a, **k), limiter=self.context.own_transactions
        )

    def tag(self, noun: N, location: str | None = None) -> N:
        """Answers with the noun and its ETag, for If-Match, and with the Location of something new."""
        self.response.headers["ETag"] = noun.etag
        if location is not None:
            self.response.headers["Location"] = location
        return noun

    def put(self, noun: N, location: str, *, is_new: bool) -> N:
        """Answers a PUT by an id elsewhere: with 201 and the Location, or with 200."""
        self.response.status_code = 201 if is_new else 200
        return self.tag(noun, location if is_new else None)

    def link(self, page: L, response: Response | None = None) -> L:
        """Answers with the page and a header Link to the next one (RFC 8288); `response`: in this answer."""
        if page.next is not None:
            query = urlencode({**self.request.query_params, "cursor": page.next})
            headers = (response or self.response).headers
            headers["Link"] = f'<{self.request.url.path}?{query}>; rel="next"'
        return page

    @property
    def holder(self) -> Holder:
        """The holder of the request's token."""
        holder: Holder = self.request.state.holder
        return holder

    @property
    def base_url(self) -> str:
        """The service's address as seen from outside, without a slash at the end."""
        host = self.request.headers.get("host")
        return base_of(self.request.scope, host.encode("latin-1") if host else None, self.context.public_url)


def base_of(scope: Scope, host: bytes | None, public_url: str | None) -> str:
    """Returns the service's address as seen from outside, without a slash at the end."""
    if public_url:
        return public_url.rstrip("/")
    return _address(scope["scheme"], host or None, tuple(scope["server"] or ()), scope.get("root_path", ""))


@lru_cache(maxsize=64)
def _address(scheme: str, host: bytes | None, server: tuple[str, int | None] | None, root: str) -> str:
    """Returns the address of the service. Cached: most callers reach it by the same name."""
    headers = [] if host is None else [(b"host", host)]
    scope = {"scheme": scheme, "server": server or None, "path": f"{root}/", "headers": headers}
    return str(URL(scope=scope)).rstrip("/")


def made(document: bytes, location: str, etag: str | None = None) -> Response:
    """Returns 201 with a new document, as JSON: its Location, and its ETag if it may change."""
    headers = {"Location": location} if etag is None else {"ETag": etag, "Location": location}
    return Response(document, 201, headers, media_type="application/json")


def context_of(request: Request) -> AppContext:
    """Returns the context of the application that serves the request."""
    context: AppContext = request.app.state.context
    return context


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[ -~]+$",
        description="The same key, path and body within a day is the same write, done once.",
    ),
]


async def reading(request: Request, response: Response) -> Call:
    """Returns a call that writes nothing."""
    context = context_of(request)
    holder, now = request.state.holder, request.state.now
    return Call(request, response, context, Caller(holder.person or BOT, lambda: now, holder.portfolios))


async def asking(request: Request, response: Response) -> Call:
    """Returns a call that writes nothing, though its question comes in a body."""
    _require_json(request)
    return await reading(request, response)


async def writing(request: Request, response: Response, idempotency_key: IdempotencyKey = None) -> Call:
    """Returns a call that writes, in whatever form its body comes."""
    context, holder = context_of(request), request.state.holder
    caller = Caller(
        person=holder.person or BOT,
        clock=context.clock,
        portfolios=holder.portfolios,
        route=f"{request.method} {request.scope['path']}",
        body=await request.body(),
        idempotency_key=idempotency_key,
        if_match=request.headers.get("if-match"),
        token=holder.token or None,
    )
    return Call(request, response, context, caller)


async def creating(request: Request, response: Response, idempotency_key: IdempotencyKey = None) -> Call:
    """Returns a call that makes something new."""
    _require_json(request)
    return await writing(request, response, idempotency_key)


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "application/json").split(";")[0].strip()
    if media_type.lower() != "application/json":
        raise unsupported("application/json")


def unsupported(*media_types: str) -> Refused:
    """Returns the refusal of a body whose media type this operation does not take."""
    takes = " or ".join(media_types)
    wrong = FieldProblem(field="header.Content-Type", rule=f"must be {takes}", remedy=f"send {takes}")
    return Refused("unsupported-media-type", f"Send {takes}.", wrong)


Reading = Annotated[Call, Depends(reading)]
Asking = Annotated[Call, Depends(asking)]
Creating = Annotated[Call, Depends(creating)]


def if_match(description: str, *shown: Choice) -> Any:
    """Returns the dependency of a call that may name an ETag. The contract learns of it here; `writing` reads
    it from the request."""
    header = Header(alias="If-Match", description=description, openapi_examples=choices(*shown))

    async def matching(call: Creating, if_match: Annotated[str | None, header] = None) -> Call:  # noqa: ARG001
        return call

    return Depends(matching)


SHOWN = '"1-9f86d081884c7d65"'
FIRST = ('"1"', '"1": as it was first recorded, by its revision alone')
Changing = Annotated[
    Call, if_match("The ETag that you read, quotes and all: needed to change what exists.", FIRST)
]
Stating = Annotated[
    Call,
    if_match(
        'To restate: the ETag that you read, as `"1-9f86d081884c7d65"`. Leave it out for a first statement.'
    ),
]
Syncing = Annotated[
    Call, if_match("The ETag that you read, if nothing newer may be overwritten; left out: anything.")
]
Deciding = Annotated[Call, if_match(f"Decide only what you have seen: the concept's ETag, as `{SHOWN}`.")]
