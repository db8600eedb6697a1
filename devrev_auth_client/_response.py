"""A response as the rest of the client sees it: decoded, and with the token scrubbed out."""

from __future__ import annotations

import codecs
import json
from http import HTTPStatus
from typing import Any

from . import _rate_headers
from ._credentials import Secret
from ._json import is_json_object, without_nulls
from ._sending import RawResponse
from .errors import RateLimit

_NOT_READ = object()


class ReceivedResponse:
    """A response that was read to its end, with the token scrubbed out of it.

    It stands in for `httpx.Response` where the generated parsers read one: `status_code`, `content`, `text`, `json()`.
    """

    def __init__(self, raw: RawResponse, token: Secret, received_at: float, waited: float = 0.0) -> None:
        headers = raw.headers
        self.status_code = raw.status_code
        self.rate_limit: RateLimit | None = _rate_headers.rate_limit(headers)
        self.headers = token.scrub_headers(headers)
        self.content = token.scrub_bytes(raw.content)
        self.unreadable = raw.unreadable
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
        """The body as decoded JSON, fields that are null left out: the description has no nullable fields.

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
        return _rate_headers.retry_after(self.headers, self.fields.get("retry_after"), self._received_at)

    @property
    def quota_pause(self) -> float:
        """Seconds until a used-up quota is renewed; 0 where requests remain."""
        return _rate_headers.quota_pause(self.rate_limit, self.headers, self._received_at)

    @property
    def asked_wait(self) -> float | None:
        """Seconds after which an error response wants the request again, or `None` where it names no time.

        A 429 that says when a used-up quota is renewed asks for that, where it is the longer of the two.
        """
        asked = self.retry_after
        pause = self.quota_pause if self.status_code == HTTPStatus.TOO_MANY_REQUESTS else 0.0
        return max(asked or 0.0, pause) if pause else asked

    @property
    def pause(self) -> float:
        """Seconds for which all calls of the client wait: what a 429 asks for, or until a used-up quota is renewed."""
        return (self.asked_wait or 0.0) if self.status_code == HTTPStatus.TOO_MANY_REQUESTS else self.quota_pause

    @property
    def fields(self) -> dict[str, Any]:
        """The members of the body; none where it is no JSON object."""
        try:
            return self.body if is_json_object(self.body) else {}
        except (ValueError, RecursionError):
            return {}
