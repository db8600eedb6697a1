"""What happens on one connection of the faulty server, from accepting to its end."""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.faults.actions import Action, Respond, When
from tests.faults.script import Request, Script
from tests.faults.wire import ClientGoneError, End, Wire


class NotHTTPError(Exception):
    """What came is no HTTP/1.1 request: a TLS handshake, most likely."""


@dataclass
class Conversation:
    """Takes request after request and does with each what the script says.

    ``script`` is asked for the script in force each time, ``begun`` is called when an action begins, and ``received``
    with each request, read as far as its action wants.
    """

    wire: Wire
    tls: ssl.SSLContext | None
    script: Callable[[], Script]
    begun: Callable[[], None]
    received: Callable[[Request], None]

    async def run(self) -> None:
        """Go through to the end of the connection. Any way in which the client breaks it off raises."""
        if (action := self.script().take_if(When.ON_CONNECT)) is not None:
            await self._act_unread(action)
            return
        if self.tls is not None and await self.wire.readable():
            if (action := self.script().take_if(When.IN_HANDSHAKE)) is not None:
                await self._act_unread(action)
                return
            await self.wire.start_tls(self.tls)
        end = End.KEEP
        while end is End.KEEP and self.wire.reading and await self.wire.readable():
            end = await self._exchange(time.monotonic())
        await self.wire.end(end)

    async def _act_unread(self, action: Action) -> None:
        self.wire.reading = False
        self.begun()
        await self.wire.end(await action.act(self.wire))

    async def _exchange(self, arrived: float) -> End:
        script = self.script()
        action = script.take()
        self.wire.reading = False
        self.begun()
        if action is not None and action.when is When.BEFORE_READING:
            return await action.act(self.wire)
        try:
            request = await read_head(self.wire, arrived)
        except NotHTTPError:
            return await Respond(400, close=True).perform(self.wire)
        if action is None or action.when is When.AFTER_REQUEST:
            request = await read_body(self.wire, request)
            self.wire.reading = True
        self.received(request)
        return await (action or script.decide(request)).act(self.wire)


async def read_head(wire: Wire, arrived: float) -> Request:
    """Read the request line and the headers, and nothing of the body."""
    if not wire.buffer and not await wire.receive():
        raise ClientGoneError
    if not wire.buffer[:1].isalpha():
        raise NotHTTPError
    first, *lines = (await wire.receive_until(b"\r\n\r\n")).decode("latin-1").rstrip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        raise NotHTTPError
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(words[0], words[1], headers, b"", wire.number, arrived)


async def read_body(wire: Wire, head: Request) -> Request:
    """Read the body that the headers announce and return the whole request."""
    if "chunked" in head.headers.get("transfer-encoding", "").lower():
        body = await _chunked(wire)
    else:
        body = await wire.receive_exactly(int(head.headers.get("content-length", 0)))
    return replace(head, body=body)


async def _chunked(wire: Wire) -> bytes:
    body = b""
    while size := int((await wire.receive_until(b"\r\n")).split(b";")[0], 16):
        body += await wire.receive_exactly(size)
        await wire.receive_exactly(2)
    while await wire.receive_until(b"\r\n") != b"\r\n":  # trailers
        pass
    return body
