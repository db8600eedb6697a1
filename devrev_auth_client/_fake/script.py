"""What `FakeDevRev` was told to do in place of answering by itself."""

from __future__ import annotations

from dataclasses import dataclass
from json import dumps
from typing import TYPE_CHECKING

import httpx

from .answers import JSON_TYPE, Answer, answer, error_body

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING: object = object()
"""Marks that no JSON was given, since `None` is the JSON null."""


@dataclass(frozen=True)
class ScriptedAnswer:
    """Answer like this, after carrying the request out or in place of it."""

    answer: Answer
    after_processing: bool


@dataclass(frozen=True)
class LostConnection:
    """Lose the connection; `error` is what a caller in memory gets."""

    error: type[httpx.TransportError]
    after_processing: bool

    @property
    def never_sent(self) -> bool:
        """Whether the caller fails before the first byte of its request is out."""
        return issubclass(self.error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))


Step = ScriptedAnswer | LostConnection


def lost_connection(after_processing: bool, error: type[httpx.TransportError] | None) -> LostConnection:
    """Script a lost connection; raises ValueError where a request that was never sent shall be carried out."""
    lost = LostConnection(error or (httpx.ReadError if after_processing else httpx.ConnectError), after_processing)
    if after_processing and lost.never_sent:
        raise ValueError(f"{lost.error.__name__} means that the request was never sent: it cannot be carried out")
    return lost


def scripted_answer(
    status: int,
    *,
    json: object,
    html: str | None,
    content: bytes | None,
    headers: Mapping[str, str] | None,
    retry_after: int | float | str | None,
) -> Answer:
    """Build a scripted answer; raises ValueError where two bodies are given."""
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
