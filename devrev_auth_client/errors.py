"""Every error this package raises, under one base.

    DevRevAuthError
    |- ConfigurationError (ValueError)      an argument, the environment or a token callable is wrong
    |- TransportError                       no usable response: refused, reset, TLS
    |  `- AttemptTimeoutError (TimeoutError)  one attempt's timeout ran out
    |- TotalTimeoutError (TimeoutError)     total_timeout ran out
    |- InvalidResponseError                 a response that breaks the API's description
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
    """The quota in the `X-Ratelimit-*` headers of a response.

    A field that the response lacks, or that cannot be read, is `None`.
    """

    limit: int | None
    """`X-Ratelimit-Limit`: requests allowed in one window (five minutes at DevRev)."""
    remaining: int | None
    """`X-Ratelimit-Remaining`: requests left in the current window."""
    reset_at: datetime | None
    """`X-Ratelimit-Reset`: when the window ends, an aware UTC datetime by the server's clock."""


@attrs.frozen
class Attempt:
    """What happened in one attempt of a call. Either `status_code` or `failure` is set."""

    status_code: int | None
    """The status of the response, or `None` where none arrived."""
    failure: str | None
    """What went wrong where no usable response arrived, in a few words."""
    waited: float
    """Seconds this attempt waited (backoff, rate limit, `max_connections`) before it was sent or given up."""


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
    """The attempts of the call, in order; empty where none was made."""
    operation: str | None
    """The operation that was called, such as `"auth_tokens_get"`; `None` where the error is not of a call."""
    token_id: str | None
    """The id that `get_auth_token` was called with; `None` for other calls."""

    def __init__(self, text: str = "", /, *, attempts: tuple[Attempt, ...] = ()) -> None:
        super().__init__(text)
        self.attempts = attempts
        self.operation = self.token_id = None


class ConfigurationError(DevRevAuthError, ValueError):
    """An argument, an environment variable or what a token callable returned is wrong; also a closed client.

    Arguments are checked before any I/O. The message says what to do and never includes the value.
    """


class TransportError(DevRevAuthError):
    """No usable response arrived: connection refused or lost, TLS refused, or an attempt's `timeout` ran out."""


class AttemptTimeoutError(TransportError, TimeoutError):
    """The last attempt ran out of its `timeout`."""


class TotalTimeoutError(DevRevAuthError, TimeoutError):
    """`total_timeout` ran out before the call was over."""


class InvalidResponseError(DevRevAuthError):
    """A response arrived that breaks the API's description.

    Not JSON, the wrong shape, a redirect, or larger than `max_response_size`.
    """

    status_code: int | None
    """The status of the response, where one was read."""

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
    """A response with an error status.

    A field that the response lacks is `None`: proxies respond without a body of the API's own.

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
    """The headers of the response, case-insensitive."""
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
    """The wrong field, where the response names it."""
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

    Also raised, without a request, where another call's 429 asks all calls of the client to wait for longer than this
    one may. It then carries the headers of the response that began the pause.
    """

    retry_after: float | None
    """Seconds to wait before the next request, or `None` where the server named no time."""
    rate_limit: RateLimit | None
    """The quota in the headers of that response."""

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
    """Seconds to wait before the next request, or `None` where the server named no time."""

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
    """Whether a later attempt shows that the token in use is no longer valid, most likely because it was revoked.

    True after a 401 of type `unauthenticated` or of no type, or a 404 of type `not_found`.
    """

    def __init__(self, text: str = "", /, *, likely_revoked: bool = False, attempts: tuple[Attempt, ...] = ()) -> None:
        super().__init__(text, attempts=attempts)
        self.likely_revoked = likely_revoked
