"""A response in memory that comes slowly or not to its end, as one from the network would."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import anyio
import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from .delivery import Reply


class SlowStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The content of a reply at its pace; really waits, and keeps to the request's read timeout.

    It is its own iterator, because trio warns of an async generator that a cancellation leaves open.
    """

    def __init__(self, reply: Reply, request: httpx.Request) -> None:
        self._reply = reply
        self._request = request
        self._read_timeout: float | None = request.extensions.get("timeout", {}).get("read")
        self._chunks = reply.chunks()
        self._sent = 0

    def begin(self) -> None:
        """Wait for the first byte."""
        self._pause(self._reply.pace.before if self._reply.pace else 0.0)

    async def begin_async(self) -> None:
        """Wait for the first byte."""
        await self._pause_async(self._reply.pace.before if self._reply.pace else 0.0)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        wait, chunk = self._next()
        self._pause(wait)
        return self._passed(chunk)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            wait, chunk = self._next()
        except StopIteration:
            raise StopAsyncIteration from None
        await self._pause_async(wait)
        return self._passed(chunk)

    def close(self) -> None:
        """Note that the caller left, unless the reply is over."""
        self._reply.ended(f"the caller left after {self._reply.progress(self._sent)}")

    async def aclose(self) -> None:
        """Do the same."""
        self.close()

    def _next(self) -> tuple[float, bytes]:
        """Give the next chunk and the wait before it; raises StopIteration at the end, or what a lost connection is."""
        try:
            return next(self._chunks)
        except StopIteration:
            if self._reply.kept is None:
                self._reply.ended("arrived whole")
                raise
        self._reply.ended(f"cut after {self._reply.progress(self._sent)}")
        said = f"the connection was lost after {self._reply.progress(self._sent)}, as scripted"
        raise httpx.RemoteProtocolError(said, request=self._request)

    def _passed(self, chunk: bytes) -> bytes:
        self._sent += len(chunk)
        return chunk

    def _pause(self, seconds: float) -> None:
        try:
            time.sleep(self._bounded(seconds))
        except BaseException:
            self.close()
            raise
        self._check(seconds)

    async def _pause_async(self, seconds: float) -> None:
        try:
            await anyio.sleep(self._bounded(seconds))
        except BaseException:
            self.close()
            raise
        self._check(seconds)

    def _bounded(self, seconds: float) -> float:
        return seconds if self._read_timeout is None else min(seconds, self._read_timeout)

    def _check(self, seconds: float) -> None:
        if self._bounded(seconds) < seconds:
            self._reply.ended(f"the caller's read timeout passed after {self._reply.progress(self._sent)}")
            raise httpx.ReadTimeout("timed out, as scripted", request=self._request)
