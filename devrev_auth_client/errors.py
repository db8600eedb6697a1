"""Every error this package raises, under one base.

    DevRevAuthError
    |- ConfigurationError (ValueError)      an argument, the environment or a token callable is wrong
    |- TransportError                       no usable response: refused, reset, TLS
    |  `- AttemptTimeoutError (TimeoutError)  one attempt's timeout ran out
    |- TotalTimeoutError (TimeoutError)     total_timeout ran out
    |- InvalidResponseError                 an answer that breaks the API's description
    |- APIError                             the API refused
    |  |- BadRequestError           400
    |  |- UnauthenticatedError      401
    |  |- ForbiddenError            403
    |  |- NotFoundError             404
    |  |- TooManyRequestsError      429
    |  |- InternalServerError       500
    |  |- ServiceUnavailableError   503
    |  `- UnexpectedStatusError     any other
    `- RevocationUnconfirmedError           a revocation may or may not have happened

All of them pickle and copy. None holds a token: not in its text, arguments, notes, `__cause__` or `__context__`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypedDict, Unpack

import attrs

from ._httpx import httpx

__all__ = [
    "APIError",
    "Attempt",
    "AttemptTimeoutError",
    "BadRequestError",
    "ConfigurationError",
    "DevRevAuthError",
    "ErrorModel",
    "ForbiddenError",
    "InternalServerError",
    "InvalidResponseError",
    "NotFoundError",
    "RateLimit",
    "RevocationUnconfirmedError",
    "ServiceUnavailableError",
    "TooManyRequestsError",
    "TotalTimeoutError",
    "TransportError",
    "UnauthenticatedError",
    "UnexpectedStatusError",
]


@attrs.frozen
class RateLimit:
    """The caller's quota, as the `X-Ratelimit-*` headers of an answer told it.

    A field the answer did not carry (or garbled) is `None`.
    """

    limit: int | None
    """`X-Ratelimit-Limit`: requests allowed in one window (five minutes at DevRev)."""
    remaining: int | None
    """`X-Ratelimit-Remaining`: requests left in the current window."""
    reset_at: datetime | None
    """`X-Ratelimit-Reset`: when the window ends, an aware UTC datetime by the server's clock."""


@attrs.frozen
class Attempt:
    """What one attempt of a call met. Either `status_code` or `failure` is set."""

    status_code: int | None
    """The status of the answer, or `None` where none arrived."""
    failure: str | None
    """What went wrong where no usable answer arrived, in a few words."""
    waited: float
    """Seconds this attempt spent waiting (backoff, cool-down, free connection) before it was sent or given up."""


class ErrorModel(Protocol):
    """What the generated models of error bodies have in common."""

    additional_properties: dict[str, Any]
    """Fields of the body that the API's description does not know, by name."""

    def to_dict(self) -> dict[str, Any]:
        """Return the body as it was on the wire."""
        ...


class DevRevAuthError(Exception):
    """The base of every error of this package.

    Args:
        text: what the error says.
        attempts: see below.
    """

    attempts: tuple[Attempt, ...]
    """What each attempt of the call met, in order; empty where nothing was tried."""
    operation: str | None = None
    """The operation that was called, such as `"auth_tokens_get"`; `None` where the error is not of a call."""
    token_id: str | None = None
    """The id that `get_auth_token` was called with; `None` for other calls."""

    def __init__(self, text: str = "", /, *, attempts: tuple[Attempt, ...] = ()) -> None:
        super().__init__(text)
        self.attempts = attempts


class ConfigurationError(DevRevAuthError, ValueError):
    """An argument, an environment variable or what a token callable returned is wrong; also a closed client.

    Arguments are checked before any I/O. The text says what to do and never repeats the value.
    """


class TransportError(DevRevAuthError):
    """No usable response arrived: connection refused or lost, TLS refused, or an attempt's `timeout` ran out."""


class AttemptTimeoutError(TransportError, TimeoutError):
    """The last attempt had no response within `timeout`."""


class TotalTimeoutError(DevRevAuthError, TimeoutError):
    """`total_timeout` ran out before an answer was there."""


class InvalidResponseError(DevRevAuthError):
    """An answer arrived that breaks the API's description.

    Not JSON, the wrong shape, a redirect, or larger than 1 MiB.
    """

    status_code: int | None
    """The status of the answer, where one was read."""

    def __init__(
        self, text: str = "", /, *, status_code: int | None = None, attempts: tuple[Attempt, ...] = ()
    ) -> None:
        super().__init__(text, attempts=attempts)
        self.status_code = status_code


