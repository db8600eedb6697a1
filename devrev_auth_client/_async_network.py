"""Network access for one lane of asyncio or trio: httpcore's interface over anyio.

The stream gathers what httpcore writes, headers and body, and sends it in one piece when the answer is asked for: one
system call and one packet instead of two. Where sending fails the answer is still looked for, because a server may
refuse a request before it has read it all.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import ssl
from collections.abc import Iterable
from types import TracebackType
from typing import Any, cast

import anyio
import anyio.abc
import httpcore
import sniffio
from anyio.streams.tls import TLSAttribute, TLSStream

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
                stream = await self._connect(host, port, local_address)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return _AsyncStream(stream, stream.extra(anyio.abc.SocketAttribute.raw_socket))

    async def _connect(self, host: str, port: int, local_address: str | None) -> AnyioStream:
        # Before anyio 4.16, a cancellation in the moment of success has the connection forgotten or, where it was
        # asyncio's own, is itself forgotten.
        task = asyncio.current_task() if sniffio.current_async_library() == "asyncio" else None
        cancellations = task.cancelling() if task is not None else 0
        try:
            self._opened = stream = await anyio.connect_tcp(host, port, local_host=local_address)
        except BaseException as error:
            self._opened = _left_behind(error.__traceback__)
            raise
        if task is not None and task.cancelling() > cancellations:
            raise asyncio.CancelledError
        return stream

    async def aclose(self) -> None:
        """Close what is open."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            await opened.aclose()


def _left_behind(trace: TracebackType | None) -> AnyioStream | None:
    """Return the connection that `anyio.connect_tcp` had when it was cancelled: its frame knows it still."""
    while trace is not None:
        stream = trace.tb_frame.f_locals.get("connected_stream")
        if stream is not None:
            return cast(AnyioStream, stream)
        trace = trace.tb_next
    return None


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: AnyioStream, raw_socket: socket.socket) -> None:
        self._stream = stream
        self._socket = raw_socket
        self._tls = stream.extra(TLSAttribute.ssl_object, None)
        # Under asyncio, anyio keeps what came after the answer here, and has no public way to ask.
        protocol = getattr(getattr(stream, "transport_stream", stream), "_protocol", None)
        self._read_queue: object = getattr(protocol, "read_queue", None)
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
            return _is_readable(self._socket) or bool(self._read_queue) or self._holds_tls_record()
        if info == "socket":
            return self._socket
        if info == "ssl_object":
            return self._tls
        return None

    def _holds_tls_record(self) -> bool:
        if not isinstance(self._tls, ssl.SSLObject):
            return False
        try:
            self._tls.read(1)
        except ssl.SSLWantReadError:
            return False  # nothing, as it should be
        except ssl.SSLError:
            pass  # the end of the session, or worse
        return True


def _is_readable(raw_socket: socket.socket) -> bool:
    """Whether a connection that should be idle has something to read, which is mostly its end."""
    if raw_socket.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(raw_socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([raw_socket], [], [], 0)[0])  # Windows
