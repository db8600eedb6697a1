"""What an attempt can end with: an answer that arrived, or a failure to get one."""

from __future__ import annotations

import codecs
import json
from enum import Enum, auto
from typing import Any, NamedTuple

import attrs
import httpx

from . import _rate_headers
from ._credentials import Secret
from ._json import is_json_object, without_nulls
from .errors import DevRevAuthError, RateLimit

_NOT_READ = object()


class Received(NamedTuple):
    """What arrived. A body that cannot be read is no reason to lose the status and the headers."""

    status_code: int
    headers: httpx.Headers
    content: bytes
    unreadable: str | None
    """What is wrong with the body, where it could not be read."""


class Answer:
    """A response that was read to its end, with the token scrubbed out of all of it.

    It stands in for `httpx.Response` where the generated parsers read one: `status_code`, `content`, `text`, `json()`.
    """

    def __init__(self, received: Received, token: Secret, received_at: float, waited: float = 0.0) -> None:
        headers = received.headers
        self.status_code = received.status_code
        self.rate_limit: RateLimit | None = _rate_headers.rate_limit(headers)
        self.headers = token.scrub_headers(headers)
        self.content = token.scrub_bytes(received.content)
        self.unreadable = received.unreadable
        self.waited = waited  # seconds before it was sent
        self._token = token
        self._body: Any = _NOT_READ
        self._received_at = received_at  # Unix time

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 is replaced."""
        return self.content.decode("utf-8", errors="replace")

    @property
    def body(self) -> Any:
        """The body as decoded JSON, fields that are null left out: the description knows absent fields only.

        Raises `ValueError` where it is no JSON and `RecursionError` where it is nested too deeply.
        """
        if self._body is _NOT_READ:
            # JSON is UTF-8 (RFC 8259 section 8.1): UTF-16 would hide a token from the search in the raw bytes.
            body = json.loads(self.content.removeprefix(codecs.BOM_UTF8).decode())
            if b"\\" in self.content:
                body = self._without_escaped_token(body)
            self._body = without_nulls(body) if b"null" in self.content else body
        return self._body

    def _without_escaped_token(self, body: Any) -> Any:
        # An escaped slash or letter hides a token from the search in the raw bytes too.
        scrubbed = self._token.scrub_json(body)
        if scrubbed != body:
            self.content = json.dumps(scrubbed).encode()
        return scrubbed

    def json(self) -> Any:
        """Return the body as the generated parsers ask for it."""
        return self.body

    @property
    def retry_after(self) -> float | None:
        """Seconds the server asks to wait, by header or body, or `None`."""
        return _rate_headers.retry_after(self.headers, self._body_field("retry_after"), self._received_at)

    @property
    def quota_pause(self) -> float:
        """Seconds until a used-up quota is renewed; 0 where requests remain."""
        return _rate_headers.quota_pause(self.rate_limit, self.headers, self._received_at)

    def _body_field(self, name: str) -> object:
        try:
            return self.body.get(name) if is_json_object(self.body) else None
        except (ValueError, RecursionError):
            return None


class Cause(Enum):
    """Why no answer arrived."""

    UNREACHABLE = auto()
    """No connection came about: nothing was sent."""
    REFUSED = auto()
    """TLS or the protocol was refused; trying again would change nothing."""
    TIMED_OUT = auto()
    """One attempt's `timeout` ran out."""
    LOST = auto()
    """The connection broke."""
    OUT_OF_TIME = auto()
    """`total_timeout` ran out."""
    NOT_TRIED = auto()
    """The attempt ended before a connection was asked for, with an error that is final."""
    TOKEN_UNCHANGED = auto()
    """The token callable, asked again after a 401, gave the same token."""


@attrs.define
class Failure:
    """An attempt that got no answer."""

    cause: Cause
    text: str
    """What happened, without any secret."""
    sent: bool = False
    """Whether the request's body had begun to be sent: the server may have acted on it."""
    error: DevRevAuthError | None = None
    """The error to raise, where the cause is `NOT_TRIED`."""
    waited: float = 0.0
    """Seconds the attempt waited before it was sent or given up."""


Outcome = Answer | Failure
