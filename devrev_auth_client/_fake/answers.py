"""What `FakeDevRev` answers with: status, headers and content, and the error bodies of the API."""

from __future__ import annotations

from http.client import responses
from json import dumps
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_TYPE = "application/json"

NOTHING: object = object()
"""Marks that no JSON was given, since `None` is the JSON null."""

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
    """The HTTP status."""
    headers: list[tuple[str, str]]
    """Names and values, in order."""
    content: bytes
    """All of the body."""


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


def with_content(original: Answer, content: bytes) -> Answer:
    """Give the answer with another content, and with the length of that."""
    kept = {name: value for name, value in original.headers if name.lower() != "content-length"}
    return answer(original.status, kept, content)


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


def scripted_answer(
    status: int,
    *,
    json: object = NOTHING,
    html: str | None = None,
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    retry_after: int | float | str | None = None,
) -> Answer:
    """Build an answer as a test describes it; raises ValueError where two bodies are given."""
    if (json is not NOTHING) + (html is not None) + (content is not None) > 1:
        raise ValueError("give one of json, html and content")
    media_type = JSON_TYPE
    if html is not None:
        media_type, content = "text/html; charset=utf-8", html.encode()
    elif json is not NOTHING:
        content = dumps(json).encode()
    elif content is None and status >= 400:
        content = dumps(_usual_error(status, retry_after)).encode()
    usual = {"Content-Type": media_type} if content else {}
    if retry_after is not None:
        usual["Retry-After"] = str(retry_after)
    given = {name.lower() for name in headers or ()}
    kept = {name: value for name, value in usual.items() if name.lower() not in given}
    return answer(status, {**kept, **(headers or {})}, content or b"")


def _usual_error(status: int, retry_after: int | float | str | None) -> dict[str, object]:
    body = error_body(status)
    # The reference page: an int64, and on 429 only. A decimal or a date stays in the header.
    if status == 429 and isinstance(retry_after, int):
        body["retry_after"] = retry_after
    if status == 500:
        body["reference_id"] = "fake-reference-1"
    return body
