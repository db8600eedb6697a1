"""One lane: an httpx transport that holds one connection, opened when first used and again when the server closed it.

Lanes are httpx transports so that whatever instruments httpx (OpenTelemetry's spans, one an attempt) sees each attempt.
They hold an httpcore connection where httpx would hold a pool of them: a pool looks at all it has at every step.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import anyio
import httpcore
import httpx
import sniffio

from ._lane_book import LaneBook
from .errors import ConfigurationError

KEEPALIVE_EXPIRY = 30.0
"""Seconds an idle connection is used again after; load balancers close theirs after 60 and more."""

_SLICE = 4096
"""Bytes. What a socket that takes any at all takes whole, so that each slice is one wait."""


class Route:
    """How connections reach the server: its origin, the proxy, and the TLS context all lanes share."""

    def __init__(self, base_url: httpx.URL, verify: ssl.SSLContext | str | bool, proxy: httpx.Proxy | None) -> None:
        port = base_url.port or {"http": 80, "https": 443}[base_url.scheme]
        self._origin = httpcore.Origin(base_url.raw_scheme, base_url.raw_host, port)
        self._verify = verify
        self._proxy = proxy
        self._context: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        self._process_id = os.getpid()

    def connection(self, backend: httpcore.NetworkBackend) -> httpcore.HTTPConnection | httpcore.ConnectionPool:
        """Return a connection, not opened yet."""
        if self._proxy is None:
            return httpcore.HTTPConnection(network_backend=backend, **self._direct())
        if self._proxy.url.scheme.startswith("socks"):
            return httpcore.SOCKSProxy(network_backend=backend, **self._socks(self._proxy))
        return httpcore.HTTPProxy(network_backend=backend, **self._tunnel(self._proxy))

    def async_connection(
        self, backend: httpcore.AsyncNetworkBackend
    ) -> httpcore.AsyncHTTPConnection | httpcore.AsyncConnectionPool:
        """Return a connection, not opened yet."""
        if self._proxy is None:
            return httpcore.AsyncHTTPConnection(network_backend=backend, **self._direct())
        if self._proxy.url.scheme.startswith("socks"):
            return httpcore.AsyncSOCKSProxy(network_backend=backend, **self._socks(self._proxy))
        return httpcore.AsyncHTTPProxy(network_backend=backend, **self._tunnel(self._proxy))

    def _direct(self) -> dict[str, Any]:
        return {"origin": self._origin, "ssl_context": self._ssl_context(), "keepalive_expiry": KEEPALIVE_EXPIRY}

    def _socks(self, proxy: httpx.Proxy) -> dict[str, Any]:
        return {
            "proxy_url": str(proxy.url),
            "proxy_auth": proxy.raw_auth,
            "ssl_context": self._ssl_context(),
            "max_connections": 1,
            "keepalive_expiry": KEEPALIVE_EXPIRY,
        }

    def _tunnel(self, proxy: httpx.Proxy) -> dict[str, Any]:
        return {**self._socks(proxy), "proxy_headers": proxy.headers.raw, "proxy_ssl_context": proxy.ssl_context}

    def _ssl_context(self) -> ssl.SSLContext | None:
        """Return the context all lanes share, made at the first connection."""
        if self._process_id != os.getpid():
            # A thread that a forked child does not have may hold the lock: loading certificates takes long.
            self._lock, self._process_id = threading.Lock(), os.getpid()
        with self._lock:
            if self._context is None and self._origin.scheme == b"https":
                self._context = _make_ssl_context(self._verify)
            return self._context


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


def _is_spent(connection: Any) -> bool:
    """Whether it was closed, was idle for long, or holds bytes beyond the last answer.

    What nobody asked for must not pass for the next answer. httpcore 1.0 keeps such bytes and does not say so.
    """
    is_pool = isinstance(connection, httpcore.ConnectionPool | httpcore.AsyncConnectionPool)
    for held in connection.connections if is_pool else [connection]:
        protocol = getattr(getattr(held, "_connection", None), "_h11_state", None)
        if held.is_closed() or held.has_expired() or (protocol is not None and protocol.trailing_data[0]):
            return True
    return False


class AsyncLane(httpx.AsyncHTTPTransport):
    """A lane for asyncio and trio."""

    def __init__(self, route: Route, book: LaneBook[AsyncLane, anyio.Event]) -> None:
        # httpx's own __init__ would make a pool. `_pool` is all that its handle_async_request() uses of it.
        self.book = book
        self._route = route
        self._backend = NotingBackend()
        self._pool: Any = None

    async def make_ready(self) -> None:
        """Have a connection that was not closed by the server, nor idle for long."""
        connection = self._pool
        if connection is None or _is_spent(connection):
            self._pool = self._route.async_connection(self._backend)
            if connection is not None:
                await connection.aclose()

    async def aclose(self) -> None:
        """Close the connection."""
        if self._pool is not None:
            try:
                await self._pool.aclose()
            finally:
                await self._backend.aclose()


class NotingBackend(httpcore.AsyncNetworkBackend):
    """httpcore's own network access, which notes what it opened last.

    A connection that is cancelled in its TLS handshake is forgotten by httpcore 1.0, and stays open.
    """

    def __init__(self) -> None:
        self._opened: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect as the event loop's own backend does."""
        plain = httpcore.TrioBackend() if sniffio.current_async_library() == "trio" else httpcore.AnyIOBackend()
        self._opened = await plain.connect_tcp(host, port, timeout, local_address, socket_options)
        return self._opened

    async def aclose(self) -> None:
        """Close it, unless that has been done."""
        if self._opened is not None:
            await self._opened.aclose()


