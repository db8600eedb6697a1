"""A stream to a server: to whichever of its addresses connects first, and through the proxy where there is one."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import socket
import ssl
import time

from .._runtime.interface import Address, Runtime
from ._httpx import httpx
from .proxy import pass_http_proxy, pass_socks_proxy
from .route import Route
from .stream import QuietSocket, SocketStream, raise_foreign
from .tls import Stream, TlsStream

_HEAD_START = 0.25
"""Seconds that an address has before the next one is tried beside it (RFC 8305 section 5)."""

_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)}


async def connect(runtime: Runtime, route: Route, until: float) -> Stream:
    """Return a stream to the server, TLS begun.

    Raises `httpx.ConnectError`, `httpx.ConnectTimeout` or `httpx.ProxyError`: no request was sent.
    """
    proxy = route.proxy
    if proxy is None:
        stream: Stream = await open_socket(runtime, route.host, route.port, until)
    else:
        stream = await open_socket(runtime, proxy.url.raw_host.decode(), port_of(proxy.url), until)
    try:
        if proxy is not None:
            if proxy.url.scheme == "https":
                stream = await _begin_tls(runtime, stream, route.proxy_context(), proxy.url.host, until)
            if proxy.url.scheme.startswith("socks"):
                await pass_socks_proxy(runtime, stream, route, proxy, until)
            elif not route.is_forwarded:
                await pass_http_proxy(runtime, stream, route, proxy, until)
        if route.is_https:
            stream = await _begin_tls(runtime, stream, route.server_context(), route.host, until)
    except BaseException:
        stream.close()
        raise
    return stream


async def _begin_tls(runtime: Runtime, below: Stream, context: ssl.SSLContext, host: str, until: float) -> TlsStream:
    session = TlsStream(below, context, host)
    await session.handshake(runtime, until)
    return session


async def open_socket(runtime: Runtime, host: str, port: int, until: float) -> SocketStream:
    """Connect to whichever of the host's addresses does so first (RFC 8305)."""
    waiting = await _addresses(runtime, host, port, until)
    pending: list[socket.socket] = []
    failures: list[str] = []
    try:
        while waiting or pending:
            if waiting:
                _begin(waiting.pop(0), pending, failures)
            next_at = time.monotonic() + _HEAD_START if waiting else math.inf
            while pending:
                if (left := until - time.monotonic()) <= 0:
                    raise httpx.ConnectTimeout("timed out while connecting")
                is_ready = await runtime.writable(pending, min(left, next_at - time.monotonic()))
                connected = _first_connected(pending, failures) if is_ready else None
                if connected is not None:
                    pending.remove(connected)
                    return SocketStream(connected)
                if waiting and (is_ready or time.monotonic() >= next_at):
                    break
    finally:
        for one in pending:
            one.close()
    raise httpx.ConnectError("; ".join(dict.fromkeys(failures)) or "the host has no address")


async def _addresses(runtime: Runtime, host: str, port: int, until: float) -> list[Address]:
    with contextlib.suppress(OSError, UnicodeError):  # no number
        numeric = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [(found[0], found[4]) for found in numeric]
    try:
        found = await runtime.resolve(host, port, until - time.monotonic())
    except (OSError, UnicodeError) as error:
        raise_foreign(error)
        raise httpx.ConnectError(str(error)) from error
    if found is None:
        raise httpx.ConnectTimeout("looking up the host took too long")
    return found


def _begin(address: Address, pending: list[socket.socket], failures: list[str]) -> None:
    family, place = address
    try:
        opened = QuietSocket(family, socket.SOCK_STREAM)
        opened.setblocking(False)
        with contextlib.suppress(OSError):  # a request is sent at once, not collected
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        problem = opened.connect_ex(place)
    except OSError as error:
        raise_foreign(error)
        failures.append(str(error))
        return
    if problem in _UNDER_WAY:
        pending.append(opened)
    else:
        opened.close()
        failures.append(str(OSError(problem, os.strerror(problem))))


def _first_connected(pending: list[socket.socket], failures: list[str]) -> socket.socket | None:
    """Return a socket that is connected; those that have failed are closed and taken out."""
    for one in list(pending):
        problem = one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if problem:
            pending.remove(one)
            one.close()
            failures.append(str(OSError(problem, os.strerror(problem))))
            continue
        with contextlib.suppress(OSError):  # still under way
            one.getpeername()
            return one
    return None


def port_of(url: httpx.URL) -> int:
    """Return a proxy's port."""
    return url.port or {"http": 80, "https": 443}.get(url.scheme, 1080)
