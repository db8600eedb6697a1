"""One accepted connection of the faulty server: bytes in, bytes out, and every rude way to end it.

The sockets are driven by hand, without asyncio's transports: those read ahead and close politely, and a server that
must leave bytes unread, reset at a chosen moment or stop in the middle of a TLS handshake can use neither.
"""

import asyncio
import enum
import select
import socket
import ssl
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

PIECE = 65536
LINGER = 0.5
T = TypeVar("T")


class ClientGoneError(Exception):
    """The client has closed or broken the connection."""


class End(enum.Enum):
    """How a connection goes on when an action is through."""

    KEEP = "stays open for the next request"
    CLOSE = "FIN, over TLS after a close_notify"
    CUT = "FIN, over TLS without the close_notify that says the response was whole"
    RESET = "RST: the client's next read or write fails with 'connection reset'"
    HANG = "stays open, and nothing comes any more until the client closes"


class HangUpWatch:
    """Which of many sockets the other side has closed, asked of the kernel: true at once, whatever the server reads.

    Without it a connection would count as open until the server's own task for it gets its turn, and a client that
    closes one connection and opens the next would seem to have both.
    """

    # Where a system has no POLLRDHUP (macOS), only resets are seen at once.
    EVENTS = getattr(select, "POLLRDHUP", 0)

    def __init__(self) -> None:
        self._poll = select.poll()

    def add(self, sock: socket.socket) -> None:
        self._poll.register(sock, self.EVENTS)

    def discard(self, sock: socket.socket) -> None:
        self._poll.unregister(sock)

    def count(self) -> int:
        return len(self._poll.poll(0))


class Wire:
    """One connection. ``reading`` says whether a pause may take further bytes off the socket.

    ``closing`` is told before the socket closes, while its file descriptor is still its own.
    """

    def __init__(self, sock: socket.socket, number: int, closing: Callable[["Wire"], None]) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self.number = number
        self.buffer = bytearray()
        self.reading = True
        self._loop = asyncio.get_running_loop()
        self._closing = closing
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Do the server's part of the handshake."""
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        await self._tls_step(tls.do_handshake)
        self._tls = tls

    async def readable(self) -> bool:
        """Wait for the first bytes of a request and leave them unread; False if the client closes instead."""
        if self.buffer:
            return True
        if self._tls is not None:
            # Only decryption tells a request from a close_notify, so over TLS "unread" means unparsed.
            return await self.receive()
        await self._came()
        return bool(self.socket.recv(1, socket.MSG_PEEK))

    async def receive(self) -> bool:
        """Move what comes next into the buffer; False if the client has closed."""
        if self._tls is None:
            data = await self._read()
        else:
            try:
                data = await self._tls_step(partial(self._tls.read, PIECE))
            except ssl.SSLEOFError:
                data = b""
        self.buffer += data
        return bool(data)

    async def receive_until(self, mark: bytes) -> bytes:
        """Take everything up to and including ``mark``."""
        while (found := self.buffer.find(mark)) < 0:
            await self._receive_or_gone()
        return self._take(found + len(mark))

    async def receive_exactly(self, count: int) -> bytes:
        """Take ``count`` bytes."""
        while len(self.buffer) < count:
            await self._receive_or_gone()
        return self._take(count)

    async def send(self, data: bytes) -> None:
        """Hand all of ``data`` to the kernel."""
        if self._tls is None:
            await self._loop.sock_sendall(self.socket, data)
        elif data:
            await self._tls_step(partial(self._tls.write, data))

    async def pause(self, seconds: float | None) -> None:
        """Let ``seconds`` pass, for ever with None, unless the client closes first: then ClientGoneError."""
        if self.reading:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while await self.receive():
                        pass
                    raise ClientGoneError
            return
        # Unread bytes hide the FIN behind them from recv, and asyncio cannot wait for a hang-up alone.
        watch = HangUpWatch()
        watch.add(self.socket)
        until = float("inf") if seconds is None else time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if watch.count():
                raise ClientGoneError
            await asyncio.sleep(min(left, 0.1))

    async def end(self, end: End) -> None:
        """Let the connection end so. One that was to be kept has come to its end all the same."""
        match end:
            case End.KEEP | End.CLOSE:
                await self._finish(close_notify=True)
            case End.CUT:
                await self._finish(close_notify=False)
            case End.RESET:
                self._closing(self)
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.socket.close()
            case End.HANG:
                await self.pause(None)

    def close(self) -> None:
        """Close, unless that has been done."""
        if self.socket.fileno() < 0:
            return
        with suppress(OSError):  # the client may have been quicker
            self.socket.shutdown(socket.SHUT_RDWR)  # close() alone does nothing while a forked child has a copy
        self._closing(self)  # only now: whoever counts connections may go by that
        self.socket.close()

    async def _finish(self, *, close_notify: bool) -> None:
        if self._tls is not None and close_notify:
            with suppress(ssl.SSLError):
                self._tls.unwrap()
            await self._flush()
        if not self.reading:
            # close() with unread bytes sends an RST; so a FIN first, and what still comes is thrown away for a while.
            with suppress(OSError):  # the client may have been quicker; TimeoutError is one too
                self.socket.shutdown(socket.SHUT_WR)
                async with asyncio.timeout(LINGER):
                    while await self._loop.sock_recv(self.socket, PIECE):
                        pass
        self.close()

    def _take(self, count: int) -> bytes:
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    async def _came(self) -> None:
        """Wait until there is something to read."""
        came = asyncio.Event()
        self._loop.add_reader(self.socket, came.set)
        try:
            await came.wait()
        finally:
            self._loop.remove_reader(self.socket)

    async def _read(self) -> bytes:
        """Read what there is. A timeout that ends it loses nothing, other than with ``sock_recv``."""
        while True:
            with suppress(BlockingIOError):
                return self.socket.recv(PIECE)
            await self._came()

    async def _receive_or_gone(self) -> None:
        if not await self.receive():
            raise ClientGoneError

    async def _tls_step(self, step: Callable[[], T]) -> T:
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._read()
                self._incoming.write(data) if data else self._incoming.write_eof()
            except ssl.SSLError:
                await self._flush()  # the alert
                raise
            else:
                await self._flush()
                return result

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            await self._loop.sock_sendall(self.socket, data)
