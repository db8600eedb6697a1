"""Options of clients and calls, checked before any I/O. No message includes a value, which may be a secret."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from enum import Enum
from typing import cast

import attrs

from ._credentials import Secret
from ._httpx import httpx
from ._version import __version__
from .errors import ConfigurationError
from .retry import RetryPolicy


class NotGiven(Enum):
    """The type of `NOT_GIVEN`: an argument that was left out, where `None` has a meaning of its own."""

    NOT_GIVEN = "NOT_GIVEN"


NOT_GIVEN = NotGiven.NOT_GIVEN

_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 section 5.1: a token
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?|")  # RFC 9110 section 5.5, its ASCII part

# The client's own: the token's place, and what frames the message.
_OWN_HEADERS = {"authorization", "connection", "content-length", "host", "transfer-encoding", "upgrade"}


@attrs.frozen
class Options:
    """What `with_options` can change."""

    timeout: float | httpx.Timeout | None
    total_timeout: float | None
    retry: RetryPolicy
    headers: dict[str, str] = attrs.field(repr=False)
    """Sent with every request, unless the operation has the same."""
    _known: dict[tuple[object, int], tuple[Secret, httpx.Headers]] = attrs.field(
        factory=dict[tuple[object, int], tuple[Secret, httpx.Headers]], init=False, repr=False, eq=False
    )

    def timeouts(
        self, timeout: float | httpx.Timeout | NotGiven | None, total_timeout: float | NotGiven | None
    ) -> tuple[float | httpx.Timeout | None, float | None]:
        """Return these timeouts, replaced by the given ones."""
        return (
            self.timeout if timeout is NOT_GIVEN else checked_timeout(timeout),
            self.total_timeout if total_timeout is NOT_GIVEN else checked_total_timeout(total_timeout),
        )

    def request_headers(
        self, host: bytes, of_operation: tuple[tuple[str, str], ...], length: int, token: Secret
    ) -> httpx.Headers:
        """Return a request's headers. They are cached, because making them is slow and they rarely change."""
        known = self._known.get((of_operation, length))
        if known is not None and known[0] == token:
            return known[1]
        names = {name.lower() for name, _ in of_operation}
        ours = [(name, value) for name, value in self.headers.items() if name.lower() not in names]
        headers = httpx.Headers(
            [
                (b"Host", host),
                *((name.encode(), value.encode()) for name, value in [*ours, *of_operation]),
                (b"Content-Length", b"%d" % length),
                (b"Authorization", token.authorization()),
            ]
        )
        if len(self._known) < 100:  # an operation's headers may have an argument in them
            self._known[of_operation, length] = (token, headers)
        return headers


def checked_options(
    timeout: float | httpx.Timeout | None,
    total_timeout: float | None,
    retry: RetryPolicy,
    api_version: str | None,
    headers: Mapping[str, str] | None,
) -> Options:
    """Return the options of a new client."""
    plain = {
        "Accept": "application/json",
        # Compressed responses would have to be bounded twice, and these are small.
        "Accept-Encoding": "identity",
        "User-Agent": f"devrev-auth-client/{__version__}",
    }
    return Options(
        checked_timeout(timeout),
        checked_total_timeout(total_timeout),
        checked_retry(retry),
        merged_headers(plain, api_version, headers),
    )


def checked_timeout(timeout: object) -> float | httpx.Timeout | None:
    """Return the limit of one attempt."""
    if timeout is None:
        return None
    if isinstance(timeout, httpx.Timeout):
        for phase, seconds in timeout.as_dict().items():
            if seconds is not None:
                _positive_seconds(seconds, f"timeout: the {phase} of an httpx.Timeout must be positive seconds or None")
        return timeout
    return _positive_seconds(
        timeout, "timeout must be a positive number of seconds, an httpx.Timeout, or None for no limit"
    )


def checked_total_timeout(total_timeout: object) -> float | None:
    """Return the limit of a whole call."""
    if total_timeout is None:
        return None
    return _positive_seconds(total_timeout, "total_timeout must be a positive number of seconds, or None for no limit")


def checked_retry(retry: object) -> RetryPolicy:
    """Return the retry policy."""
    if not isinstance(retry, RetryPolicy):
        raise ConfigurationError("retry must be a RetryPolicy; RetryPolicy(max_attempts=1) turns retries off")
    return retry


def checked_count(value: object, name: str) -> int:
    """Return a number of calls or bytes."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{name} must be a whole number of at least 1")
    return value


def merged_headers(
    present: Mapping[str, str], api_version: str | None, headers: Mapping[str, str] | None
) -> dict[str, str]:
    """Return the `present` headers with the given ones added, or replacing those of the same name in any case."""
    if headers is not None and not isinstance(cast(object, headers), Mapping):
        raise ConfigurationError("headers must be a mapping of names to values, such as a dict")
    given = dict(headers or {})
    if api_version is not None:
        given["X-Devrev-Version"] = api_version
    merged = dict(present)
    for name, value in given.items():
        _check_header(name, value)
        for same in [known for known in merged if known.lower() == name.lower()]:
            del merged[same]
        merged[name] = value
    return merged


def _check_header(name: object, value: object) -> None:
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
        raise ConfigurationError("headers: a name is not a valid header name")
    if name.lower() in _OWN_HEADERS:
        raise ConfigurationError(f"headers may not set {name.title()}; the client sets it itself")
    if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
        raise ConfigurationError(f"the value of the header {name} must be a string of visible ASCII characters")


def _positive_seconds(value: object, rule: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= sys.float_info.max:
        raise ConfigurationError(rule)
    return float(value)
