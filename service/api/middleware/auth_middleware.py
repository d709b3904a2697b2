"""Authentication: refuses unfit requests unread, checks tokens, and turns faults into problems."""

import logging

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.database_refusals import refusal_of
from service.api.middleware.authenticator import Authenticator
from service.api.middleware.failed_logins import FailedLogins
from service.api.middleware.request_limits import unfit
from service.api.problems import problem_response
from service.clock import Clock
from service.delivery.faults import fault_summary

log = logging.getLogger("gateproof")

GUARDED = "/v1"


class AuthMiddleware:
    """Wraps the application, inside of SecurityHeaders, which makes the request's id."""

    def __init__(
        self, app: ASGIApp, authenticator: Authenticator, clock: Clock, failed_logins: FailedLogins
    ) -> None:
        self.app, self.authenticator = app, authenticator
        self.clock, self.failed_logins = clock, failed_logins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope["state"]
        request_id = state["request_id"]
        started = False

        async def send_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
            await send(message)

        try:
            if (refused := unfit(scope)) is not None:
                await problem_response(refused, request_id)(scope, receive, send_on)
                return
            if not scope["path"].startswith(GUARDED):
                await self.app(scope, receive, send_on)
                return
            headers = Headers(scope=scope)
            state["now"] = now = self.clock()
            state["holder"] = holder = await self.authenticator.holder(
                headers.get("authorization", ""), scope["path"], now
            )
            if holder is None:
                refused = self.failed_logins.refusal(scope, now, showed_one="authorization" in headers)
                await problem_response(refused, request_id)(scope, receive, send_on)
                return
            await self.app(scope, receive, send_on)
            await self.authenticator.record_use(holder, now)
        except Exception as error:
            # The exception's text may hold what a customer said: only its kind and place are logged.
            log.error("request %s failed: %s", request_id, fault_summary(error))
            if started:
                raise TruncatedAnswer from None
            refused = refusal_of(error, is_unwritten=state.get("is_unwritten", False))
            await problem_response(refused, request_id)(scope, receive, send_on)


class TruncatedAnswer(Exception):
    """An answer that had begun could not be finished."""
