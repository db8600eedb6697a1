"""What the faulty server can do with one request, part one: whole responses, and the bare ends of a connection.

Every action takes two keywords beside its own arguments:

``when``   how far the server reads before it acts (``When``); by default the whole request
``delay``  seconds that pass before it acts; a client that gives up meanwhile is noticed
"""

import asyncio
import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from http import HTTPStatus
from typing import Any, ClassVar

from tests.faults.wire import End, Wire

NOTHING: Any = object()
"""No JSON body; None would be ``null``."""


class When(enum.Enum):
    """How far the server lets things come before it acts."""

    ON_CONNECT = "as soon as the connection is accepted"
    IN_HANDSHAKE = "the ClientHello has come and lies unread (servers with TLS only); what is sent goes out in clear"
    BEFORE_READING = "the request's first bytes have come and lie unread"
    AFTER_HEADERS = "the headers are read, of the body nothing"
    AFTER_REQUEST = "the whole request is read"

    @property
    def needs_new_connection(self) -> bool:
        """Whether an open connection that is used again comes too late for it."""
        return self in (When.ON_CONNECT, When.IN_HANDSHAKE)


@dataclass(frozen=True)
class Action:
    """Base of all actions."""

    _: KW_ONLY
    when: When = When.AFTER_REQUEST
    delay: float = 0.0

    async def act(self, wire: Wire) -> End:
        """Wait out the delay, then do it."""
        if self.delay:
            await wire.pause(self.delay)
        return await self.perform(wire)

    async def perform(self, wire: Wire) -> End:
        """Do it, and say how the connection goes on."""
        raise NotImplementedError


def head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    """Status line and headers, up to and including the empty line."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


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
    byte_interval: float | None = None

    def with_headers(self, more: Mapping[str, str]) -> "Respond":
        """The same response with more headers."""
        return replace(self, headers=[*self.header_list(), *more.items()])

    def header_list(self) -> list[tuple[str, str]]:
        """The headers as given."""
        return list(self.headers.items() if isinstance(self.headers, Mapping) else self.headers)

    async def perform(self, wire: Wire) -> End:
        if self.byte_interval is None:
            await wire.send(self.encode())
        else:
            for byte in self.encode():
                await wire.send(bytes([byte]))
                await wire.pause(self.byte_interval)
        return End.CLOSE if self.close else End.KEEP

    def encode(self) -> bytes:
        """The response's bytes."""
        headers = self.header_list()
        body = self.body.encode() if isinstance(self.body, str) else self.body
        added = {}
        if self.json is not NOTHING:
            body = json.dumps(self.json).encode()
            added["Content-Type"] = "application/json"
        if self.status >= 200 and self.status not in (204, 304):
            added["Content-Length"] = str(len(body))
        if self.close:
            added["Connection"] = "close"
        listed = {name.lower() for name, _ in headers}
        headers += [(name, value) for name, value in added.items() if name.lower() not in listed]
        return head(self.status, headers) + body


@dataclass(frozen=True)
class HtmlFromProxy(Action):
    """An error page in HTML, as an edge proxy sends it in the API's place; the connection stays open."""

    status: int = 502
    headers: Mapping[str, str] = field(default_factory=dict)

    async def perform(self, wire: Wire) -> End:
        page = f"<html><head><title>{self.status}</title></head><body><center>nginx</center></body></html>\r\n"
        return await Respond(self.status, {"Content-Type": "text/html", **self.headers}, page).perform(wire)


@dataclass(frozen=True)
class Informational(Action):
    """Interim responses (100 Continue, 103 Early Hints, ...) at once after one another, then the action ``then``."""

    then: Action = field(default_factory=Respond)
    statuses: tuple[int, ...] = (100, 103)
    LINK: ClassVar = ("Link", "</style.css>; rel=preload")

    async def perform(self, wire: Wire) -> End:
        for status in self.statuses:
            await wire.send(head(status, [self.LINK] if status == 103 else []))
        return await self.then.act(wire)


@dataclass(frozen=True)
class CloseAfterResponse(Action):
    """A whole response that promises to keep the connection open, and a FIN right behind it.

    The client that puts the connection back for later finds it closed when it wants to use it again.
    """

    response: Respond = field(default_factory=Respond)

    async def perform(self, wire: Wire) -> End:
        await wire.send(self.response.encode())
        return End.CLOSE


@dataclass(frozen=True)
class Raw(Action):
    """These bytes and no others, then ``end``."""

    data: bytes
    end: End = End.CLOSE

    async def perform(self, wire: Wire) -> End:
        await wire.send(self.data)
        return self.end


@dataclass(frozen=True)
class Reset(Action):
    """No response but an RST: 'connection reset by peer', or 'broken pipe' for a client still sending."""

    async def perform(self, wire: Wire) -> End:
        return End.RESET


@dataclass(frozen=True)
class Close(Action):
    """No response but a FIN: the client reads an end of stream where a status line should be.

    Over TLS after a close_notify, or without one.
    """

    close_notify: bool = True

    async def perform(self, wire: Wire) -> End:
        return End.CLOSE if self.close_notify else End.CUT


@dataclass(frozen=True)
class Hang(Action):
    """No response at all, on a connection that stays open until the client closes it."""

    async def perform(self, wire: Wire) -> End:
        return End.HANG


@dataclass(frozen=True)
class HangBeforeRead(Hang):
    """Accepts, never reads, never answers: a request larger than the socket buffers cannot even be sent."""

    _: KW_ONLY
    when: When = When.BEFORE_READING


@dataclass(frozen=True)
class ReadSlowly(Action):
    """Takes a piece of the request every ``interval`` seconds and never answers; see `FaultServer`'s `receive_buffer`.

    Each write of the client's succeeds in part and soon, so a timeout that only bounds single writes never fires.
    """

    interval: float
    _: KW_ONLY
    when: When = When.BEFORE_READING

    async def perform(self, wire: Wire) -> End:
        while await wire.receive():  # noqa: ASYNC110  # this is no polling
            await asyncio.sleep(self.interval)
        return End.CLOSE
