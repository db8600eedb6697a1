"""One lane of threads: an httpx transport that holds one connection.

Its deadline cuts whatever the connection does, name resolution excepted.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from typing import Any, cast

import httpcore
import httpx

from ._http11 import READ_SIZE, Http11, is_spent, phases
from ._lane_book import LaneBook
from ._route import Route
from ._sync_network import SyncBackend


class SyncLane(httpx.HTTPTransport):
    """A lane for threads."""

    def __init__(self, route: Route, book: LaneBook[SyncLane, threading.Event]) -> None:
        # httpx's own __init__ would make a pool. `_pool` is all that its other methods use.
        self.book = book
        self._pool: Any = _Connection(route)

    def set_deadline(self, deadline: float) -> None:
        """Cut the coming attempt at `deadline`, by `time.monotonic`."""
        self._pool.backend.deadline.at = deadline


class _Connection:
    """The one connection of a lane, with the methods of httpcore's pools."""

    def __init__(self, route: Route) -> None:
        self.backend = SyncBackend()
        self._route = route
        self._open: _Direct | httpcore.ConnectionPool | None = None

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        if self._open is None or is_spent(self._open):
            self.close()
            self._open = self._connect(phases(request).get("connect"))
        return self._open.handle_request(request)

    def _connect(self, timeout: float | None) -> _Direct | httpcore.ConnectionPool:
        route, backend, context = self._route, self.backend, self._route.ssl_context()
        if route.proxy is not None:
            proxy = httpcore.SOCKSProxy if route.is_socks else httpcore.HTTPProxy
            return proxy(network_backend=backend, **route.through(route.proxy))
        stream = backend.connect_tcp(route.host, route.port, timeout)
        if context is not None:
            stream = stream.start_tls(context, route.host, timeout)
        return _Direct(stream)

    def close(self) -> None:
        connection, self._open = self._open, None
        try:
            if connection is not None:
                connection.close()
        finally:
            self.backend.close()


class _Direct:
    """A connection without a proxy between."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._http = Http11()

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        timeouts = phases(request)
        head = self._http.head(request)
        content = b"".join(cast(Iterable[bytes], request.stream))
        # A server may refuse a request before it has read it all: where sending fails, the answer is looked for.
        with contextlib.suppress(httpcore.WriteError):
            self._stream.write(head + self._http.body(content), timeouts.get("write"))
        answer = None
        while answer is None:
            answer = self._http.receive(self._stream.read(READ_SIZE, timeouts.get("read")))
        return answer

    @property
    def is_spent(self) -> bool:
        return self._http.is_spent or bool(self._stream.get_extra_info("is_readable"))

    def close(self) -> None:
        self._stream.close()
