"""The guard of every operation: checks the role and the query's parameters before it reads the body. A large
body is parsed in a thread."""

import json
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from service.api.parameters import require_known_parameters
from service.api.permissions import require_permission
from service.usecases.errors import invalid

JSON_TYPES = frozenset(["", "application/json"])
LARGE = 64 * 1024
MOST_FIELDS = 1000
"""Of an object. Each that is not known is an error of its own, and to collect many of them takes seconds."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Pairs = list[tuple[str, Any]]


class GuardedRoute(APIRoute):
    """A route that refuses callers without the role for it, and parameters that it does not have."""

    def get_route_handler(self) -> Handler:
        """Returns FastAPI's handler, called once the request is let in and its body is read."""
        handle, body_field = super().get_route_handler(), self.body_field

        async def handle_guarded(request: Request) -> Response:
            require_permission(request.state.holder, request.scope["route"].name)
            require_known_parameters(request)
            if body_field is not None:
                await _read_body(request, body_field.validate)
            return await handle(request)

        return handle_guarded


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
        return json.loads(body, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        detail = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([detail]) from None
    except (ValueError, RecursionError):
        # No UTF-8, too many digits, or too deep.
        raise HTTPException(400) from None


def _validated(body: bytes, validate: Callable[..., Any]) -> Any:
    model, errors = validate(_parsed(body), {}, loc=("body",))
    if errors:
        raise RequestValidationError(errors)
    return model


def _object(pairs: Pairs) -> dict[str, Any]:
    if len(pairs) > MOST_FIELDS:
        rule = f"has an object of more than {MOST_FIELDS} fields"
        raise invalid("body", rule, "send none but those that are known")
    return dict(pairs)
