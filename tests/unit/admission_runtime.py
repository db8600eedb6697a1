"""A runtime for `Admission`: its events only remember that they were set, and tell whoever asked to know."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import httpx

from devrev_auth_client._admission import Closing
from devrev_auth_client._runtime.interface import Runtime
from devrev_auth_client.errors import RateLimit

CLOSING = Closing(httpx.Headers({"Retry-After": "10"}), RateLimit(100, 0, None))


class Event:
    """Remembers that it was set. `wake` is called then."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self.is_set = False
        self.wake: Callable[[], None] = lambda: None

    def set(self) -> None:
        if self._events.ended:
            raise RuntimeError("Event loop is closed")
        self.is_set = True
        self.wake()


class Events:
    """What `Admission` asks of a runtime. Set `ended` to close its event loop."""

    def __init__(self) -> None:
        self.ended = False

    def has_ended(self) -> bool:
        return self.ended

    def event(self) -> Event:
        return Event(self)

    @property
    def runtime(self) -> Runtime:
        """This, as the whole interface: nothing else of it is asked for."""
        return cast("Runtime", self)
