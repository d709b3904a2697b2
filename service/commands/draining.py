"""Stopping without an error for anybody: first nothing new is sent here, then connections are closed."""

import signal
from time import monotonic
from types import FrameType

import uvicorn

from service.api.readiness_check import Draining


class DrainingServer(uvicorn.Server):
    """A server that is told to end by SIGTERM says on `/readyz` that it is about to, and serves on for so
    many seconds: whoever sends requests here sends them elsewhere meanwhile. Another signal ends it at
    once."""

    def __init__(self, config: uvicorn.Config, draining: Draining, seconds: float) -> None:
        super().__init__(config)
        self._draining, self._seconds = draining, seconds
        self._ends_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begins to drain, or ends."""
        if sig != signal.SIGTERM or not self._seconds or self._draining.has_begun:
            super().handle_exit(sig, frame)
            return
        self._draining.has_begun = True
        self._captured_signals.append(sig)
        self._ends_at = monotonic() + self._seconds

    async def on_tick(self, counter: int) -> bool:
        """Returns whether it is time to end."""
        if self._ends_at is not None and monotonic() >= self._ends_at:
            return True
        return await super().on_tick(counter)
