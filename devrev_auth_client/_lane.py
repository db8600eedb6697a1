"""One lane: an httpx transport that holds one connection, opened when first used and again when the server closed it.

Lanes are httpx transports so that whatever instruments httpx (OpenTelemetry's spans, one an attempt) sees each attempt.
They hold one httpcore connection where httpx holds a pool of them: a pool looks at all it has at every step.
"""

from __future__ import annotations

import ssl
import threading
from pathlib import Path
from typing import Any

import anyio
import httpcore
import httpx

from ._async_network import AnyioBackend
from ._lane_book import LaneBook
from ._sync_network import DeadlineBackend
from .errors import ConfigurationError

KEEPALIVE_EXPIRY = 30.0
"""Seconds an idle connection is used again after; load balancers close theirs after 60 and more."""


class Route:
    """How connections reach the server: its origin, the proxy, and the TLS context all lanes share."""

    def __init__(self, base_url: httpx.URL, verify: ssl.SSLContext | str | bool, proxy: httpx.Proxy | None) -> None:
        port = base_url.port or {"http": 80, "https": 443}[base_url.scheme]
        self.origin = httpcore.Origin(base_url.raw_scheme, base_url.raw_host, port)
        self.host = base_url.raw_host.decode("ascii")
        self.proxy = proxy
        self._verify = verify
        self._context: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return the context all lanes share, made at the first connection (loading certificates takes long).

        `None` for plain http. Raises `ConfigurationError`.
        """
        if self._context is None and self.origin.scheme == b"https":
            with self._lock:
                if self._context is None:
                    self._context = _make_ssl_context(self._verify)
        return self._context

    def after_fork(self) -> None:
        """Replace the lock: a thread that a forked child does not have may hold it."""
        self._lock = threading.Lock()

    @property
    def is_socks(self) -> bool:
        """Whether the proxy speaks SOCKS."""
        return self.proxy is not None and self.proxy.url.scheme.startswith("socks")

    def through(self, proxy: httpx.Proxy) -> dict[str, Any]:
        """Return what httpcore's proxy pools are made with, one connection in each."""
        arguments: dict[str, Any] = {
            "proxy_url": str(proxy.url),
            "proxy_auth": proxy.raw_auth,
            "ssl_context": self.ssl_context(),
            "max_connections": 1,
            "keepalive_expiry": KEEPALIVE_EXPIRY,
        }
        if self.is_socks:
            return arguments
        return {**arguments, "proxy_headers": proxy.headers.raw, "proxy_ssl_context": proxy.ssl_context}


def _make_ssl_context(verify: ssl.SSLContext | str | bool) -> ssl.SSLContext:
    try:
        if isinstance(verify, str) and Path(verify).is_dir():
            return ssl.create_default_context(capath=verify)
        if isinstance(verify, str):
            return ssl.create_default_context(cafile=verify)
        return httpx.create_ssl_context(verify=verify)
    except OSError as error:  # ssl.SSLError is one
        problem = type(error).__name__
    raise ConfigurationError(f"verify: its certificates cannot be loaded ({problem}); pass a PEM file or an SSLContext")


class AsyncLane(httpx.AsyncHTTPTransport):
    """A lane for asyncio and trio."""

    def __init__(self, route: Route, book: LaneBook[AsyncLane, anyio.Event]) -> None:
        # httpx's own __init__ would make a pool. `_pool` is all that its other methods use.
        self.book = book
        self._pool: Any = _AsyncConnection(route)


class SyncLane(httpx.HTTPTransport):
    """A lane for threads. Its deadline cuts whatever the connection does, name resolution excepted."""

    def __init__(self, route: Route, book: LaneBook[SyncLane, threading.Event]) -> None:
        self.book = book
        self._pool: Any = _SyncConnection(route)

    def set_deadline(self, deadline: float) -> None:
        """Cut the coming attempt at `deadline`, by `time.monotonic`."""
        self._pool.backend.deadline = deadline


class _AsyncConnection:
    """The one connection of a lane, with the methods of httpcore's pools."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._backend = AnyioBackend()
        self._open: httpcore.AsyncHTTP11Connection | httpcore.AsyncConnectionPool | None = None

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        if self._open is None or _is_spent(self._open):
            await self.aclose()
            self._open = await self._connect(_connect_timeout(request))
        return await self._open.handle_async_request(request)

    async def _connect(self, timeout: float | None) -> httpcore.AsyncHTTP11Connection | httpcore.AsyncConnectionPool:
        route, backend, context = self._route, self._backend, self._route.ssl_context()
        if route.proxy is not None:
            proxy = httpcore.AsyncSOCKSProxy if route.is_socks else httpcore.AsyncHTTPProxy
            return proxy(network_backend=backend, **route.through(route.proxy))
        stream = await backend.connect_tcp(route.host, route.origin.port, timeout)
        if context is not None:
            stream = await stream.start_tls(context, route.host, timeout)
        return httpcore.AsyncHTTP11Connection(route.origin, stream, KEEPALIVE_EXPIRY)

    async def aclose(self) -> None:
        connection, self._open = self._open, None
        try:
            if connection is not None:
                await connection.aclose()
        finally:
            await self._backend.aclose()


class _SyncConnection:
    """Its twin."""

    def __init__(self, route: Route) -> None:
        self.backend = DeadlineBackend()
        self._route = route
        self._open: httpcore.HTTP11Connection | httpcore.ConnectionPool | None = None

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        if self._open is None or _is_spent(self._open):
            self.close()
            self._open = self._connect(_connect_timeout(request))
        return self._open.handle_request(request)

    def _connect(self, timeout: float | None) -> httpcore.HTTP11Connection | httpcore.ConnectionPool:
        route, backend, context = self._route, self.backend, self._route.ssl_context()
        if route.proxy is not None:
            proxy = httpcore.SOCKSProxy if route.is_socks else httpcore.HTTPProxy
            return proxy(network_backend=backend, **route.through(route.proxy))
        stream = backend.connect_tcp(route.host, route.origin.port, timeout)
        if context is not None:
            stream = stream.start_tls(context, route.host, timeout)
        return httpcore.HTTP11Connection(route.origin, stream, KEEPALIVE_EXPIRY)

    def close(self) -> None:
        connection, self._open = self._open, None
        try:
            if connection is not None:
                connection.close()
        finally:
            self.backend.close()


def _connect_timeout(request: httpcore.Request) -> float | None:
    extensions: Any = request.extensions  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # untyped
    phases: dict[str, float | None] = extensions["timeout"]
    return phases.get("connect")


def _is_spent(connection: Any) -> bool:
    """Whether it was closed, was idle for long, or holds bytes beyond the last answer.

    What nobody asked for must not pass for the next answer. httpcore 1.0 keeps such bytes and does not say so.
    """
    if isinstance(connection, httpcore.ConnectionPool | httpcore.AsyncConnectionPool):
        return any(_is_spent(held) for held in connection.connections)
    inner = getattr(connection, "_connection", None)  # of a connection through a proxy
    if inner is not None:
        return connection.is_closed() or _is_spent(inner)
    protocol = getattr(connection, "_h11_state", None)
    return connection.is_closed() or connection.has_expired() or (protocol is not None and protocol.trailing_data[0])
