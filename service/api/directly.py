"""The busiest writes: Pydantic reads their bodies, and FastAPI is asked only where something is amiss.

Its way to an operation takes several times as long as validating a body. It answers the same: what is not
in order here, or not quite usual, goes that way, and is refused there.
"""

import re
from collections.abc import Callable, Coroutine
from inspect import signature
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from service.api.call import KEY_PATTERN, MAX_KEY, creating
from service.api.guarded import guarded

BUSIEST = frozenset(["record_conversation", "decide"])
"""By operation id: each is made by `creating`, has a model as its body, and no parameters but in its path."""
JSON = "application/json"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Direct(APIRoute):
    """A route that is handled directly, if it is one of the busiest."""

    def get_route_handler(self) -> Handler:
        """What FastAPI calls with a request."""
        usual, operation = super().get_route_handler(), self.endpoint
        if self.name not in BUSIEST:
            return usual
        takes = signature(operation).parameters
        model: type[BaseModel] = takes["body"].annotation

        async def handler(request: Request) -> Response:
            body = await _body(request, model) if _is_usual(request) else None
            if body is None:
                return await usual(request)
            await guarded(request)
            call, said = await creating(request, request.headers.get("idempotency-key")), Response()
            del said.headers["content-length"]
            known = {"body": body, "call": call, "request": request, "response": said, **request.path_params}
            made = await operation(**{name: known[name] for name in takes if name in known})
            answer = Response(made.model_dump_json(), self.status_code or 200, media_type=JSON)
            answer.headers.raw.extend(said.headers.raw)
            return answer

        return handler


def _is_usual(request: Request) -> bool:
    key = request.headers.get("idempotency-key")
    is_key = key is None or (len(key) <= MAX_KEY and re.fullmatch(KEY_PATTERN, key) is not None)
    return is_key and request.headers.get("content-type") == JSON


async def _body(request: Request, model: type[BaseModel]) -> BaseModel | None:
    try:
        return model.model_validate_json(await request.body())
    except (ValidationError, ClientDisconnect):
        return None
