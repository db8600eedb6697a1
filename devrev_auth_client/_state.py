"""What a client and its `with_options` copies share, and the clock they go by."""

from __future__ import annotations

import os
import random
import time
import weakref
from collections.abc import Awaitable

from ._admission import Admission
from ._credentials import TokenSource
from ._httpx import httpx
from ._runtime.interface import Event, Runtime
from ._sending import Sender
from ._transport.transport import AsyncPoolTransport, PoolTransport
from .errors import ConfigurationError, RateLimit
from .retry import RetryBudget


class Clock:
    """Time and chance. A test has one that stands still."""

    monotonic = staticmethod(time.monotonic)
    """Seconds; measures waits and deadlines."""
    wall = staticmethod(time.time)
    """Unix time; stands in for a response's missing `Date`."""
    jitter = staticmethod(random.uniform)
    """Draws between two bounds."""

    def sleep(self, runtime: Runtime, seconds: float) -> Awaitable[object]:
        """Wait so many seconds."""
        return runtime.sleep(seconds)

    def wait(self, event: Event, seconds: float) -> Awaitable[object]:
        """Wait for an event, no longer than so many seconds."""
        return event.wait(seconds)


class ClientState:
    """The token, the connections, who may send, and the quota."""

    def __init__(self, source: TokenSource, base_url: httpx.URL, sender: Sender, size: int, clock: Clock) -> None:
        self.source = source
        self.base_url = base_url
        self.sender = sender
        self.clock = clock
        self.admission = Admission(size, clock.monotonic)
        self.budget = RetryBudget()
        self.rate_limit: RateLimit | None = None
        self.is_closed = False
        self._urls: dict[str, httpx.URL] = {}
        self._base = str(base_url).rstrip("/")
        _known.add(self)

    def url(self, target: str) -> httpx.URL:
        """Return the absolute URL; parsing one takes as long as the rest of a request."""
        if target in self._urls:
            return self._urls[target]
        url = httpx.URL(self._base + target)
        if "?" not in target and len(self._urls) < 100:
            self._urls[target] = url
        return url

    async def close(self, runtime: Runtime) -> None:
        """Refuse further calls, and those that are queued; close the idle connections."""
        self.is_closed = True
        self.admission.shut()
        await runtime.close(self.sender.transport)

    def closed_error(self) -> ConfigurationError:
        """Return the error for a call on a closed client."""
        return ConfigurationError("the client is closed; make a new one, or make the calls inside its `with` block")

    def after_fork(self) -> None:
        """Forget the parent's callers and connections."""
        self.admission.after_fork()
        self.budget.after_fork()
        if isinstance(self.sender.transport, AsyncPoolTransport | PoolTransport):
            self.sender.transport.pool.after_fork()


_known: weakref.WeakSet[ClientState] = weakref.WeakSet()


def _start_over() -> None:
    """Start all clients over in a forked child: no other thread runs yet, and none will free a lock or a connection."""
    for state in list(_known):
        state.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_start_over)
