"""`FakeDevRev` as an httpx transport, for sync and async clients alike. Its one helper, anyio, comes with httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
from anyio.lowlevel import checkpoint

from .script import LostConnection

if TYPE_CHECKING:
    from .core import FakeCore
    from .script import Step


class FakeTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers in memory what clients send; closing it changes nothing, so that clients can share it."""

    def __init__(self, core: FakeCore) -> None:
        self._core = core

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request of a sync client."""
        step = self._core.next_step()
        body = b""
        if not _never_sent(step):
            if not isinstance(request.stream, httpx.SyncByteStream):
                raise TypeError("a sync client sends a body that can be read without await")
            body = b"".join(request.stream)
        return self._respond(request, body, step)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request of an async client, on asyncio or trio."""
        # Network I/O would let other tasks run, and would be where this one is cancelled.
        await checkpoint()
        step = self._core.next_step()
        body = b""
        if not _never_sent(step):
            if isinstance(request.stream, httpx.AsyncByteStream):
                body = b"".join([chunk async for chunk in request.stream])
            else:
                body = b"".join(request.stream)
        return self._respond(request, body, step)

    def _respond(self, request: httpx.Request, body: bytes, step: Step | None) -> httpx.Response:
        headers = request.headers.multi_items()
        result = self._core.exchange(request.method, request.url.path, headers, body, step)
        if isinstance(result, LostConnection):
            raise result.error("the connection was lost, as scripted", request=request)
        # A stream, not content: like a response from the network, it is unread.
        return httpx.Response(result.status, headers=result.headers, stream=httpx.ByteStream(result.content))


def _never_sent(step: Step | None) -> bool:
    return isinstance(step, LostConnection) and step.never_sent
