"""How large a body may be, whether its length is declared or not."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import max_body_bytes, of_status

MAX_DIGITS = 18


class BodyLimit:
    """Wraps what AuthMiddleware lets through: callers without a valid token learn nothing of limits.

    A body that declares to be too large is not read; one that does not say is read up to the limit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = max_body_bytes(scope["path"])
        if _declared(scope) > limit:
            request_id = scope.get("state", {}).get("request_id")
            await of_status(413, request_id, scope["path"])(scope, receive, send)
        else:
            await self.app(scope, _counted(receive, limit), send)


def _declared(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() and len(length) <= MAX_DIGITS else 0


def _counted(receive: Receive, limit: int) -> Receive:
    received = 0

    async def receive_on() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413)
        return message

    return receive_on
