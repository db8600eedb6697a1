"""A request as the faulty server read it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.faults.wire import ClientGoneError, Wire


class NotHTTPError(Exception):
    """What came is no HTTP/1.1 request: a TLS handshake, most likely."""


@dataclass(frozen=True)
class Request:
    """One request. ``complete`` is False where the script had the server stop before the body."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case; a repeated header is joined with commas."""
    body: bytes
    connection: int
    """Which connection it came on, counted from 1 in the order of accepting."""
    arrived: float
    """When its first byte came, in seconds of ``time.monotonic()``."""
    complete: bool

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


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
    return Request(words[0], words[1], headers, b"", wire.number, arrived, complete=False)


async def read_body(wire: Wire, head: Request) -> Request:
    """Read the body that the headers announce and return the whole request."""
    if "chunked" in head.headers.get("transfer-encoding", "").lower():
        body = await _chunked(wire)
    else:
        body = await wire.receive_exactly(int(head.headers.get("content-length", 0)))
    return replace(head, body=body, complete=True)


async def _chunked(wire: Wire) -> bytes:
    body = b""
    while size := int((await wire.receive_until(b"\r\n")).split(b";")[0], 16):
        body += await wire.receive_exactly(size)
        await wire.receive_exactly(2)
    while await wire.receive_until(b"\r\n") != b"\r\n":  # trailers
        pass
    return body
