"""Responses: status, headers and content; how slowly they are sent; and lost connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.client import responses
from json import dumps
from typing import TYPE_CHECKING, NamedTuple, TypedDict, Unpack

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JSON_TYPE = "application/json"

# The `type` of an error by its status; a 400 has sixteen, of which this is the general one.
_ERROR_TYPES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    413: "request_entity_too_large",
    429: "too_many_requests",
    500: "internal_error",
    503: "service_unavailable",
}


class Answer(NamedTuple):
    """An HTTP response: a status, header fields in order, and the whole content."""

    status: int
    """The HTTP status."""
    headers: list[tuple[str, str]]
    """Names and values, in order."""
    content: bytes
    """The whole body."""


class AnswerOptions(TypedDict, total=False):
    """What an answer has besides its status; `Fault.answer` describes each."""

    json: object
    html: str | None
    content: bytes | None
    details: Mapping[str, object] | None
    headers: Mapping[str, str] | None
    retry_after: float | str | None
    after_processing: bool


def make_answer(status: int, **options: Unpack[AnswerOptions]) -> Answer:
    """Build an answer as `Fault.answer` describes it; raises ValueError where two bodies are given."""
    html, content, details = options.get("html"), options.get("content"), options.get("details")
    if ("json" in options) + (html is not None) + (content is not None) + (details is not None) > 1:
        raise ValueError("give only one of json, html, content and details")
    if details is not None and status < 400:
        raise ValueError("details need an error status: 400 or more")
    retry_after, headers = options.get("retry_after"), options.get("headers") or {}
    media_type = JSON_TYPE
    if html is not None:
        media_type, content = "text/html; charset=utf-8", html.encode()
    elif "json" in options:
        content = dumps(options["json"]).encode()
    elif content is None and status >= 400:
        content = dumps({**_usual_error(status, retry_after), **(details or {})}).encode()
    usual = {"Content-Type": media_type} if content else {}
    if retry_after is not None:
        usual["Retry-After"] = str(retry_after)
    given = {name.lower() for name in headers}
    fields = [(name, value) for name, value in usual.items() if name.lower() not in given]
    return with_length(Answer(status, [*fields, *headers.items()], content or b""))


def with_length(answer: Answer) -> Answer:
    """Add the length of an answer's content, unless it is framed in another way or its status has no content."""
    framing = {"content-length", "transfer-encoding"}
    # RFC 9110 section 8.6: a 204 has no Content-Length, and neither has a 304 that stands for no content.
    if answer.status in {204, 304} or any(name.lower() in framing for name, _ in answer.headers):
        return answer
    return answer._replace(headers=[*answer.headers, ("Content-Length", str(len(answer.content)))])


def _usual_error(status: int, retry_after: int | float | str | None) -> dict[str, object]:
    """Give the body that the API has for a status; without a `type` where the API has none."""
    body: dict[str, object] = {"type": _ERROR_TYPES[status]} if status in _ERROR_TYPES else {}
    body["message"] = responses.get(status, "error")
    if status == 413:
        body["max_bytes"] = 1_048_576
    # The reference page: an int64, and on 429 only. A decimal or a date stays in the header.
    if status == 429 and isinstance(retry_after, int):
        body["retry_after"] = retry_after
    if status == 500:
        body["reference_id"] = "fake-reference-1"
    return body


@dataclass
class Reply:
    """An answer on its way out; it is slow where it has a `chunk_size`, and cut where it has a `keep`.

    :ivar before: real seconds before its first byte; `between`: before each further chunk of its content.
    :ivar keep: how many bytes of the content go out before the connection is lost.
    :ivar sent: how many have gone out; kept up to date by whoever sends it.
    :ivar remarks: what the journal says of the request; how a slow or cut reply ended is added at its end.
    """

    answer: Answer
    before: float = 0.0
    between: float = 0.0
    chunk_size: int | None = None
    keep: int | None = None
    sent: int = 0
    remarks: list[str] = field(default_factory=list[str])
    _is_over: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it goes out whole and at once."""
        return self.chunk_size is None and self.keep is None

    def chunks(self) -> Iterator[tuple[float, bytes]]:
        """Give the pieces that go out, each with the seconds to wait before it."""
        content = self.answer.content[: self.keep]
        size = self.chunk_size or len(content) or 1
        for start in range(0, len(content), size):
            yield (self.between if start else 0.0), content[start : start + size]

    @property
    def progress(self) -> str:
        """How much of the content has gone out."""
        return f"after {self.sent} of {len(self.answer.content)} bytes"

    def finish(self) -> bool:
        """Note that all has gone out that was to go out; tells whether that is the whole answer."""
        self.ended("arrived whole" if self.keep is None else f"cut {self.progress}")
        return self.keep is None

    def ended(self, how: str) -> None:
        """Note how it ended; what is noted first counts."""
        if not (self._is_over or self.is_plain):
            self._is_over = True
            self.remarks.append(how)


@dataclass(frozen=True)
class LostConnection:
    """No answer.

    :ivar error: what a caller in memory gets.
    :ivar is_reset: whether a caller over HTTP gets a reset (RST) in place of an orderly end (FIN).
    """

    error: type[httpx.TransportError]
    is_reset: bool = False

    @property
    def never_sent(self) -> bool:
        """Whether the caller in memory fails before the first byte of its request is out."""
        return issubclass(self.error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))

    @property
    def message(self) -> str:
        """The text of the exception that a client in memory gets."""
        return f"the connection was {'reset' if self.is_reset else 'lost'}, as scripted"
