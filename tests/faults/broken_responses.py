"""What the faulty server can do with one request, part two: responses that stop, crawl, swell or make no sense.

``when`` and ``delay`` are those of every action (``actions.py``). ``status`` is what the status line says, and the
headers promise JSON.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, repeat
from typing import Literal

from tests.faults.actions import Action, head
from tests.faults.wire import PIECE, End, Wire

JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")
FOREVER_LENGTH = 1_000_000
"""A Content-Length that is never reached, yet below the megabyte at which a careful client refuses at once."""


@dataclass(frozen=True)
class HalfHeaders(Action):
    """A status line and part of the headers, then ``end``: 'incomplete message' to the client."""

    status: int = 200
    end: End = End.CLOSE

    async def perform(self, wire: Wire) -> End:
        await wire.send(head(self.status, [JSON, ("X-Request-Id", "never-finished")])[:-12])
        return self.end


@dataclass(frozen=True)
class HalfResponse(Action):
    """Whole headers and the first half of the body they announce, then ``end``.

    ``framing`` is how the client can tell: a Content-Length that is not reached, or a last chunk that never comes.
    """

    status: int = 200
    body: bytes = b'{"token": {"id": "don:identity:dvrv-us-1:devo/1:token/1"}}'
    end: End = End.CLOSE
    framing: Literal["length", "chunked"] = "length"

    async def perform(self, wire: Wire) -> End:
        half = self.body[: len(self.body) // 2]
        if self.framing == "length":
            await wire.send(head(self.status, [JSON, ("Content-Length", str(len(self.body)))]) + half)
        else:
            await wire.send(head(self.status, [JSON, CHUNKED]) + chunk(half))
        return self.end


@dataclass(frozen=True)
class Drip(Action):
    """Headers, or a body of white space behind whole headers, one byte every ``interval`` seconds without end.

    Each read succeeds soon, so a timeout that only bounds single reads never fires.
    """

    part: Literal["headers", "body"] = "body"
    interval: float = 0.05
    status: int = 200

    async def perform(self, wire: Wire) -> End:
        if self.part == "body":
            await wire.send(head(self.status, [JSON, ("Content-Length", str(FOREVER_LENGTH))]))
            byte = b" "
        else:
            await wire.send(head(self.status, [JSON, ("X-Drip", "")])[:-4])
            byte = b"x"
        while True:
            await wire.pause(self.interval)
            await wire.send(byte)


@dataclass(frozen=True)
class Flood(Action):
    """``start``, then ``data`` after ``data`` as fast as the client takes it: ``times``, or without end.

    By default a body in chunks of one byte, which costs the client far more than the bytes that it brings.
    """

    times: int | None = None
    data: bytes = b"1\r\nx\r\n"
    start: bytes = head(200, [JSON, CHUNKED])

    async def perform(self, wire: Wire) -> End:
        await wire.send(self.start)
        for _ in count() if self.times is None else range(self.times // 1000):
            await wire.send(self.data * 1000)
        await wire.send(chunk(b""))
        return End.KEEP


ENDLESS_HEADERS = Flood(data=b"X-Filler: %s\r\n" % (b"x" * 64), start=head(200, [JSON])[:-2])
ENDLESS_100S = Flood(data=head(100, []), start=b"")


@dataclass(frozen=True)
class TooLarge(Action):
    """A whole, well-formed response whose body is ``size`` spaces; the connection stays open.

    With ``gzip`` it arrives compressed, whatever the client said it accepts: a thousandth of that on the wire.
    """

    size: int = 2 * 1024 * 1024
    framing: Literal["length", "chunked"] = "length"
    gzip: bool = False
    status: int = 200

    async def perform(self, wire: Wire) -> End:
        pieces: Iterable[bytes] = self._pieces()
        headers, length = [JSON], self.size
        if self.gzip:
            pieces = list(compressed(pieces))
            headers, length = [JSON, ("Content-Encoding", "gzip")], sum(map(len, pieces))
        if self.framing == "length":
            await wire.send(head(self.status, [*headers, ("Content-Length", str(length))]))
            for piece in pieces:
                await wire.send(piece)
        else:
            await wire.send(head(self.status, [*headers, CHUNKED]))
            for piece in pieces:
                await wire.send(chunk(piece))
            await wire.send(chunk(b""))
        return End.KEEP

    def _pieces(self) -> Iterator[bytes]:
        """Never the whole body at once: it may be larger than the memory."""
        whole, rest = divmod(self.size, PIECE)
        yield from repeat(b" " * PIECE, whole)
        if rest:  # an empty piece would be the last chunk
            yield b" " * rest


@dataclass(frozen=True)
class ChunkedGarbage(Action):
    """One good chunk, then ``garbage`` where the next chunk's size should be; the connection stays open."""

    garbage: bytes = b"not a size\r\n"
    status: int = 200
    end: End = End.KEEP

    async def perform(self, wire: Wire) -> End:
        await wire.send(head(self.status, [JSON, CHUNKED]) + chunk(b'{"token"') + self.garbage)
        return self.end


def chunk(data: bytes) -> bytes:
    """One chunk; of nothing, the last chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The gzip stream of ``pieces``."""
    gzip = zlib.compressobj(wbits=31)
    for piece in pieces:
        if out := gzip.compress(piece):
            yield out
    yield gzip.flush()
