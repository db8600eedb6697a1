"""What `FakeDevRev` answers with: status, headers and content, and the error bodies of the API."""

from __future__ import annotations

from http.client import responses
from json import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_TYPE = "application/json"

# The `type` of an error by its status; a 400 has sixteen, of which this is the general one.
_ERROR_TYPE = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    429: "too_many_requests",
    500: "internal_error",
    503: "service_unavailable",
}


class Answer(NamedTuple):
    """An HTTP response: a status, header fields in order, and the whole content."""

    status: int
    headers: list[tuple[str, str]]
    content: bytes


def answer(status: int, headers: Mapping[str, str] | None = None, content: bytes = b"") -> Answer:
    """Build an answer; its Content-Length is added unless the headers bring their own framing."""
    fields = list((headers or {}).items())
    framing = {"content-length", "transfer-encoding"}
    # RFC 9110 section 8.6: a 204 has no Content-Length, and neither has a 304 that stands for no content.
    if status not in {204, 304} and not any(name.lower() in framing for name, _ in fields):
        fields.append(("Content-Length", str(len(content))))
    return Answer(status, fields, content)


def json_answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Build an answer with a JSON body."""
    return answer(status, {"Content-Type": JSON_TYPE, **(headers or {})}, dumps(body).encode())


def error_body(status: int, message: str | None = None, **details: object) -> dict[str, Any]:
    """Give an error's body with the `type` of its status, or without one where the API has none for it.

    `details` are further members of the body; a `type` among them stands in place of the usual one.
    """
    type_ = _ERROR_TYPE.get(status)
    return {**({"type": type_} if type_ else {}), "message": message or responses.get(status, "error"), **details}


def error_answer(status: int, message: str | None = None, **details: object) -> Answer:
    """Build an error answer; see `error_body`."""
    return json_answer(status, error_body(status, message, **details))


def too_many_requests(retry_after: int) -> Answer:
    """Build a 429 that says in its header and in its body after how many seconds to come again."""
    body = error_body(429, "too many requests", retry_after=retry_after)
    return json_answer(429, body, {"Retry-After": str(retry_after)})
