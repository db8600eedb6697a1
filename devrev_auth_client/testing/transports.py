"""`FakeDevRev` as an httpx transport, for sync and async clients alike. Its one helper, anyio, comes with httpx."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import httpx
from anyio.lowlevel import checkpoint

from .answers import LostConnection

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from .answers import Reply
    from .core import Core

ResultT = TypeVar("ResultT")


class FakeTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Responds to clients in memory. Closing it does nothing, so clients can share it.

    Make one with `FakeDevRev.transport`.
    """

    def __init__(self, _core: Core) -> None:
        self._core = _core

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request of a sync client.

        :param request: what httpx sends.
        :raises httpx.TransportError: the connection is lost, as scripted.
        """
        return _run(self._handle(request, blocking=True))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request of an async client, on asyncio or trio.

        :param request: what httpx sends.
        :raises httpx.TransportError: the connection is lost, as scripted.
        """
        # Network I/O would let other tasks run, and would be where this one is cancelled.
        await checkpoint()
        return await self._handle(request, blocking=False)

    async def _handle(self, request: httpx.Request, *, blocking: bool) -> httpx.Response:
        arrival = self._core.arrives(request.method, request.url.path, request.headers.multi_items())
        body = b"" if arrival.play.never_sent else await _read(request.stream, blocking=blocking)
        reply = self._core.exchange(arrival, body)
        if isinstance(reply, LostConnection):
            raise reply.error(reply.message, request=request)
        # A stream, not content: like a response from the network, it is unread.
        stream: httpx.ByteStream | _SlowStream = httpx.ByteStream(reply.answer.content)
        if not reply.is_plain:
            stream = _SlowStream(reply, request, blocking=blocking)
            await stream.wait(reply.before)
        return httpx.Response(reply.answer.status, headers=reply.answer.headers, stream=stream)


class _SlowStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The content of a reply that is slow or breaks off; really waits, and keeps to the request's read timeout.

    It is its own iterator, because trio warns of an async generator that a cancellation leaves open.
    """

    def __init__(self, reply: Reply, request: httpx.Request, *, blocking: bool) -> None:
        self._reply = reply
        self._request = request
        self._blocking = blocking
        self._chunks = reply.chunks()

    def __iter__(self) -> _SlowStream:
        return self

    def __next__(self) -> bytes:
        try:
            return _run(self.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def __aiter__(self) -> _SlowStream:
        return self

    async def __anext__(self) -> bytes:
        for seconds, chunk in self._chunks:
            await self.wait(seconds)
            self._reply.sent += len(chunk)
            return chunk
        if self._reply.finish():
            raise StopAsyncIteration
        said = f"the connection was lost {self._reply.progress}, as scripted"
        raise httpx.RemoteProtocolError(said, request=self._request)

    async def wait(self, seconds: float) -> None:
        """Wait, for as long as the request's read timeout lets."""
        timeout: float | None = self._request.extensions.get("timeout", {}).get("read")
        bounded = seconds if timeout is None else min(seconds, timeout)
        try:
            if self._blocking:
                time.sleep(bounded)  # noqa: ASYNC251  # `_run` drives it, outside of any event loop
            else:
                await anyio.sleep(bounded)
        except BaseException:
            self.close()
            raise
        if bounded < seconds:
            self._reply.ended(f"the client's read timeout passed {self._reply.progress}")
            raise httpx.ReadTimeout("timed out, as scripted", request=self._request)

    def close(self) -> None:
        """Note that the caller left, unless the reply is over."""
        self._reply.ended(f"the client disconnected {self._reply.progress}")

    async def aclose(self) -> None:
        """Do the same."""
        self.close()


async def _read(stream: httpx.SyncByteStream | httpx.AsyncByteStream, *, blocking: bool) -> bytes:
    if isinstance(stream, httpx.AsyncByteStream) and not blocking:
        return b"".join([chunk async for chunk in stream])
    if not isinstance(stream, httpx.SyncByteStream):
        raise TypeError("a sync client sends a body that can be read without await")
    return b"".join(stream)


def _run(coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run a coroutine in which nothing suspends: its waits block."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: ResultT = end.value
        return result
    raise AssertionError("a blocking wait was awaited")
