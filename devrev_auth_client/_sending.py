"""One request over one transport: a body that knows whether it was sent, and a response read within bounds."""

from __future__ import annotations

import math
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from http import HTTPStatus
from typing import Any, NamedTuple

from ._httpx import httpx, transport_errors
from ._runtime.interface import Runtime

_TICK = max(0.002, time.get_clock_info("monotonic").resolution)
"""Seconds by which a timer may be early: uvloop's count whole milliseconds, Windows' clock 15 of them."""


class Postponed(Exception):  # noqa: N818  # it is no error
    """Admission closed while the call was connecting; nothing was sent. Never leaves the package."""


class RequestBody(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A request body, which transports ask for when they are connected and about to send.

    That is where `may_send` is asked once more, and `was_begun` set. Raises `Postponed` where it may not.
    It is its own asynchronous iterator, because trio warns of an async generator that a cancellation leaves open.
    """

    def __init__(self, content: bytes, may_send: Callable[[], bool]) -> None:
        self.content = content
        self.was_begun = False
        self._may_send = may_send
        self._is_next = False

    def __iter__(self) -> Iterator[bytes]:
        self._begin()
        yield self.content

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._is_next = True
        return self

    async def __anext__(self) -> bytes:
        if not self._is_next:
            raise StopAsyncIteration
        self._is_next = False
        self._begin()
        return self.content

    def _begin(self) -> None:
        if not self._may_send():
            raise Postponed
        self.was_begun = True


class RawResponse(NamedTuple):
    """What arrived. A body that cannot be read is no reason to lose the status and the headers."""

    status_code: int
    headers: httpx.Headers
    content: bytes
    unreadable: str | None
    """What is wrong with the body, where it could not be read."""


class Sender:
    """Sends requests over the client's own connections, or over the transport that the user handed in."""

    def __init__(self, transport: Any, *, is_own: bool, largest: int) -> None:
        self.transport = transport
        self.is_own = is_own
        self._largest = largest

    async def send(self, runtime: Runtime, request: httpx.Request, seconds: float) -> RawResponse | Exception | None:
        """Send, and return the response, the transport's exception, or `None` where the time is over."""
        ends = time.monotonic() + seconds
        content = _BoundedContent(self._largest)
        try:
            if self.is_own:  # its connections keep to the deadline, which costs less than a cancel scope
                request.extensions |= {"deadline": ends, "runtime": runtime}
                seconds = math.inf
            response = await runtime.send(self.transport, request, content.take, seconds)
        except self._errors() as error:
            failed = error
        else:
            return None if response is None else content.response(request, response)
        if isinstance(failed, httpx.TimeoutException) and time.monotonic() >= ends - _TICK:
            return None
        return failed

    def _errors(self) -> tuple[type[Exception], ...]:
        # Our own raise httpx's alone: a TimeoutError comes from a signal handler then, and passes.
        return (httpx.RequestError,) if self.is_own else transport_errors()


class _BoundedContent:
    """The body of a response, as far as it is not larger than allowed."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._chunks: list[bytes] = []
        self._size = 0

    def take(self, chunk: bytes) -> bool:
        """Keep a chunk; False where it is one too many."""
        self._size += len(chunk)
        if self._size > self._largest:
            return False
        self._chunks.append(chunk)
        return True

    def response(self, request: httpx.Request, response: httpx.Response) -> RawResponse | httpx.RemoteProtocolError:
        arrived = b"".join(self._chunks)
        if not arrived.strip() and _may_be_cut_off(request, response):
            return httpx.RemoteProtocolError("the server closed the connection before the body")
        if self._size > self._largest:
            return RawResponse(response.status_code, response.headers, b"", self._too_large)
        content, problem = self._decompressed(arrived, response.headers)
        return RawResponse(response.status_code, response.headers, content, problem)

    @property
    def _too_large(self) -> str:
        return f"larger than {self._largest} bytes"

    def _decompressed(self, content: bytes, headers: httpx.Headers) -> tuple[bytes, str | None]:
        """Return the plain content, and what is wrong with it, if anything."""
        # `Accept-Encoding: identity` was sent; a proxy may compress all the same.
        if not content or not any(name.lower() == b"content-encoding" for name, _ in headers.raw):
            return content, None
        encoding = headers["Content-Encoding"].strip().lower()
        if encoding == "identity":
            return content, None
        if encoding not in ("gzip", "x-gzip", "deflate"):
            return b"", "in an unexpected content encoding"
        unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib, by their first bytes
        try:
            plain = unzip.decompress(content, self._largest + 1)
        except zlib.error:
            return b"", "compressed, and cannot be decompressed"
        if len(plain) > self._largest:
            return b"", self._too_large
        if not unzip.eof or unzip.unused_data:
            return b"", "compressed, and cannot be decompressed"
        return plain, None


def _may_be_cut_off(request: httpx.Request, response: httpx.Response) -> bool:
    """Whether the connection's end was the response's: one that was cut off looks the same (RFC 9112 section 8)."""
    has_body = response.is_success and response.status_code != HTTPStatus.NO_CONTENT and request.method != "HEAD"
    is_http1 = response.extensions.get("http_version") in (b"HTTP/1.0", b"HTTP/1.1")
    return has_body and is_http1 and not response.headers.keys() & {"content-length", "transfer-encoding"}


def phases_within(timeout: float | httpx.Timeout | None, seconds: float) -> dict[str, float | None]:
    """Return the seconds for each phase of an attempt, as httpx's transports take them; `seconds` bounds them all."""
    bound = None if seconds == math.inf else seconds
    bounds: dict[str, float | None] = dict.fromkeys(("connect", "read", "write", "pool"), bound)
    if isinstance(timeout, httpx.Timeout):
        given = {name: phase for name, phase in timeout.as_dict().items() if phase is not None and name != "pool"}
        bounds |= {name: min(phase, seconds) for name, phase in given.items()}
    return bounds
