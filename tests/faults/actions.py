"""What the faulty server can do with one request or connection.

Every action takes two keywords beside its own arguments:

``when``   how far the server reads before it acts (``When``); by default the whole request
``delay``  seconds that pass before it acts; a client that gives up meanwhile is noticed
"""

import enum
import gzip
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from http import HTTPStatus
from typing import Any

from tests.faults.connection import Connection, End

NOTHING: Any = object()
"""No JSON body; None would be ``null``."""
JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")


class When(enum.Enum):
    """How far the server lets things come before it acts; the first two need a new connection."""

    ON_CONNECT = "as soon as the connection is accepted"
    IN_HANDSHAKE = "the ClientHello has come and lies unread (servers with TLS only); what is sent goes out in clear"
    BEFORE_READING = "the request's first bytes have come and lie unread"
    AFTER_HEADERS = "the headers are read, of the body nothing"
    AFTER_REQUEST = "the whole request is read"


@dataclass(frozen=True)
class Action:
    """Base of all actions."""

    _: KW_ONLY
    when: When = When.AFTER_REQUEST
    delay: float = 0.0

    def act(self, client: Connection) -> End:
        """Wait out the delay, then do it."""
        if self.delay:
            client.pause(self.delay)
        return self.perform(client)

    def perform(self, client: Connection) -> End:
        """Do it, and say how the connection goes on."""
        raise NotImplementedError


@dataclass(frozen=True)
class Raw(Action):
    """These bytes and no others, then ``end``; or several pieces, one after another, ``interval`` seconds apart."""

    data: bytes | Sequence[bytes] = b""
    end: End = End.CLOSE
    _: KW_ONLY
    interval: float = 0.0

    def perform(self, client: Connection) -> End:
        for piece in [self.data] if isinstance(self.data, bytes) else self.data:
            client.send(piece)
            if self.interval:
                client.pause(self.interval)
        return self.end


@dataclass(frozen=True)
class Reset(Raw):
    """No response but an RST: 'connection reset by peer', or 'broken pipe' for a client still sending."""

    end: End = End.RESET


@dataclass(frozen=True)
class Close(Raw):
    """No response but a FIN: the client reads an end of stream where a status line should be."""


@dataclass(frozen=True)
class Hang(Raw):
    """No response at all, on a connection that stays open until the client closes it.

    Before reading, a request larger than the socket buffers cannot even be sent.
    """

    end: End = End.HANG


@dataclass(frozen=True)
class Respond(Action):
    """A whole response; the connection stays open, unless ``close`` adds ``Connection: close`` and then the FIN.

    The client sees exactly these headers (no Date unless it is listed) and, unless they are listed, a Content-Length
    (not on 1xx, 204, 304) and, where ``json`` is given, the JSON content type. With ``byte_interval`` the response
    comes one byte at a time, so many seconds apart, but it does come to its end.
    """

    status: int = 200
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()
    body: bytes | str = b""
    json: Any = NOTHING
    _: KW_ONLY
    close: bool = False
    byte_interval: float = 0.0

    def perform(self, client: Connection) -> End:
        data = self.encode()
        pieces = [bytes([byte]) for byte in data] if self.byte_interval else data
        return Raw(pieces, End.CLOSE if self.close else End.KEEP, interval=self.byte_interval).perform(client)

    def encode(self) -> bytes:
        """The response's bytes."""
        body = self.body.encode() if isinstance(self.body, str) else self.body
        added = {}
        if self.json is not NOTHING:
            body = json.dumps(self.json).encode()
            added["Content-Type"] = "application/json"
        if self.status >= 200 and self.status not in (204, 304):
            added["Content-Length"] = str(len(body))
        if self.close:
            added["Connection"] = "close"
        headers = list(self.headers.items() if isinstance(self.headers, Mapping) else self.headers)
        listed = {name.lower() for name, _ in headers}
        headers += [(name, value) for name, value in added.items() if name.lower() not in listed]
        return head(self.status, *headers) + body


