"""One accepted connection of the faulty server: requests in, bytes out, and every rude way to end it."""

import enum
import json
import select
import socket
import ssl
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import h11

PIECE = 65536
LINGER = 0.5
"""Seconds for which what the client still sends is thrown away before the socket is closed."""
# Where a system has no POLLRDHUP (macOS), only resets are seen at once.
HANG_UP = getattr(select, "POLLRDHUP", 0)


class End(enum.Enum):
    """How a connection goes on when an action is through."""

    KEEP = "stays open for the next request"
    CLOSE = "FIN, over TLS after a close_notify"
    CUT = "FIN, over TLS without the close_notify that says the response was whole"
    RESET = "RST: the client's next read or write fails with 'connection reset'"
    HANG = "stays open, and nothing comes any more until the client closes"


@dataclass(frozen=True)
class Request:
    """One request; without its body where the server stopped before it."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case; a repeated header is joined with commas."""
    body: bytes
    connection: int
    """Which connection it came on, counted from 1 in the order of accepting."""
    arrived: float
    """When its first byte came, in seconds of ``time.monotonic()``."""

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


def hung_up(sockets: Iterable[socket.socket], within: float | None = 0) -> int:
    """How many of the sockets the other side has closed, whatever lies unread; waits for the first, for ever with None.

    Asked of the kernel: a client that closes one connection and opens the next must not seem to have both.
    """
    poll = select.poll()
    for sock in sockets:
        poll.register(sock, HANG_UP)
    return len(poll.poll(None if within is None else within * 1000))


class Connection:
    """A connection, used by one thread alone. A client that is gone raises an OSError in whatever is done with it."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self.number = number
        self.requested = ""
        """What the latest request asked for."""
        self.is_unread = False
        """Whether something that the client has sent may not have been read."""
        self._received = b""
        self._resets = False

    def comes(self) -> bool:
        """Wait for the first bytes of a request and leave them unread; False if the client closes instead."""
        if self._received:
            return True
        if isinstance(self.socket, ssl.SSLSocket):
            # Only decryption tells a request from a close_notify, so over TLS "unread" means unparsed.
            return self.receive()
        return bool(self.socket.recv(1, socket.MSG_PEEK))

    def receive(self) -> bool:
        """Read what comes next; False if the client has closed."""
        data = self.socket.recv(PIECE)
        self._received += data
        return bool(data)

    def take(self, count: int | None = None) -> bytes:
        """So many bytes of what has come, or all of it; waited for where that is too little."""
        while len(self._received) < (count or 1):
            if not self.receive():
                raise ConnectionAbortedError("the client has gone")
        taken = self._received[:count]
        self._received = self._received[len(taken) :]
        return taken

    def read_request(self, arrived: float, *, with_body: bool) -> Request:
        """The next request; of one without its body the rest stays unread."""
        parser = h11.Connection(h11.SERVER)
        while (event := parser.next_event()) is h11.NEED_DATA:
            parser.receive_data(self.take())
        assert isinstance(event, h11.Request)
        headers: dict[str, str] = {}
        for raw_name, raw_value in event.headers:
            name, value = raw_name.decode(), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        body = b""
        while with_body and not isinstance(part := parser.next_event(), h11.EndOfMessage):
            if isinstance(part, h11.Data):
                body += part.data
            else:
                parser.receive_data(self.take())
        self._received = parser.trailing_data[0]
        self.requested = event.target.decode()
        return Request(event.method.decode(), self.requested, headers, body, self.number, arrived)

    def send(self, data: bytes) -> None:
        """Hand all of ``data`` to the kernel."""
        self.socket.sendall(data)

    def pause(self, seconds: float | None) -> None:
        """Let ``seconds`` pass, for ever with None, unless the client closes first: then ConnectionAbortedError."""
        if hung_up([self.socket], seconds):
            raise ConnectionAbortedError("the client has gone")

    def finish(self, end: End) -> None:
        """Do what has to happen before the connection is closed in such a way."""
        self._resets = end is End.RESET
        if end is End.HANG:
            self.pause(None)
        if end in (End.KEEP, End.CLOSE) and isinstance(self.socket, ssl.SSLSocket):
            self.socket.settimeout(0)  # the client's close_notify is not waited for
            with suppress(ssl.SSLWantReadError):
                self.socket.unwrap()
        if self.is_unread and not self._resets:
            # close() with unread bytes sends an RST; so a FIN first.
            socket.socket.shutdown(self.socket, socket.SHUT_WR)
            self.socket.settimeout(LINGER)
            while socket.socket.recv(self.socket, PIECE):
                pass

    def shut_down(self) -> None:
        """Send a FIN, and let whatever waits on this socket come to an end; from any thread."""
        with suppress(OSError):  # the client may have been quicker
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)  # past TLS, whose object is its own thread's

    def close(self) -> None:
        """Close it, with an RST where that was its end."""
        if self._resets:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.shut_down()  # close() alone does nothing while a forked child has a copy
        self.socket.close()
