"""HTTP/1.1 on one connection, without I/O: the bytes of a request, and the response out of the bytes that arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import h11

from ._httpx import httpx

_LARGEST_HEAD = 100 * 1024
"""Bytes of status line and headers."""

_MOST_INFORMATIONAL = 16
"""Responses of status 1xx before the one that counts."""

_CHUNKS_TO_SPARE = 1000
_SMALLEST_CHUNKS = 16
"""Bytes that chunks have to bring on average, after the first thousand: one-byte chunks cost a second a megabyte."""


class Body:
    """A body that has arrived."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._is_read = False

    def __iter__(self) -> Iterator[bytes]:
        yield self._content

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._is_read:
            raise StopAsyncIteration
        self._is_read = True
        return self._content


class Response(NamedTuple):
    """A whole response, or its beginning where it is larger than allowed; with the names of httpcore's."""

    status: int
    headers: list[tuple[bytes, bytes]]
    stream: Body
    extensions: dict[str, Any]


class Http11:
    """What one connection knows of HTTP/1.1 (RFC 9112): one exchange after another, each read to its end."""

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)
        self._last: tuple[tuple[object, ...], h11.Request] | None = None
        self._response: h11.Response | None = None
        self._chunks: list[bytes] = []
        self._size = self._pieces = self._informational = 0
        self.is_idle = True
        """Whether an exchange may begin."""

    def request(self, method: bytes, target: bytes, headers: list[tuple[bytes, bytes]], content: bytes) -> bytes:
        """Return the bytes of a request. Raises `httpx.LocalProtocolError`."""
        self._response, self._chunks = None, []
        self._size = self._pieces = self._informational = 0
        self.is_idle = False  # from here on, an interruption loses the connection
        parts = (method, target, headers)
        try:
            # One call's headers are mostly the last one's, and checking them takes long.
            if self._last is None or self._last[0] != parts:
                self._last = parts, h11.Request(method=method, target=target, headers=headers)
            sent = self._h11.send(self._last[1]) or b""
            if content:
                sent += self._h11.send(h11.Data(data=content)) or b""
            return sent + (self._h11.send(h11.EndOfMessage()) or b"")
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error

    def receive(self, data: bytes, largest: int) -> Response | None:
        """Take what arrived, nothing where the connection was ended; return the response once it is whole.

        One of more than `largest` bytes is cut there, and its connection is not used again.
        Raises `httpx.RemoteProtocolError`.
        """
        if not data and self._h11.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError("the server ended the connection without a response")
        try:
            self._h11.receive_data(data)
            return self._finished() if self._is_whole(largest) else None
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error

    def _is_whole(self, largest: int) -> bool:
        while (event := self._h11.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Data):
                self._chunks.append(bytes(event.data))
                self._size += len(event.data)
                self._pieces += event.chunk_start
                if self._size > largest:
                    return True
                if self._pieces > _CHUNKS_TO_SPARE + self._size // _SMALLEST_CHUNKS:
                    raise h11.RemoteProtocolError("a response in too many chunks")
            elif isinstance(event, h11.Response):
                self._response = event
            elif isinstance(event, h11.EndOfMessage):
                return True
            elif isinstance(event, h11.InformationalResponse):
                self._informational += 1
                if self._informational > _MOST_INFORMATIONAL:
                    raise h11.RemoteProtocolError("too many informational responses")
            else:  # pragma: no cover  # h11 raises before it
                raise h11.RemoteProtocolError("the server switched to another protocol")
        return False

    def _finished(self) -> Response:
        response, protocol = self._response, self._h11
        assert response is not None  # noqa: S101  # h11 lets nothing come before it
        headers = response.headers.raw_items()
        body = Body(b"".join(self._chunks))
        self._chunks = []
        # Bytes that nobody asked for must not pass for the next response.
        if protocol.our_state is h11.DONE and protocol.their_state is h11.DONE and not protocol.trailing_data[0]:
            protocol.start_next_cycle()
            self.is_idle = True
        extensions = {"http_version": b"HTTP/" + response.http_version, "reason_phrase": response.reason}
        return Response(response.status_code, headers, body, extensions)
