"""What goes over a connection: a body that notes when it is sent, an answer read within bounds, and what breaks."""

from __future__ import annotations

import contextlib
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import cast

import anyio
import httpx

from ._credentials import Secret
from ._outcomes import Cause, Failure

LARGEST_ANSWER = 1024 * 1024
"""Bytes, after decompression. The API's answers are a few thousand."""


LONGEST_CLOSE = 1.0
"""Seconds that closing a connection may take."""


class UnreadableAnswerError(Exception):
    """An answer that is too large, or encoded in a way that was not asked for."""


class NotedBody(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A request body that notes when it is first asked for: the headers are out by then.

    It is its own asynchronous iterator, because trio warns of an async generator that a cancellation leaves open.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._remaining = 0
        # Without a body the headers are the whole request, and nobody says when they are sent.
        self.begun = not content

    def __iter__(self) -> Iterator[bytes]:
        self.begun = True
        yield self._content

    def __aiter__(self) -> AsyncIterator[bytes]:
        self.begun = True
        self._remaining = 1
        return self

    async def __anext__(self) -> bytes:
        if not self._remaining:
            raise StopAsyncIteration
        self._remaining = 0
        return self._content


async def exchange(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
    """Send, and return status, headers and the whole body.

    Raises what the transport raises, and `UnreadableAnswerError`.
    """
    response = await transport.handle_async_request(request)
    try:
        content = await _read_body(response)
    except BaseException:
        with anyio.move_on_after(LONGEST_CLOSE, shield=True), contextlib.suppress(Exception):
            await response.aclose()
        raise
    return response.status_code, response.headers, content


def exchange_sync(transport: httpx.BaseTransport, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
    """Do the same in the calling thread."""
    response = transport.handle_request(request)
    try:
        content = _read_body_sync(response)
    except BaseException:
        with contextlib.suppress(Exception):
            response.close()
        raise
    return response.status_code, response.headers, content


async def _read_body(response: httpx.Response) -> bytes:
    """Return the whole body, decompressed. Raises `UnreadableAnswerError` and what the transport raises."""
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in cast(httpx.AsyncByteStream, response.stream):
            if size > LARGEST_ANSWER:
                break  # a stream that goes on although it was closed
            size += len(chunk)
            if size > LARGEST_ANSWER:
                # httpx's own then end by raising: trio warns of asynchronous generators that are left in the middle.
                await response.aclose()
            else:
                chunks.append(chunk)
    except Exception:
        if size <= LARGEST_ANSWER:
            raise
    _within_bounds(size)
    await response.aclose()
    return _decompressed(b"".join(chunks), response.headers)


def _read_body_sync(response: httpx.Response) -> bytes:
    """Return the whole body, decompressed. Raises `UnreadableAnswerError` and what the transport raises."""
    chunks: list[bytes] = []
    size = 0
    for chunk in cast(httpx.SyncByteStream, response.stream):
        size = _within_bounds(size + len(chunk))
        chunks.append(chunk)
    response.close()
    return _decompressed(b"".join(chunks), response.headers)


def _within_bounds(size: int) -> int:
    if size > LARGEST_ANSWER:
        raise UnreadableAnswerError(f"the answer is larger than {LARGEST_ANSWER} bytes")
    return size


def _decompressed(content: bytes, headers: httpx.Headers) -> bytes:
    # `Accept-Encoding: identity` was sent; a proxy may compress all the same.
    encoding = headers.get("Content-Encoding")
    if encoding is None or not content:
        return content
    encoding = encoding.strip().lower()
    if encoding == "identity":
        return content
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise UnreadableAnswerError("the answer has a content encoding that was not asked for")
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib, by their first bytes
    try:
        plain = unzip.decompress(content, LARGEST_ANSWER + 1)
    except zlib.error:
        plain = None
    if plain is None or (not unzip.eof and len(plain) <= LARGEST_ANSWER):
        raise UnreadableAnswerError("the answer's compression is broken")
    _within_bounds(len(plain))
    return plain


def failure_of(error: Exception, token: Secret) -> Failure:
    """Return what a transport's exception amounts to, as a value: nothing of the exception is kept but its words."""
    said = " ".join(token.scrub_text(str(error)).split())[:200]
    if isinstance(error, UnreadableAnswerError):
        return Failure(Cause.UNREADABLE, said)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.PoolTimeout):
        if _tls_refused(error):
            return Failure(Cause.REFUSED, f"TLS was refused ({said})")
        return Failure(Cause.UNREACHABLE, f"could not connect ({said or type(error).__name__})")
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Failure(Cause.TIMED_OUT, f"timed out ({type(error).__name__})")
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | OSError | anyio.BrokenResourceError):
        return Failure(Cause.LOST, f"the connection was lost ({said or type(error).__name__})")
    # Anything else is a fault on this side, such as a header that cannot be sent: its words may quote what was sent.
    return Failure(Cause.REFUSED, f"the request could not be sent ({type(error).__name__})")


def _tls_refused(error: BaseException) -> bool:
    """Whether the peer or its certificate was refused; a connection cut during the handshake is something else."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            # Want: the handshake waited for the peer when the connection broke (anyio 4.5 leaves it as the context).
            want = ssl.SSLWantReadError | ssl.SSLWantWriteError
            return not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError | want)
        cause = cause.__cause__ or cause.__context__
    return False
