"""What goes over a connection: a body that notes when it is sent, an answer read within bounds, and what breaks."""

from __future__ import annotations

import contextlib
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import cast

import anyio
import httpx

from ._credentials import Secret
from ._outcomes import Cause, Failure, Received

LARGEST_ANSWER = 1024 * 1024
"""Bytes, after decompression. The API's answers are a few thousand."""


_TOO_LARGE: str | None = f"larger than {LARGEST_ANSWER} bytes"

LONGEST_CLOSE = 1.0
"""Seconds that closing a connection may take."""

_TICK = max(0.002, time.get_clock_info("monotonic").resolution)
"""Seconds by which a timer may be early: uvloop's count whole milliseconds, Windows' clock 15 of them."""


def is_before(moment: float) -> bool:
    """Whether `moment`, by `time.monotonic`, is still to come, where it was perhaps a timer for it that went off."""
    return time.monotonic() < moment - _TICK


class NotedBody(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A request body that notes when it is first asked for: right before the request is sent.

    It is its own asynchronous iterator, because trio warns of an async generator that a cancellation leaves open.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._remaining = 0
        self._begun = False

    def was_sent(self, failure: Failure) -> bool:
        """Whether the server may have acted on the request although the attempt failed."""
        # Without a body the headers are the whole request, and nobody says when they are sent.
        return self._begun if self._content else failure.cause is not Cause.UNREACHABLE

    def __iter__(self) -> Iterator[bytes]:
        self._begun = True
        yield self._content

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._remaining = 1
        return self

    async def __anext__(self) -> bytes:
        if not self._remaining:
            raise StopAsyncIteration
        self._remaining = 0
        self._begun = True
        return self._content


async def exchange(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> Received:
    """Send, and read the answer within bounds. Raises what the transport raises."""
    response = await transport.handle_async_request(request)
    stream = cast(httpx.AsyncByteStream, response.stream)
    body = _BoundedBody()
    chunks = aiter(stream)
    try:
        async for chunk in chunks:
            if not body.take(chunk):
                # httpx's generators end by raising then: trio warns of those that are left in the middle.
                with anyio.move_on_after(LONGEST_CLOSE, shield=True), contextlib.suppress(Exception):
                    await stream.aclose()
                    await anext(chunks)
                break
        await stream.aclose()
    except BaseException:
        with anyio.move_on_after(LONGEST_CLOSE, shield=True), contextlib.suppress(Exception):
            await stream.aclose()
        raise
    return body.received(response)


def exchange_sync(transport: httpx.BaseTransport, request: httpx.Request) -> Received:
    """Do the same in the calling thread."""
    response = transport.handle_request(request)
    stream = cast(httpx.SyncByteStream, response.stream)
    body = _BoundedBody()
    try:
        for chunk in stream:
            if not body.take(chunk):
                break
        stream.close()
    except BaseException:
        with contextlib.suppress(Exception):
            stream.close()
        raise
    return body.received(response)


def check_ending(received: Received) -> None:
    """Raise where a success may be one that was cut off: of a body that ends with the connection, nothing came.

    RFC 9112 section 8: nothing tells such an answer from a whole one, so it is no proof of anything.
    """
    if received.content.strip() or received.unreadable or received.status_code == 204 or received.status_code >= 300:
        return
    if not {name.lower() for name, _ in received.headers.raw} & {b"content-length", b"transfer-encoding"}:
        raise httpx.RemoteProtocolError("the server ended the connection where a body was to come")


class _BoundedBody:
    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._size = 0

    @property
    def is_too_large(self) -> bool:
        return self._size > LARGEST_ANSWER

    def take(self, chunk: bytes) -> bool:
        """Keep a chunk; False where it is one too many."""
        self._size += len(chunk)
        if not self.is_too_large:
            self._chunks.append(chunk)
        return not self.is_too_large

    def received(self, response: httpx.Response) -> Received:
        if self.is_too_large:
            content, problem = b"", _TOO_LARGE
        else:
            content, problem = _decompressed(b"".join(self._chunks), response.headers)
        return Received(response.status_code, response.headers, content, problem)


def _decompressed(content: bytes, headers: httpx.Headers) -> tuple[bytes, str | None]:
    """Return the plain content, and what is wrong with it, if anything."""
    # `Accept-Encoding: identity` was sent; a proxy may compress all the same.
    if not content or not any(name.lower() == b"content-encoding" for name, _ in headers.raw):
        return content, None
    encoding = headers["Content-Encoding"].strip().lower()
    if encoding == "identity":
        return content, None
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return b"", "in a content encoding that was not asked for"
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib, by their first bytes
    try:
        plain = unzip.decompress(content, LARGEST_ANSWER + 1)
    except zlib.error:
        return b"", "compressed, and broken"
    if len(plain) > LARGEST_ANSWER:
        return b"", _TOO_LARGE
    if not unzip.eof or unzip.unused_data:
        return b"", "compressed, and broken"
    return plain, None


def failure_of(error: Exception, token: Secret) -> Failure:
    """Return what a transport's exception amounts to, as a value: nothing of the exception is kept but its words."""
    said = " ".join(token.scrub_text(str(error)).split())[:200]
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.PoolTimeout):
        if _tls_refused(error):
            return Failure(Cause.REFUSED, f"TLS was refused ({said})")
        return Failure(Cause.UNREACHABLE, f"could not connect ({said or type(error).__name__})")
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Failure(Cause.TIMED_OUT, f"timed out ({type(error).__name__})")
    if isinstance(error, httpx.ReadError) and _tls_refused(error):  # TLS 1.3: a refused client certificate is told late
        return Failure(Cause.REFUSED, f"TLS was refused ({said})")
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | OSError | anyio.BrokenResourceError):
        return Failure(Cause.LOST, f"the connection was lost ({said or type(error).__name__})")
    # Anything else is a fault on this side, such as a header that cannot be sent: its words may quote what was sent.
    return Failure(Cause.REFUSED, f"the request could not be sent ({type(error).__name__})")


def _tls_refused(error: BaseException) -> bool:
    """Whether the peer or its certificate was refused; a connection cut during the handshake is something else."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            # Want: the handshake waited for the peer when the connection broke.
            want = ssl.SSLWantReadError | ssl.SSLWantWriteError
            return not isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError | want)
        cause = cause.__cause__ or cause.__context__
    return False
