"""What `Admission` asks of a runtime: events that remember that they were set, and whether its event loop is closed."""

from __future__ import annotations

from typing import cast

import httpx

from devrev_auth_client._admission import Closing
from devrev_auth_client._runtime.interface import Runtime
from devrev_auth_client.errors import RateLimit

CLOSING = Closing(httpx.Headers({"Retry-After": "10"}), RateLimit(100, 0, None))


class Event:
    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self.is_set = False

    def set(self) -> None:
        if self._loop.ended:
            raise RuntimeError("Event loop is closed")
        self.is_set = True


class Loop:
    """Set `ended` to close it."""

    def __init__(self) -> None:
        self.ended = False
        self.loop = self
        self.runtime = cast("Runtime", self)  # nothing else of the interface is asked for

    def has_ended(self) -> bool:
        return self.ended

    def event(self) -> Event:
        return Event(self)
