"""One connection under asyncio: httpcore's stream over asyncio's own transports.

anyio's streams would do, as they do for trio; they cost a tenth of a call, and under TLS more.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any, cast

import anyio
import httpcore

from ._deadline import Deadline
from ._readable import is_readable
from ._route import addresses_of
from ._signal import is_done_within

_HEAD_START = 0.25
"""Seconds that an address has before the next one is tried beside it (RFC 8305 section 5)."""

_MOST_HELD = 4 * 65_536
"""Bytes that may wait to be read before the server is left waiting."""


class _Inbox(asyncio.Protocol):
    """What has arrived on a connection, and the one who waits for more."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.received = bytearray()
        self.is_over = False
        self.error: Exception | None = None
        self.is_full = False  # whether the transport takes no more to send for now
        self._is_paused = False
        self._waiter: asyncio.Future[bool] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.received += data
        if len(self.received) > _MOST_HELD and not self._is_paused:
            self._is_paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self.is_over = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_over = True
        self.error = exc
        self._wake()

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        self._wake()

    def take(self, most: int) -> bytes:
        """Return what has arrived, no more than so many bytes: reading them holds up the event loop."""
        data = bytes(self.received[:most])
        del self.received[:most]
        if self._is_paused:
            self._is_paused = False
            self.transport.resume_reading()
        return data

    async def change(self, seconds: float | None) -> bool:
        """Wait until something happens to the connection; False where that takes longer than `seconds`."""
        self._waiter = asyncio.get_running_loop().create_future()
        return await is_done_within(self._waiter, seconds)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)


class AsyncioStream(httpcore.AsyncNetworkStream):
    """An open connection, used by one task at a time."""

    def __init__(self, inbox: _Inbox, deadline: Deadline) -> None:
        self._inbox = inbox
        self._deadline = deadline
        self._socket: socket.socket = inbox.transport.get_extra_info("socket")

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        inbox = self._inbox
        if inbox.received:
            # A server that sends faster than this is read must hold up neither the event loop nor the deadline.
            self._deadline.bound(timeout, httpcore.ReadTimeout)
            await asyncio.sleep(0)
        while not inbox.received and not inbox.is_over:
            if not await inbox.change(self._deadline.bound(timeout, httpcore.ReadTimeout)):
                raise httpcore.ReadTimeout("nothing arrived in time")
        if not inbox.received and inbox.error is not None:
            raise httpcore.ReadError(str(inbox.error)) from inbox.error
        return inbox.take(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        inbox = self._inbox
        if inbox.is_over or inbox.transport.is_closing():
            raise httpcore.WriteError("the connection was closed")
        inbox.transport.write(buffer)
        while inbox.is_full and not inbox.is_over:
            if not await inbox.change(self._deadline.bound(timeout, httpcore.WriteTimeout)):
                raise httpcore.WriteTimeout("not all was taken in time")

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        inbox = self._inbox
        loop = asyncio.get_running_loop()
        if inbox.received:  # read after the handshake, it would pass for what the server said in private
            raise httpcore.ConnectError("no TLS") from ssl.SSLError("plain text came before the handshake")
        if inbox.is_over or inbox.transport.is_closing():  # nobody would tell the handshake
            raise httpcore.ConnectError("the connection was lost before the TLS handshake")
        try:
            with anyio.fail_after(self._deadline.bound(timeout, httpcore.ConnectTimeout)):
                transport = await loop.start_tls(inbox.transport, inbox, ssl_context, server_hostname=server_hostname)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        if transport is None:  # the connection was lost in that moment
            raise httpcore.ConnectError("the connection was lost")
        inbox.transport = transport
        return self

    async def aclose(self) -> None:
        # At once: a TLS session that is closed politely waits for the server's word.
        self._inbox.transport.abort()
        await asyncio.sleep(0)  # the loop closes the socket in its next round

    def get_extra_info(self, info: str) -> Any:
        inbox = self._inbox
        if info == "is_readable":
            return inbox.is_over or bool(inbox.received) or is_readable(self._socket)
        return inbox.transport.get_extra_info(info)


async def connect(host: str, port: int, deadline: Deadline) -> AsyncioStream:
    """Connect to whichever of the host's addresses answers first (RFC 8305). Raises `OSError`."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    connected: list[_Inbox] = []
    failures: list[OSError] = []

    async def attempt(address: str, failed: anyio.Event) -> None:
        try:
            _, inbox = await loop.create_connection(_Inbox, address, port)
        except OSError as error:
            failures.append(error)
            failed.set()
        else:
            connected.append(inbox)
            group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses_of(found):
                failed = anyio.Event()
                group.start_soon(attempt, address, failed)
                with anyio.move_on_after(_HEAD_START):
                    await failed.wait()
        if not connected:
            raise OSError("; ".join(dict.fromkeys(map(str, failures))))
        stream = AsyncioStream(connected.pop(0), deadline)
    finally:
        for inbox in connected:  # too late, or nobody wants it any more
            inbox.transport.abort()
    return stream
