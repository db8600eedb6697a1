"""Where the bearer token comes from, and how it stays out of sight.

Inside the client it is a `Secret`. Its bytes are in three more places: the headers of recent requests (`Options`), the
last request of each open connection (`Http11`), and, while one is written, the variables of the functions that write.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from itertools import chain
from typing import Any, NoReturn
from urllib.parse import quote

from ._httpx import httpx
from ._json import is_json_array, is_json_object
from .errors import ConfigurationError

TOKEN_VARIABLE = "DEVREV_TOKEN"  # noqa: S105  # the variable's name, as DevRev documents it
REDACTED = "[redacted]"

_SHORTEST_RECOGNISABLE = 8
"""Characters. DevRev's tokens are hundreds long."""

_RECOGNISED = 16
"""Characters of a token that do not occur by chance: from there on, all that may be of it goes with them."""

# RFC 6750 section 2.1: as it is, percent-encoded, or escaped as in JSON.
_REST = r"(?:[A-Za-z0-9._~+/=-]|%[0-9A-Fa-f]{2}|\\/|\\u[0-9A-Fa-f]{4})*"
_LIKE_A_TOKEN = re.compile(r"\s*(bearer\b|eyj[\w-]*\.)", re.IGNORECASE)  # eyJ: how each JWT begins
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")  # what a bearer token and a header value can hold (RFC 6750 section 2.1)


class Secret:
    """A bearer token that no repr, text, format or pickle shows."""

    __slots__ = ("_beginnings", "_bytes", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._bytes = value.encode("ascii")
        # As it is, as libraries quote what they were sent, and as it is in a URL. A made-up token such as "test" would
        # be found in words that have nothing to do with it.
        begin = value[:_RECOGNISED] if len(value) >= _SHORTEST_RECOGNISABLE else ""
        self._beginnings = {begin, repr(begin)[1:-1], quote(begin, safe="")} - {""}

    def __repr__(self) -> str:
        return "<bearer token, hidden>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a bearer token is not pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    # Equality alone is needed; a hash would be one more trace of the value.
    __hash__ = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]

    def authorization(self) -> bytes:
        """Return the value of the `Authorization` header (RFC 6750 section 2.1)."""
        return b"Bearer " + self._bytes

    def is_in(self, text: str) -> bool:
        """Whether `text` shows the token."""
        return self.scrub_text(text) != text

    def scrub_text(self, text: str) -> str:
        """Return `text` without the token, nor a beginning of it that was cut off behind its first 16 characters."""
        if not any(begin in text for begin in self._beginnings):
            return text
        whole = [self._value, repr(self._value)[1:-1], quote(self._value, safe="")]
        cut = self._beginnings if len(self._value) > _RECOGNISED else set[str]()
        forms = [*map(re.escape, whole), *(re.escape(begin) + _REST for begin in cut)]
        return re.sub("|".join(forms), REDACTED, text)

    def scrub_json(self, value: Any) -> Any:
        """Return decoded JSON without the token, in keys and values at any depth."""
        if isinstance(value, str):
            return self.scrub_text(value)
        if is_json_array(value):
            return [self.scrub_json(item) for item in value]
        if is_json_object(value):
            return {self.scrub_text(name): self.scrub_json(item) for name, item in value.items()}
        return value

    def scrub_bytes(self, content: bytes) -> bytes:
        """Return `content` without the token: servers and debugging proxies echo what they were sent."""
        if not any(begin.encode() in content for begin in self._beginnings):
            return content
        return self.scrub_text(content.decode("latin-1")).encode("latin-1")

    def scrub_headers(self, headers: httpx.Headers) -> httpx.Headers:
        """Return `headers` without the token."""
        shown = b"\n".join(chain.from_iterable(headers.raw))
        if self.scrub_bytes(shown) == shown:
            return headers
        return httpx.Headers([(self.scrub_bytes(name), self.scrub_bytes(content)) for name, content in headers.raw])


def begins_like_token(text: str) -> bool:
    """Whether a text may be a bearer token: as an id it would be sent as it is, and shown wherever ids are."""
    return _LIKE_A_TOKEN.match(text) is not None


def conceal(value: object, origin: str, instead: str = "it must be a token") -> Secret | ConfigurationError:
    """Return the token as a `Secret`, white space around it trimmed, or the error that says what is wrong with it.

    The error is returned, not raised, so that the caller can forget the plain value before it raises: a traceback that
    shows local variables must not show a token that is nearly right. `origin` names where the value came from, and
    `instead` what to do where it is empty.
    """
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        return ConfigurationError(f"{origin} must be a string, not {type(value).__name__}")
    token = value.strip()
    if not token:
        return ConfigurationError(f"{origin} is empty; {instead}")
    if token[:7].lower() == "bearer " or token.lower() == "bearer":
        return ConfigurationError(f"{origin} begins with 'Bearer'; pass the token alone")
    if not _VISIBLE_ASCII.fullmatch(token):
        return ConfigurationError(
            f"{origin} contains white space, a control character or a non-ASCII character; pass the token alone"
        )
    return Secret(token)


TokenSource = Secret | Callable[[], object]
"""A fixed token, or a callable that is asked for one before every attempt."""


def token_source(token: object) -> TokenSource | ConfigurationError:
    """Return where tokens come from: the argument, or the environment variable `DEVREV_TOKEN` where it is `None`.

    Like `conceal`, it returns its error for the caller to raise.
    """
    if callable(token):
        return token
    if token is None:
        token = os.environ.get(TOKEN_VARIABLE)
        if token is None:
            return ConfigurationError(f"no token: pass token=... or set the environment variable {TOKEN_VARIABLE}")
        return conceal(token, f"the environment variable {TOKEN_VARIABLE}")
    return conceal(token, "token", f"pass a token, or leave it out and set {TOKEN_VARIABLE}")


def token_callable_failed(error_type: type[BaseException]) -> ConfigurationError:
    """Return the error for a token callable that raised; its text is dropped, because it may hold a secret."""
    return ConfigurationError(
        f"the token callable raised {error_type.__name__}; its message is hidden, because it may hold a secret; "
        "call it yourself to see the message"
    )
