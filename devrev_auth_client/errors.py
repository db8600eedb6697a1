"""All errors of this package, under one base class.

    DevRevAuthError
    |- ConfigurationError (ValueError)      an argument, the environment or a token callable is wrong
    |- TransportError                       no usable response: refused, reset, TLS
    |  `- AttemptTimeoutError (TimeoutError)  the last attempt took longer than timeout
    |- TotalTimeoutError (TimeoutError)     the call took longer than total_timeout
    |- InvalidResponseError                 a response that does not match the API's description
    |- APIError                             a response with an error status
    |  |- BadRequestError           400
    |  |- UnauthenticatedError      401
    |  |- ForbiddenError            403
    |  |- NotFoundError             404
    |  |- TooManyRequestsError      429
    |  |- InternalServerError       500
    |  |- ServiceUnavailableError   503
    |  `- UnexpectedStatusError     any other
    `- RevocationUnconfirmedError           a revocation may or may not have happened

You can pickle and copy all of them. None includes a token: not in its text, arguments, notes, `__cause__` or
`__context__`.
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

    A field that is missing or unreadable is `None`.
    """

    limit: int | None
    """`X-Ratelimit-Limit`: requests allowed in one window (five minutes at DevRev)."""
    remaining: int | None
    """`X-Ratelimit-Remaining`: requests left in the current window."""
    reset_at: datetime | None
    """`X-Ratelimit-Reset`: when the window ends, by the server's clock: an aware UTC datetime."""


@attrs.frozen
class Attempt:
    """What happened in one attempt of a call. Either `status_code` or `failure` is set."""

    status_code: int | None
    """The status of the response; `None` if none arrived."""
    failure: str | None
    """A short description of what went wrong, if no usable response arrived."""
    waited: float
    """Seconds of waiting before this attempt was sent or given up: backoff, rate limit, `max_connections`."""


class ErrorModel(Protocol):
    """The interface that all generated models of error bodies share."""

    additional_properties: dict[str, Any]
    """Fields that the API's description does not have, by name."""

    def to_dict(self) -> dict[str, Any]:
        """Return the body as it was on the wire."""
        ...


class DevRevAuthError(Exception):
    """The base class of all errors of this package.

    Args:
        text: the message.
        attempts: see below.
    """

    attempts: tuple[Attempt, ...]
    """The attempts of the call, in order; empty if there were none."""
    operation: str | None
    """The operation that was called, such as `"auth_tokens_get"`; `None` if the error is not about a call."""
    token_id: str | None
    """The id that `get_auth_token` was called with; `None` for other calls."""

    def __init__(self, text: str = "", /, *, attempts: tuple[Attempt, ...] = ()) -> None:
        super().__init__(text)
        self.attempts = attempts
        self.operation = self.token_id = None


class ConfigurationError(DevRevAuthError, ValueError):
    """An argument, an environment variable or the result of a token callable is wrong, or the client is closed.

    Arguments are checked before anything is sent. The message says what to do and never includes the value.
    """


class TransportError(DevRevAuthError):
    """No usable response arrived: the connection or TLS was refused, the connection was lost, or `timeout` ran out."""


class AttemptTimeoutError(TransportError, TimeoutError):
    """The last attempt took longer than `timeout`."""


class TotalTimeoutError(DevRevAuthError, TimeoutError):
    """The call took longer than `total_timeout`."""


class InvalidResponseError(DevRevAuthError):
    """A response arrived that does not match the API's description.

    It is not JSON, has the wrong shape, is a redirect, or is larger than `max_response_size`.
    """

    status_code: int | None
    """The status of the response; `None` if it could not be read."""

    def __init__(
        self, text: str = "", /, *, status_code: int | None = None, attempts: tuple[Attempt, ...] = ()
    ) -> None:
        super().__init__(text, attempts=attempts)
        self.status_code = status_code


class APIErrorFields(TypedDict, total=False):
    """The arguments of every `APIError`; all are optional."""

    status_code: int
    type: str | None
    message: str | None
    detail: str | None
    headers: Mapping[str, str]
    error: ErrorModel | None
    attempts: tuple[Attempt, ...]


class APIError(DevRevAuthError):
    """A response with an error status.

    A field that the response lacks is `None`. A response from a proxy has no API body, so most are.

    Args:
        text: the message.
        fields: the attributes below, by name.
    """

    status_code: int
    """The HTTP status."""
    type: str | None
    """The machine-readable `type` of the body, such as `"invalid_field"`; unknown values are kept as they are."""
    message: str | None
    """The human-readable `message` of the body."""
    detail: str | None
    """The `detail` of the body."""
    headers: httpx.Headers
    """The headers of the response, case-insensitive."""
    error: ErrorModel | None
    """The body as a generated model; unknown fields are in its `additional_properties`. `None` if it is not JSON."""

    def __init__(self, text: str = "", /, **fields: Unpack[APIErrorFields]) -> None:
        super().__init__(text, attempts=fields.get("attempts", ()))
        self.status_code = fields.get("status_code", 0)
        self.type = fields.get("type")
        self.message = fields.get("message")
        self.detail = fields.get("detail")
        self.headers = httpx.Headers(fields.get("headers"))
        self.error = fields.get("error")


class BadRequestError(APIError):
    """400: the request is malformed. `type` says how; sixteen values are documented."""

    field_name: str | None
    """The wrong field, if the response names it."""
    existing_parent: str | None
    """For `artifact_already_attached_to_a_parent`: the parent."""
    is_same: bool | None
    """For `artifact_already_attached_to_a_parent`: whether it is the requested parent."""

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
    """404: there is no such token in this Dev organization, or the path is wrong (then `type` is `None`)."""


class TooManyRequestsError(APIError):
    """429: the user's rate limit is used up, and the wait is longer than the call may take.

    After another call's 429, all calls of the client wait. A call that cannot wait that long raises this error without
    sending a request. Its headers are those of the response that started the wait.
    """

    retry_after: float | None
    """Seconds to wait before the next request; `None` if the server gave no time."""
    rate_limit: RateLimit | None
    """The quota in the headers of the response."""

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
    """The reference to give to DevRev's support."""

    def __init__(self, text: str = "", /, *, reference_id: str | None = None, **fields: Unpack[APIErrorFields]) -> None:
        super().__init__(text, **fields)
        self.reference_id = reference_id


class ServiceUnavailableError(APIError):
    """503: DevRev is temporarily unavailable."""

    retry_after: float | None
    """Seconds to wait before the next request; `None` if the server gave no time."""

    def __init__(
        self, text: str = "", /, *, retry_after: float | None = None, **fields: Unpack[APIErrorFields]
    ) -> None:
        super().__init__(text, **fields)
        self.retry_after = retry_after


class UnexpectedStatusError(APIError):
    """Any other error status, such as a 502 from a proxy."""


class RevocationUnconfirmedError(DevRevAuthError):
    """A revocation may or may not have happened; raised when retries leave the outcome unknown.

    Check with `get_auth_token`, or revoke again. Revoking twice does no harm.
    """

    likely_revoked: bool
    """Whether a retry showed that the token in use no longer works, most likely because it was revoked.

    True after a 401 with the type `unauthenticated` or no type, or a 404 with the type `not_found`.
    """

    def __init__(self, text: str = "", /, *, likely_revoked: bool = False, attempts: tuple[Attempt, ...] = ()) -> None:
        super().__init__(text, attempts=attempts)
        self.likely_revoked = likely_revoked
