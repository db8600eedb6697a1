"""One lane of asyncio or trio: an httpx transport that holds one connection.

It is opened when first used, and again when the server closed it. Lanes are httpx transports so that whatever
instruments httpx (OpenTelemetry's spans, one an attempt) sees each attempt. They hold one connection where httpx holds
a pool of them: a pool looks at all it has at every step.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterable
from typing import Any, cast

import httpcore
import httpx

from ._async_network import AsyncBackend
from ._http11 import READ_SIZE, Http11, is_spent, phases
from ._lane_book import LaneBook
from ._route import Route
from ._signal import Signal


class AsyncLane(httpx.AsyncHTTPTransport):
    """A lane for asyncio and trio."""

    def __init__(self, route: Route, book: LaneBook[AsyncLane, Signal]) -> None:
        # httpx's own __init__ would make a pool. `_pool` is all that its other methods use.
        self.book = book
        self._pool: Any = _Connection(route)

    def set_deadline(self, deadline: float) -> None:
        """Cut the coming attempt at `deadline`, by `time.monotonic`."""
        self._pool.backend.deadline.at = deadline


class _Connection:
    """The one connection of a lane, with the methods of httpcore's pools."""

    def __init__(self, route: Route) -> None:
        self.backend = AsyncBackend()
        self._route = route
        self._open: _Direct | httpcore.AsyncConnectionPool | None = None

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        if self._open is None or is_spent(self._open):
            await self.aclose()
            self._open = await self._connect(phases(request).get("connect"))
        return await self._open.handle_async_request(request)

    async def _connect(self, timeout: float | None) -> _Direct | httpcore.AsyncConnectionPool:
        route, backend, context = self._route, self.backend, self._route.ssl_context()
        if route.proxy is not None:
            proxy = httpcore.AsyncSOCKSProxy if route.is_socks else httpcore.AsyncHTTPProxy
            return proxy(network_backend=backend, **route.through(route.proxy))
        stream = await backend.connect_tcp(route.host, route.port, timeout)
        if context is not None:
            stream = await stream.start_tls(context, route.host, timeout)
        return _Direct(stream)

    async def aclose(self) -> None:
        connection, self._open = self._open, None
        try:
            if connection is not None:
                await connection.aclose()
        finally:
            await self.backend.aclose()


class _Direct:
    """A connection without a proxy between."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._http = Http11()

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        timeouts = phases(request)
        head = self._http.head(request)
        content = b"".join([chunk async for chunk in cast(AsyncIterable[bytes], request.stream)])
        # A server may refuse a request before it has read it all: where sending fails, the answer is looked for.
        with contextlib.suppress(httpcore.WriteError):
            await self._stream.write(head + self._http.body(content), timeouts.get("write"))
        answer = None
        while answer is None:
            answer = self._http.receive(await self._stream.read(READ_SIZE, timeouts.get("read")))
        return answer

    @property
    def is_spent(self) -> bool:
        return self._http.is_spent or bool(self._stream.get_extra_info("is_readable"))

    async def aclose(self) -> None:
        await self._stream.aclose()
