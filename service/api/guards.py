"""The guard of every operation: checks the role and the query's parameters before it reads the body. A large
body is parsed in a thread."""

import json
import re
from collections.abc import Callable, Coroutine
from functools import partial
from inspect import signature
from typing import Any

from anyio import to_thread
from fastapi import Request, Response
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from service.api.parameters import require_known_parameters
from service.api.permissions import require_permission
from service.usecases.errors import Refused, invalid

JSON_TYPES = frozenset(["", "application/json"])
LARGE = 64 * 1024
MOST_FIELDS = 1000
"""Of an object. Each that is not known is an error of its own, and to collect many of them takes seconds."""
TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}:]', re.DOTALL)
"""A string, to the end where it has none, or what begins and ends an object and its fields."""
SHORT = 5 * MOST_FIELDS
"""Bytes that cannot hold so many: the shortest, `"":0,`, takes five."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Pairs = list[tuple[str, Any]]


class OperationRoute(APIRoute):
    """A route whose operation's id is its name; a body may come without a media type."""

    def __init__(self, *a: Any, **k: Any) -> None:
        named: dict[str, Any] = {"generate_unique_id_function": lambda route: route.name}
        super().__init__(*a, **(k | named | {"strict_content_type": False}))


class GuardedRoute(OperationRoute):
    """A route that refuses callers without the role for it, and parameters that it does not have."""

    def __init__(self, *a: Any, **k: Any) -> None:
        super().__init__(*a, **k)
        self._plain_body = self.body_field if _is_plain(self) else None

    def get_route_handler(self) -> Handler:
        """Returns FastAPI's handler, called once the request is let in and its body is read."""
        handle, body_field = super().get_route_handler(), self.body_field

        async def handle_guarded(request: Request) -> Response:
            await _let_in(request, body_field)
            return await handle(request)

        return handle_guarded

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a plain operation without FastAPI, unless something is wrong: FastAPI says what."""
        if self._plain_body is not None and scope["method"] in (self.methods or ()):
            request = Request(scope, receive)
            await _let_in(request, self._plain_body)
            arguments = await _arguments(self.dependant, request, self._plain_body)
            if arguments is not None:
                response: Response = await self.endpoint(**arguments)
                await response(scope, receive, send)
                return
            receive = _again(request)
        await super().handle(scope, receive, send)


async def _let_in(request: Request, body_field: ModelField | None) -> None:
    require_permission(request.state.holder, request.scope["route"].name)
    require_known_parameters(request)
    if body_field is not None:
        await _read_body(request, body_field.validate)


def _again(request: Request) -> Receive:
    """Returns what receives the body that was read from the request."""

    async def receive() -> Message:
        return {"type": "http.request", "body": await request.body(), "more_body": False}

    return receive


def _is_plain(route: APIRoute) -> bool:
    """Returns whether the operation takes a body, a call and parts of its path, and makes its own response.

    For a record, FastAPI's working out of such arguments is 390 of 1,000 calls of functions (decision 43).
    """
    own = route.dependant
    return (
        signature(route.endpoint).return_annotation is Response
        and all(field.field_info.annotation is str for field in own.path_params)
        and not any((own.query_params, own.header_params, own.request_param_name))
    )


async def _arguments(own: Dependant, request: Request, body_field: ModelField) -> dict[str, Any] | None:
    """Returns the arguments of a plain operation; None where something is wrong: FastAPI says what."""
    parsed = getattr(request, "_json", None)
    if parsed is None:
        return None
    body, errors = body_field.validate(parsed, {}, loc=("body",))
    calls = None if errors else await _solved(own, request)
    return calls and {**request.path_params, **calls, body_field.name: body}


async def _solved(dependant: Dependant, request: Request) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    for below in dependant.dependencies:
        arguments = await _solved(below, request)
        if arguments is None or below.call is None or below.name is None:
            return None
        values[below.name] = await below.call(**arguments)
    for field in dependant.header_params:
        text = request.headers.get(field.alias)
        if text is not None:
            values[field.name], errors = field.validate(text, {}, loc=("header", field.alias))
            if errors:
                return None
    if dependant.request_param_name:
        values[dependant.request_param_name] = request
    if dependant.response_param_name:
        values[dependant.response_param_name] = Response()
    return values


async def _read_body(request: Request, validate: Callable[..., Any]) -> None:
    """Parses the body into `request._json`, where FastAPI takes it from; a large one is validated too.

    A body of another media type is not parsed: the operation refuses it.
    """
    body = await request.body()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in JSON_TYPES:
        request._json = None  # noqa: SLF001 - where Request.json remembers
    elif len(body) > LARGE:
        request._json = await to_thread.run_sync(partial(_validated, body, validate))  # noqa: SLF001
    elif body:
        request._json = _parsed(body)  # noqa: SLF001


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body, object_pairs_hook=_object if len(body) > SHORT else None)
    except json.JSONDecodeError as error:
        detail = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([detail]) from None
    except (ValueError, RecursionError):
        # No UTF-8, too many digits, or too deep.
        raise HTTPException(400) from None


def _validated(body: bytes, validate: Callable[..., Any]) -> Any:
    _require_countable(body)
    model, errors = validate(_parsed(body), {}, loc=("body",))
    if errors:
        raise RequestValidationError(errors)
    return model


def _require_countable(body: bytes) -> None:
    """Refuses an object of too many fields before it is parsed: the parser lets nothing else run until it is
    through with an object, which takes seconds where there are hundreds of thousands."""
    fields = [0]
    for token in TOKEN.finditer(body):
        match body[token.start()]:
            case 0x7B:  # {
                fields.append(0)
            case 0x7D if len(fields) > 1:  # }
                fields.pop()
            case 0x3A:  # :
                fields[-1] += 1
                if fields[-1] > MOST_FIELDS:
                    raise _too_many_fields()


def _object(pairs: Pairs) -> dict[str, Any]:
    if len(pairs) > MOST_FIELDS:
        raise _too_many_fields()
    return dict(pairs)


def _too_many_fields() -> Refused:
    rule = f"has an object of more than {MOST_FIELDS} fields"
    return invalid("body", rule, "send none but those that are known")
