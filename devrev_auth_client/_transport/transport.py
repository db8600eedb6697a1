"""The pool as httpx transports.

Whatever instruments httpx's own transport classes (OpenTelemetry's spans, one an attempt) so sees each attempt.
"""

from __future__ import annotations

import sys
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
        self._pool: Any = _HttpcorePool(self.pool)


class PoolTransport(httpx.HTTPTransport):
    """For threads."""

    def __init__(self, route: Route, largest: int) -> None:
        self.pool = Pool(route, largest)
        self._pool: Any = _HttpcorePool(self.pool)


class _HttpcorePool:
    """A pool with the methods that httpx asks for."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: Any) -> Response:
        # A caller that has found out which event loop runs may say so.
        runtime = request.extensions.get("runtime") or current_runtime()
        _note_resend(request)
        return await self._pool.exchange(runtime, request)

    def handle_request(self, request: Any) -> Response:
        _note_resend(request)
        return run(self._pool.exchange(THREADS, request))

    async def aclose(self) -> None:
        self._pool.close()

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
