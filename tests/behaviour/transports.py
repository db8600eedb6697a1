"""Transports that do what the fake does not: keep requests, raise at will, stream without end, hang."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

import anyio
import httpx

from devrev_auth_client.testing import FakeDevRev


class InMemory(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Has nothing to wait for, so that both clients are answered by `handle_request`."""

    closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.close()


class Recorder(InMemory):
    """Hands requests on to a fake and keeps them as they were sent.

    :ivar requests: oldest first.
    :ivar before: called with each request before it is handed on; what it raises, the client meets.
    """

    def __init__(self, fake: FakeDevRev) -> None:
        self.requests: list[httpx.Request] = []
        self.before: Callable[[httpx.Request], object] = lambda request: None
        self._inner = fake.transport()

    def fail_once(self, error: Exception) -> None:
        """Raise an error in place of the first response."""

        def fail(_: httpx.Request) -> None:
            self.before = lambda request: None
            raise error

        self.before = fail

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.before(request)
        return self._inner.handle_request(request)


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A response body that comes in chunks.

    :ivar taken: how many were read.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.taken = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self.taken += 1
        return chunk

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return next(self)
        except StopIteration:
            raise StopAsyncIteration from None

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.close()


class Answering(InMemory):
    """Gives every request the same response: raw header bytes, any stream."""

    def __init__(self, status: int, stream: Chunks, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._answer = (status, list(headers), stream)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        status, headers, stream = self._answer
        return httpx.Response(status, headers=headers, stream=stream)


class Unreachable(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Never connects. The sync half gives up after the request's own timeout, as httpx's transports do."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        time.sleep(request.extensions["timeout"]["connect"])
        raise httpx.ConnectTimeout("timed out", request=request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError("unreachable")
