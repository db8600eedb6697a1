"""What goes over a connection: bodies read within bounds, decompressed or not, and streams that break."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator

import anyio
import httpx
import pytest

from devrev_auth_client._outcomes import Cause, Failure, Received
from devrev_auth_client._wire import LARGEST_ANSWER, NotedBody, exchange, exchange_sync

REQUEST = httpx.Request("POST", "https://api.devrev.ai/auth-tokens.get", content=b"{}")
TOO_LARGE = "larger than 1048576 bytes"
BROKEN = "compressed, and broken"
NOT_ASKED_FOR = "in a content encoding that was not asked for"


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An answer's body in chunks; an exception among them is raised in its place."""

    def __init__(self, chunks: Iterable[bytes | BaseException], *, close_raises: Exception | None = None) -> None:
        self._chunks = iter(chunks)
        self._close_raises = close_raises
        self.read = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        if isinstance(chunk, BaseException):
            raise chunk
        self.read += 1
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
        if self._close_raises is not None:
            raise self._close_raises

    async def aclose(self) -> None:
        self.close()


class Giving(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers with this body, and reads the request's first as a transport does."""

    def __init__(self, body: Body, headers: dict[str, str]) -> None:
        self._response = httpx.Response(200, headers=headers, stream=body)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._response


Exchange = Callable[..., Received]


@pytest.fixture(params=["sync", "asyncio", "trio"])
def receive(request: pytest.FixtureRequest) -> Exchange:
    """Send a request and return what arrived, in one of the three ways."""

    def run(body: Body, **headers: str) -> Received:
        transport = Giving(body, {name.replace("_", "-"): value for name, value in headers.items()})
        if request.param == "sync":
            return exchange_sync(transport, REQUEST)
        return anyio.run(exchange, transport, REQUEST, backend=request.param)

    return run


def test_a_body_arrives_whole_with_status_and_headers(receive: Exchange) -> None:
    """In however many chunks, empty ones among them; the stream is closed."""
    body = Body([b"{", b"", b'"a"', b": 1}"])
    assert receive(body, X_A="a") == Received(200, httpx.Headers({"X-A": "a"}), b'{"a": 1}', None)
    assert body.closed


@pytest.mark.parametrize(
    ("size", "problem"), [(0, None), (LARGEST_ANSWER, None), (LARGEST_ANSWER + 1, TOO_LARGE), (50_000_000, TOO_LARGE)]
)
def test_no_more_is_kept_than_there_may_be(receive: Exchange, size: int, problem: str | None) -> None:
    """The first byte too many ends the reading; status and headers are not lost."""
    chunks = (min(65_536, size - start) for start in range(0, size, 65_536))
    body = Body(b"x" * chunk for chunk in chunks)
    received = receive(body, Retry_After="7")
    assert received.unreadable == problem
    assert len(received.content) == (0 if problem else size)
    assert received.headers["Retry-After"] == "7"
    assert body.closed
    assert body.read <= LARGEST_ANSWER // 65_536 + 2


PLAIN = b'{"token": {"id": "x"}}'


Encoded = tuple[str, bytes, bytes, str | None]
ENCODED: dict[str, Encoded] = {
    "identity": ("identity", PLAIN, PLAIN, None),
    "identity-in-capitals": ("Identity ", PLAIN, PLAIN, None),
    "gzip": ("gzip", gzip.compress(PLAIN), PLAIN, None),
    "gzip-in-capitals": ("GZIP", gzip.compress(PLAIN), PLAIN, None),
    "x-gzip": ("x-gzip", gzip.compress(PLAIN), PLAIN, None),
    "deflate": ("deflate", zlib.compress(PLAIN), PLAIN, None),
    "gzip-of-nothing": ("gzip", gzip.compress(b""), b"", None),
    "nothing-as-gzip": ("gzip", b"", b"", None),
    "nothing-as-br": ("br", b"", b"", None),
    "gzip-of-all-there-may-be": ("gzip", gzip.compress(b"x" * LARGEST_ANSWER), b"x" * LARGEST_ANSWER, None),
    "gzip-of-one-more": ("gzip", gzip.compress(b"x" * (LARGEST_ANSWER + 1)), b"", TOO_LARGE),
    "gzip-bomb": ("gzip", gzip.compress(bytes(20_000_000)), b"", TOO_LARGE),
    "no-gzip-at-all": ("gzip", PLAIN, b"", BROKEN),
    "gzip-cut": ("gzip", gzip.compress(PLAIN)[:-1], b"", BROKEN),
    "gzip-header-alone": ("gzip", gzip.compress(PLAIN)[:12], b"", BROKEN),
    "gzip-wrong-sum": ("gzip", gzip.compress(PLAIN)[:-8] + bytes(8), b"", BROKEN),
    "gzip-and-a-rest": ("gzip", gzip.compress(PLAIN) + b"rest", b"", BROKEN),
    "gzip-twice-in-a-row": ("gzip", gzip.compress(b"") + gzip.compress(PLAIN), b"", BROKEN),
    "deflate-cut": ("deflate", zlib.compress(PLAIN)[:-1], b"", BROKEN),
    "deflate-without-header": ("deflate", zlib.compress(PLAIN)[2:-4], b"", BROKEN),
    "br": ("br", PLAIN, b"", NOT_ASKED_FOR),
    "zstd": ("zstd", PLAIN, b"", NOT_ASKED_FOR),
    "compress": ("compress", PLAIN, b"", NOT_ASKED_FOR),
    "gzip-in-gzip": ("gzip, gzip", gzip.compress(gzip.compress(PLAIN)), b"", NOT_ASKED_FOR),
    "utf-8": ("utf-8", PLAIN, b"", NOT_ASKED_FOR),
    "empty": ("", PLAIN, b"", NOT_ASKED_FOR),
    "nul": ("\x00", PLAIN, b"", NOT_ASKED_FOR),
}


@pytest.mark.parametrize(("encoding", "content", "plain", "problem"), ENCODED.values(), ids=ENCODED)
def test_an_encoding_that_was_not_asked_for_is_undone_or_refused(
    receive: Exchange, encoding: str, content: bytes, plain: bytes, problem: str | None
) -> None:
    """Within the same bound, whatever it swells to; half a stream, or one with something behind it, is no answer."""
    received = receive(Body([content]), Content_Encoding=encoding)
    assert (received.content, received.unreadable) == (plain, problem)


def test_a_bomb_is_not_unpacked_beyond_the_bound() -> None:
    """A kilobyte may claim to be a gigabyte; no more than two of the bound are ever in memory."""
    bomb = gzip.compress(bytes(20_000_000))
    tracemalloc.start()
    try:
        assert exchange_sync(Giving(Body([bomb]), {"Content-Encoding": "gzip"}), REQUEST).unreadable == TOO_LARGE
        assert tracemalloc.get_traced_memory()[1] < 3 * LARGEST_ANSWER
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("error", [httpx.ReadError("reset"), OSError("reset"), KeyError("x"), KeyboardInterrupt()])
@pytest.mark.parametrize("close_raises", [None, RuntimeError("already closed")])
def test_a_stream_that_breaks_is_closed_and_its_error_goes_on(
    receive: Exchange, error: BaseException, close_raises: Exception | None
) -> None:
    """Also where closing it fails too: the first error counts."""
    body = Body([b"half", error], close_raises=close_raises)
    with pytest.raises(type(error)) as caught:
        receive(body)
    assert caught.value is error
    assert body.closed


def test_a_stream_that_cannot_be_closed_is_no_answer(receive: Exchange) -> None:
    """What it would have meant is left to whoever asked."""
    with pytest.raises(RuntimeError):
        receive(Body([b"{}"], close_raises=RuntimeError("cannot")))


async def drain(body: NotedBody) -> list[bytes]:
    return [chunk async for chunk in body]


@pytest.mark.parametrize("read", [list, lambda body: anyio.run(drain, body)], ids=["sync", "async"])
def test_a_request_body_notes_when_it_is_first_asked_for(read: Callable[[NotedBody], list[bytes]]) -> None:
    """From then on the server may have acted; and it can be read again."""
    body = NotedBody(b"{}")
    lost = Failure(Cause.LOST, "lost")
    assert not body.was_sent(lost)
    assert read(body) == [b"{}"]
    assert body.was_sent(lost)
    assert read(body) == [b"{}"]


def test_a_request_without_a_body_was_sent_unless_nobody_was_reached() -> None:
    """Its headers are the whole request, and nobody says when they are out."""
    body = NotedBody(b"")
    assert body.was_sent(Failure(Cause.LOST, "lost"))
    assert not body.was_sent(Failure(Cause.UNREACHABLE, "refused"))
