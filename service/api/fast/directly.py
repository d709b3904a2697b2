"""The busiest writes: Pydantic reads their bodies, and FastAPI is asked only where something is amiss.

Its way to an operation takes several times as long as validating a body. This room stands in front of it and
answers the same: what is not in order here, or not quite usual, goes that way, and is refused there.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from inspect import signature
from typing import NamedTuple

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.call import KEY_PATTERN, MAX_KEY, called
from service.api.guards import guarded
from service.api.problems import on_http, on_refused
from service.usecases.errors import Refused

BUSIEST = frozenset(["record_conversation", "decide"])
"""By operation id: each is made by `creating`, has a model as its body, no parameters but in its path, and
makes its answer itself."""
JSON, KEY = b"application/json", re.compile(KEY_PATTERN.encode())


Headers = Mapping[bytes, bytes]
"""By name; where one comes twice, something is unusual."""


class Write(NamedTuple):
    """A route that is answered here, what it takes by name, and the model of its body."""

    route: APIRoute
    takes: frozenset[str]
    model: type[BaseModel]


class Directly:
    """Wraps FastAPI. `routes`: its own, among which the busiest are found."""

    def __init__(self, app: ASGIApp, routes: Iterable[BaseRoute]) -> None:
        self.app = app
        self.writes = [_write(each) for each in routes if isinstance(each, APIRoute) and each.name in BUSIEST]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._found(scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        write, named = found
        request, headers = Request(scope, receive), dict(scope["headers"])
        try:
            body = await _body(request, headers, write.model)
            if body is None:
                await self.app(scope, _again(request, receive), send)
                return
            scope["route"], scope["path_params"] = write.route, named
            answer = await _answer(request, headers, write, body)
        except Refused as error:
            answer = await on_refused(request, error)
        except HTTPException as error:
            answer = await on_http(request, error)
        await answer(scope, receive, send)

    def _found(self, scope: Scope) -> tuple[Write, Mapping[str, str]] | None:
        for write in self.writes:
            matched = write.route.path_regex.match(scope["path"])
            if matched is not None:
                return write, matched.groupdict()
        return None


def _write(route: APIRoute) -> Write:
    takes = signature(route.endpoint).parameters
    return Write(route, frozenset(takes), takes["body"].annotation)


async def _answer(request: Request, headers: Headers, write: Write, body: BaseModel) -> Response:
    await guarded(request)
    key, if_match = (_text(headers.get(name)) for name in (b"idempotency-key", b"if-match"))
    call = called(request, await request.body(), key, if_match)
    known = {"body": body, "call": call, "request": request, **request.path_params}
    operation: Callable[..., Awaitable[Response]] = write.route.endpoint
    return await operation(**{name: value for name, value in known.items() if name in write.takes})


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")


async def _body(request: Request, headers: Headers, model: type[BaseModel]) -> BaseModel | None:
    """None: something is amiss."""
    key = headers.get(b"idempotency-key")
    is_key = key is None or (len(key) <= MAX_KEY and KEY.fullmatch(key) is not None)
    is_usual = len(headers) == len(request.scope["headers"]) and headers.get(b"content-type") == JSON
    if not (is_key and is_usual):
        return None
    try:
        return model.model_validate_json(await request.body())
    except (ValidationError, ClientDisconnect):
        return None


def _again(request: Request, receive: Receive) -> Receive:
    """What was read of the body is read again; after that, whatever comes."""
    read: bytes | None = getattr(request, "_body", None)

    async def receive_on() -> Message:
        nonlocal read
        if read is None:
            return await receive()
        body, read = read, None
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_on
