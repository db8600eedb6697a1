"""HTTP/1.1 on one connection, without I/O: the bytes of a request, and the answer out of the bytes that arrive.

h11 knows the protocol; httpcore's types and exceptions are spoken because httpx's transports speak them.
"""

from __future__ import annotations

import time
from typing import Any

import h11
import httpcore

from ._route import KEEPALIVE_EXPIRY
from ._wire import LARGEST_ANSWER

READ_SIZE = 65_536
"""Bytes to ask the network for at a time."""

_LARGEST_HEAD = 100 * 1024
"""Bytes of status line and headers."""


class Http11:
    """What one connection knows of HTTP/1.1 (RFC 9112): one exchange after another, each read to its end."""

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LARGEST_HEAD)
        self._asked: tuple[object, ...] = ()
        self._request: h11.Request
        self._response: h11.Response | None = None
        self._chunks: list[bytes] = []
        self._size = 0
        self._idle_since = time.monotonic()
        self._is_over = False  # whether no further exchange may follow

    def head(self, request: httpcore.Request) -> bytes:
        """Return the request's first bytes, before its body. Raises `h11.LocalProtocolError`."""
        self._response, self._chunks, self._size = None, [], 0
        asked = (request.method, request.url.target, request.headers)
        if asked != self._asked:  # one call's headers are mostly the last one's, and checking them takes long
            self._request = h11.Request(method=request.method, target=request.url.target, headers=request.headers)
            self._asked = asked
        return self._sent(self._request)

    def body(self, content: bytes) -> bytes:
        """Return the bytes that follow the head. Raises `h11.LocalProtocolError`."""
        framed = self._sent(h11.Data(data=content)) if content else b""
        return framed + self._sent(h11.EndOfMessage())

    def receive(self, data: bytes) -> httpcore.Response | None:
        """Take what arrived, nothing where the connection was ended; return the answer once it is whole.

        One that is larger than allowed is cut there; nothing follows on its connection.
        Raises `httpcore.RemoteProtocolError`.
        """
        if not data and self._h11.their_state is h11.SEND_RESPONSE:
            raise httpcore.RemoteProtocolError("the server ended the connection without an answer")
        try:
            self._h11.receive_data(data)
            return self._answer() if self._is_whole() else None
        except h11.RemoteProtocolError as error:
            raise httpcore.RemoteProtocolError(str(error)) from error

    @property
    def is_spent(self) -> bool:
        """Whether the connection must not be used again: it was ended, was idle for long, or holds unasked-for bytes.

        What nobody asked for must not pass for the next answer.
        """
        return self._is_over or time.monotonic() > self._idle_since + KEEPALIVE_EXPIRY

    def _sent(self, event: h11.Event) -> bytes:
        return self._h11.send(event) or b""

    def _is_whole(self) -> bool:
        while (event := self._h11.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Data):
                self._chunks.append(bytes(event.data))
                self._size += len(event.data)
                if self._size > LARGEST_ANSWER:
                    return True
            elif isinstance(event, h11.Response):
                self._response = event
            elif isinstance(event, h11.EndOfMessage):
                return True
            elif not isinstance(event, h11.InformationalResponse):  # pragma: no cover  # h11 refuses what leads here
                raise h11.RemoteProtocolError("the server left HTTP")
        return False

    def _answer(self) -> httpcore.Response:
        response, protocol = self._response, self._h11
        assert response is not None  # noqa: S101  # h11 lets nothing come before it
        if protocol.our_state is h11.DONE and protocol.their_state is h11.DONE and not protocol.trailing_data[0]:
            protocol.start_next_cycle()
            self._idle_since = time.monotonic()
        else:
            self._is_over = True
        chunks, self._chunks = self._chunks, []
        return httpcore.Response(
            response.status_code,
            headers=response.headers.raw_items(),
            content=b"".join(chunks),
            extensions={"http_version": b"HTTP/" + response.http_version, "reason_phrase": response.reason},
        )


def phases(request: httpcore.Request) -> dict[str, float | None]:
    """Return the seconds that each phase of an attempt may take."""
    extensions: Any = request.extensions  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # untyped
    timeouts: dict[str, float | None] = extensions["timeout"]
    return timeouts


def is_spent(connection: Any) -> bool:
    """Whether a connection, ours or one of httpcore's through a proxy, must not be used again; see `Http11.is_spent`.

    httpcore 1.0 keeps bytes beyond the last answer and does not say so.
    """
    if isinstance(connection, httpcore.ConnectionPool | httpcore.AsyncConnectionPool):
        return any(_holds_bytes_unasked_for(held) or held.has_expired() for held in connection.connections)
    return bool(connection.is_spent)


def _holds_bytes_unasked_for(connection: Any) -> bool:
    inner = getattr(connection, "_connection", None)
    if inner is not None:
        return _holds_bytes_unasked_for(inner)
    try:
        return bool(connection._h11_state.trailing_data[0])  # noqa: SLF001  # nothing public tells it
    except AttributeError:
        return True  # another httpcore, of which nobody knows