class SyncLane(httpx.HTTPTransport):
    """A lane for threads. Its deadline cuts whatever the connection does, name resolution excepted."""

    def __init__(self, route: Route, book: LaneBook[SyncLane, threading.Event]) -> None:
        self.book = book
        self._route = route
        self._backend = DeadlineBackend()
        self._pool: Any = None

    def make_ready(self) -> None:
        """Have a connection that was not closed by the server, nor idle for long."""
        connection = self._pool
        if connection is None or _is_spent(connection):
            self._pool = self._route.connection(self._backend)
            if connection is not None:
                connection.close()

    def set_deadline(self, deadline: float) -> None:
        """Cut the coming attempt at `deadline`, by `time.monotonic`."""
        self._backend.deadline = deadline

    def close(self) -> None:
        """Close the connection."""
        if self._pool is not None:
            try:
                self._pool.close()
            finally:
                self._backend.close()


class DeadlineBackend(httpcore.NetworkBackend):
    """httpcore's own network access, each step bounded by one common deadline.

    httpx bounds each `recv` by itself, so a server that drips a byte now and then outlives any timeout of it.
    """

    def __init__(self) -> None:
        self.deadline = float("inf")  # by time.monotonic
        self._plain = httpcore.SyncBackend()
        self._opened: httpcore.NetworkStream | None = None

    def bound(self, timeout: float | None, timed_out: type[httpcore.TimeoutException]) -> float | None:
        """Return the seconds a step may take; raise `timed_out` where none are left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise timed_out("the deadline has passed")
        seconds = left if timeout is None else min(timeout, left)
        return None if seconds == float("inf") else seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; each attempt gets the time that is left."""
        self.bound(timeout, httpcore.ConnectTimeout)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failed: httpcore.ConnectError | None = None
        for address in dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found):
            seconds = self.bound(timeout, httpcore.ConnectTimeout)
            try:
                self._opened = self._plain.connect_tcp(address, port, seconds, local_address, socket_options)
            except httpcore.ConnectError as error:
                failed = error
            else:
                return _DeadlineStream(self._opened, self.bound)
        raise failed or httpcore.ConnectError("the name has no address")

    def close(self) -> None:
        """Close what was opened last: httpcore forgets a connection whose TLS handshake could not begin any more."""
        if self._opened is not None:
            self._opened.close()


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(
        self,
        stream: httpcore.NetworkStream,
        bound: Callable[[float | None, type[httpcore.TimeoutException]], float | None],
    ) -> None:
        self._stream = stream
        self._bound = bound

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._bound(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # httpcore gives each send() the same time; slice by slice the time left is looked at in between.
        for start in range(0, len(buffer), _SLICE):
            self._stream.write(buffer[start : start + _SLICE], self._bound(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._bound(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._bound)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
