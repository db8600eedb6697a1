"""Network access for one lane: httpcore's interface over anyio and over sockets.

Both streams gather what httpcore writes, headers and body, and send it in one piece when the answer is asked for: one
system call and one packet instead of two. Where sending fails the answer is still looked for, because a server may
refuse a request before it has read it all.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import anyio
import anyio.abc
import httpcore
from anyio.streams.tls import TLSAttribute, TLSStream

_SLICE = 4096
"""Bytes. What a socket that takes any at all takes whole, so that each slice is one wait."""

AnyioStream = anyio.abc.ByteStream


class AnyioBackend(httpcore.AsyncNetworkBackend):
    """Network access for asyncio and trio. It remembers what it opened, so that nothing stays open when it is closed.

    httpcore forgets a connection that is cancelled in its TLS handshake; and it sets up a cancel scope for each read
    and write, where here one bounds the whole attempt, unless a phase has a timeout of its own.
    """

    def __init__(self) -> None:
        self._opened: AnyioStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  # none of ours
    ) -> httpcore.AsyncNetworkStream:
        """Connect to whichever of the host's addresses answers first (RFC 8305)."""
        await self.aclose()
        try:
            with anyio.fail_after(timeout):
                stream = await anyio.connect_tcp(host, port, local_host=local_address)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        self._opened = stream
        return _AsyncStream(stream, stream.extra(anyio.abc.SocketAttribute.raw_socket))

    async def aclose(self) -> None:
        """Close what is open."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            await opened.aclose()


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: AnyioStream, raw_socket: socket.socket) -> None:
        self._stream = stream
        self._socket = raw_socket
        self._unsent = b""
        self._write_timeout: float | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent:
            unsent, self._unsent = self._unsent, b""
            await self._send(unsent, self._write_timeout)
        try:
            if timeout is None:
                return await self._receive(max_bytes)
            with anyio.fail_after(timeout):
                return await self._receive(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError) as error:
            raise httpcore.ReadError(str(error)) from error

    async def _send(self, unsent: bytes, timeout: float | None) -> None:
        try:
            with contextlib.suppress(anyio.BrokenResourceError):  # see the module's docstring
                if timeout is None:
                    await self._stream.send(unsent)
                else:
                    with anyio.fail_after(timeout):
                        await self._stream.send(unsent)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except (anyio.ClosedResourceError, OSError) as error:
            raise httpcore.WriteError(str(error)) from error

    async def _receive(self, max_bytes: int) -> bytes:
        try:
            return await self._stream.receive(max_bytes)
        except anyio.EndOfStream:
            return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent += buffer  # sent by read()
        self._write_timeout = timeout

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            with anyio.fail_after(timeout):
                wrapped = await TLSStream.wrap(
                    self._stream,
                    server_side=False,
                    hostname=server_hostname,
                    ssl_context=ssl_context,
                    standard_compatible=False,
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (anyio.BrokenResourceError, anyio.EndOfStream, OSError) as error:
            raise httpcore.ConnectError(str(error)) from error
        return _AsyncStream(wrapped, self._socket)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _is_readable(self._socket) or _holds_more(self._stream)
        if info == "socket":
            return self._socket
        if info == "ssl_object":
            return self._stream.extra(TLSAttribute.ssl_object, None)
        return None


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
        return None if seconds > threading.TIMEOUT_MAX else seconds  # more than a socket takes

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; an address that is silent leaves time for those behind it."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        failed: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("the name has no address")
        for index, address in enumerate(addresses):
            seconds = self.bound(timeout, httpcore.ConnectTimeout)
            share = None if seconds is None else seconds / (len(addresses) - index)
            try:
                self._opened = self._plain.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _DeadlineStream(self._opened, self.bound)
        raise failed

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
        self._unsent = b""
        self._write_timeout: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unsent:
            unsent, self._unsent = self._unsent, b""
            with contextlib.suppress(httpcore.WriteError):  # see the module's docstring
                # httpcore gives each send() the same time; slice by slice the time left is looked at in between.
                for start in range(0, len(unsent), _SLICE):
                    self._stream.write(
                        unsent[start : start + _SLICE], self._bound(self._write_timeout, httpcore.WriteTimeout)
                    )
        return self._stream.read(max_bytes, self._bound(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unsent += buffer  # sent by read()
        self._write_timeout = timeout

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._bound(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._bound)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _holds_more(stream: AnyioStream) -> bool:
    """Whether bytes beyond the last answer were read from the socket and lie in a buffer on the way."""
    tls = stream.extra(TLSAttribute.ssl_object, None)
    if isinstance(tls, ssl.SSLObject):
        try:
            tls.read(1)
        except ssl.SSLWantReadError:
            pass  # nothing, as it should be
        except ssl.SSLError:
            return True
        else:
            return True
    # Under asyncio, anyio keeps what came after the answer here, and has no public way to ask.
    below = getattr(stream, "transport_stream", stream)
    return bool(getattr(getattr(below, "_protocol", None), "read_queue", None))


def _is_readable(raw_socket: socket.socket) -> bool:
    """Whether a connection that should be idle has something to read, which is mostly its end."""
    if raw_socket.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(raw_socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([raw_socket], [], [], 0)[0])  # Windows
