"""`FakeDevRev` as an httpx transport, for sync and async clients alike. Its one helper, anyio, comes with httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from anyio.lowlevel import checkpoint

from .delivery import LostConnection
from .slow_stream import SlowStream

if TYPE_CHECKING:
    from .core import Arrival, FakeCore
    from .delivery import Reply


class FakeTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers in memory what clients send; closing it changes nothing, so that clients can share it.

    `FakeDevRev.transport` makes it.

    :param core: the fake's own.
    """

    def __init__(self, core: FakeCore) -> None:
        self._core = core

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request of a sync client.

        :param request: what httpx sends.
        :raises httpx.TransportError: the connection is lost, as scripted.
        """
        arrival = self._arrives(request)
        body = b""
        if not arrival.never_sent:
            if not isinstance(request.stream, httpx.SyncByteStream):
                raise TypeError("a sync client sends a body that can be read without await")
            body = b"".join(request.stream)
        reply = self._reply(request, arrival, body)
        if reply.is_plain:
            return _response(reply, httpx.ByteStream(reply.content))
        stream = SlowStream(reply, request)
        stream.begin()
        return _response(reply, stream)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request of an async client, on asyncio or trio.

        :param request: what httpx sends.
        :raises httpx.TransportError: the connection is lost, as scripted.
        """
        # Network I/O would let other tasks run, and would be where this one is cancelled.
        await checkpoint()
        arrival = self._arrives(request)
        body = b""
        if not arrival.never_sent:
            if isinstance(request.stream, httpx.AsyncByteStream):
                body = b"".join([chunk async for chunk in request.stream])
            else:
                body = b"".join(request.stream)
        reply = self._reply(request, arrival, body)
        if reply.is_plain:
            return _response(reply, httpx.ByteStream(reply.content))
        stream = SlowStream(reply, request)
        await stream.begin_async()
        return _response(reply, stream)

    def _arrives(self, request: httpx.Request) -> Arrival:
        return self._core.arrives(request.method, request.url.path, request.headers.multi_items())

    def _reply(self, request: httpx.Request, arrival: Arrival, body: bytes) -> Reply:
        result = self._core.exchange(arrival, body)
        if isinstance(result, LostConnection):
            raise result.error(result.message, request=request)
        return result


def _response(reply: Reply, stream: httpx.ByteStream | SlowStream) -> httpx.Response:
    # A stream, not content: like a response from the network, it is unread.
    return httpx.Response(reply.answer.status, headers=reply.answer.headers, stream=stream)