@dataclass(frozen=True)
class Endless(Action):
    """``start``, then ``data`` again and again, every ``interval`` seconds or as fast as the client takes it.

    Each read succeeds soon, so a timeout that only bounds single reads never fires.
    """

    start: bytes
    data: bytes
    interval: float = 0.0

    def perform(self, client: Connection) -> End:
        client.send(self.start)
        while True:
            if self.interval:
                client.pause(self.interval)
            client.send(self.data)


@dataclass(frozen=True)
class ReadSlowly(Action):
    """Takes a piece of the request every ``interval`` seconds and never answers; see `FaultServer`'s `receive_buffer`.

    Each write of the client's succeeds in part and soon, so a timeout that only bounds single writes never fires.
    """

    interval: float
    _: KW_ONLY
    when: When = When.BEFORE_READING

    def perform(self, client: Connection) -> End:
        while client.receive():
            time.sleep(self.interval)
        return End.CLOSE


def head(status: int, *headers: tuple[str, str]) -> bytes:
    """Status line and headers, up to and including the empty line."""
    phrase = next((known.phrase for known in HTTPStatus if known == status), "")
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data: bytes) -> bytes:
    """One chunk; of nothing, the last chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


# A length that is never reached, yet below the megabyte at which a careful client refuses at once.
DRIPPING_BODY = Endless(head(200, JSON, ("Content-Length", "1000000")), b" ", interval=0.02)
DRIPPING_HEADERS = Endless(head(200, JSON, ("X-Drip", ""))[:-4], b"x", interval=0.02)
# Chunks of one byte cost the client far more than the bytes that they bring.
ENDLESS_CHUNKS = Endless(head(200, JSON, CHUNKED), b"1\r\nx\r\n" * 100_000)
ENDLESS_HEADERS = Endless(head(200, JSON)[:-2], b"X-Filler: %s\r\n" % (b"x" * 64) * 10_000)
ENDLESS_100S = Endless(b"", head(100) * 20_000)


def half_headers(end: End = End.CLOSE) -> Raw:
    """A status line and part of the headers, then ``end``: 'incomplete message' to the client."""
    return Raw(head(200, JSON, ("X-Request-Id", "never-finished"))[:-12], end)


def half_response(
    status: int = 200,
    body: bytes = b'{"token": {"id": "don:identity:dvrv-us-1:devo/1:token/1"}}',
    end: End = End.CLOSE,
    *,
    chunked: bool = False,
) -> Raw:
    """Whole headers and the first half of the body they announce, then ``end``.

    The client can tell by a Content-Length that is not reached, or by a last chunk that never comes.
    """
    half = body[: len(body) // 2]
    if chunked:
        return Raw(head(status, JSON, CHUNKED) + chunk(half), end)
    return Raw(head(status, JSON, ("Content-Length", str(len(body)))) + half, end)


def too_large(status: int = 200, *, chunked: bool = False, compressed: bool = False) -> Raw:
    """A whole, well-formed response of two megabytes; compressed, of a thousandth of that on the wire."""
    body = b" " * 2 * 1024 * 1024
    if chunked:
        return Raw(head(status, JSON, CHUNKED) + chunk(body) + chunk(b""), End.KEEP)
    headers = [JSON]
    if compressed:
        headers, body = [JSON, ("Content-Encoding", "gzip")], gzip.compress(body)
    return Raw(Respond(status, headers, body).encode(), End.KEEP)


def html_page(status: int) -> Respond:
    """An error page in HTML, as an edge proxy sends it in the API's place."""
    return Respond(status, {"Content-Type": "text/html"}, f"<html><title>{status}</title>nginx</html>\r\n")


def after_interim(response: Respond, *statuses: int) -> Raw:
    """The response, after interim ones (100 Continue, 103 Early Hints, ...) at once after one another."""
    link = ("Link", "</style.css>; rel=preload")
    interim = [head(status, link) if status == 103 else head(status) for status in statuses]
    return Raw([*interim, response.encode()], End.KEEP)
