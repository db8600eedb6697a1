"""The pool as httpx transports.

Whatever instruments httpx's own transport classes (OpenTelemetry's spans, one an attempt) so sees each attempt.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

from .._runtime.event_loops import current_runtime
from .._runtime.in_threads import THREADS, run
from ._httpx import httpx
from .http11 import Response
from .pool import Pool
from .route import Route


class AsyncPoolTransport(httpx.AsyncHTTPTransport):
    """For asyncio and trio."""

    def __init__(self, route: Route, largest: int) -> None:
        # httpx's own __init__ would make a pool of httpcore's. `_pool` is all that its other methods use, and only
        # its own classes are instrumented: the one private name of httpx that is used here.
        self.pool = Pool(route, largest)
        self._pool: Any = _AsyncPool(self.pool)


class PoolTransport(httpx.HTTPTransport):
    """For threads."""

    def __init__(self, route: Route, largest: int) -> None:
        self.pool = Pool(route, largest)
        self._pool: Any = _SyncPool(self.pool)


class _AsyncPool:
    """A pool with the methods that httpx asks for."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: Any) -> _Response:
        # A caller that has found out which event loop runs may say so.
        runtime = request.extensions.get("runtime") or current_runtime()
        _note_resend(request)
        return _Response(await self._pool.exchange(runtime, request))

    async def aclose(self) -> None:
        self._pool.close()


class _SyncPool:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def handle_request(self, request: Any) -> _Response:
        _note_resend(request)
        return _Response(run(self._pool.exchange(THREADS, request)))

    def close(self) -> None:
        self._pool.close()


def _note_resend(request: Any) -> None:
    """Set `http.request.resend_count` on the span that OpenTelemetry's instrumentation of httpx began, if it did.

    See OpenTelemetry's semantic conventions for HTTP client spans. Nothing of OpenTelemetry is imported here.
    """
    count, opentelemetry = request.extensions.get("resend_count"), sys.modules.get("opentelemetry.trace")
    if count and opentelemetry is not None:
        span = opentelemetry.get_current_span()
        if getattr(span, "kind", None) is opentelemetry.SpanKind.CLIENT:
            span.set_attribute("http.request.resend_count", count)


class _Response:
    """A response with the names of httpcore's."""

    def __init__(self, response: Response) -> None:
        self.status = response.status
        self.headers = response.headers
        self.stream = _Body(response.content)
        self.extensions = response.extensions


class _Body:
    """A body that has arrived."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._is_read = False

    def __iter__(self) -> Iterator[bytes]:
        yield self._content

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._is_read:
            raise StopAsyncIteration
        self._is_read = True
        return self._content