class APIErrorFields(TypedDict, total=False):
    """What every `APIError` can be made with; each has a neutral default."""

    status_code: int
    type: str | None
    message: str | None
    detail: str | None
    headers: Mapping[str, str]
    error: ErrorModel | None
    attempts: tuple[Attempt, ...]


class APIError(DevRevAuthError):
    """The API answered with an error status.

    A field the answer did not carry is `None`: edge proxies answer without a body of the API's own.

    Args:
        text: what the error says.
        fields: what is below, by name.
    """

    status_code: int
    """The HTTP status."""
    type: str | None
    """The machine-readable `type` of the body, such as `"invalid_field"`; unknown ones arrive as they are."""
    message: str | None
    """The human-readable `message` of the body."""
    detail: str | None
    """The `detail` of the body."""
    headers: httpx.Headers
    """The headers of the answer, case-insensitive."""
    error: ErrorModel | None
    """The body as its generated model, where it is one; unknown fields are in `additional_properties`."""

    def __init__(self, text: str = "", /, **fields: Unpack[APIErrorFields]) -> None:
        super().__init__(text, attempts=fields.get("attempts", ()))
        self.status_code = fields.get("status_code", 0)
        self.type = fields.get("type")
        self.message = fields.get("message")
        self.detail = fields.get("detail")
        self.headers = httpx.Headers(fields.get("headers"))
        self.error = fields.get("error")


class BadRequestError(APIError):
    """400: the request is malformed; `type` says how, one of sixteen documented values."""

    field_name: str | None
    """The field at fault, as far as the answer names it."""
    existing_parent: str | None
    """For `artifact_already_attached_to_a_parent`: the parent."""
    is_same: bool | None
    """For `artifact_already_attached_to_a_parent`: whether it is the parent that was asked for."""

    def __init__(
        self,
        text: str = "",
        /,
        *,
        field_name: str | None = None,
        existing_parent: str | None = None,
        is_same: bool | None = None,
        **fields: Unpack[APIErrorFields],
    ) -> None:
        super().__init__(text, **fields)
        self.field_name = field_name
        self.existing_parent = existing_parent
        self.is_same = is_same


class UnauthenticatedError(APIError):
    """401: the token is unknown, expired or revoked."""


class ForbiddenError(APIError):
    """403: the token may not do this."""


class NotFoundError(APIError):
    """404: no such token in this Dev organization, or a wrong path (then without `type`)."""


class TooManyRequestsError(APIError):
    """429: the user's rate limit is used up, and waiting for it does not fit into the time this call has.

    Also raised, without a request, for a caller whom the shared cool-down could not let through in time; it then
    carries the headers of the answer that began the cool-down.
    """

    retry_after: float | None
    """Seconds until the server wants to be asked again, or `None` where it named no time."""
    rate_limit: RateLimit | None
    """The quota as that answer told it."""

    def __init__(
        self,
        text: str = "",
        /,
        *,
        retry_after: float | None = None,
        rate_limit: RateLimit | None = None,
        **fields: Unpack[APIErrorFields],
    ) -> None:
        super().__init__(text, **fields)
        self.retry_after = retry_after
        self.rate_limit = rate_limit


class InternalServerError(APIError):
    """500: something failed at DevRev."""

    reference_id: str | None
    """What DevRev's support asks for."""

    def __init__(self, text: str = "", /, *, reference_id: str | None = None, **fields: Unpack[APIErrorFields]) -> None:
        super().__init__(text, **fields)
        self.reference_id = reference_id


class ServiceUnavailableError(APIError):
    """503: DevRev is temporarily unavailable."""

    retry_after: float | None
    """Seconds until the server wants to be asked again, or `None` where it named no time."""

    def __init__(
        self, text: str = "", /, *, retry_after: float | None = None, **fields: Unpack[APIErrorFields]
    ) -> None:
        super().__init__(text, **fields)
        self.retry_after = retry_after


class UnexpectedStatusError(APIError):
    """Any other error status, such as a 502 of an edge proxy."""


class RevocationUnconfirmedError(DevRevAuthError):
    """A revocation was sent and no proof of its success or failure came back: it may or may not have happened.

    Check with `get_auth_token`, or revoke again: revoking twice does no harm.
    """

    likely_revoked: bool
    """True where a repetition met 401 or 404: the token in use may itself have been revoked by the first try."""

    def __init__(self, text: str = "", /, *, likely_revoked: bool = False, attempts: tuple[Attempt, ...] = ()) -> None:
        super().__init__(text, attempts=attempts)
        self.likely_revoked = likely_revoked
