"""What users write about errors, for type checkers alone; see `api.py`."""

from __future__ import annotations

from typing import assert_type

import httpx

from devrev_auth_client import (
    APIError,
    Attempt,
    BadRequestError,
    ConfigurationError,
    DevRevAuthClient,
    DevRevAuthError,
    InternalServerError,
    InvalidResponseError,
    RateLimit,
    RevocationUnconfirmedError,
    ServiceUnavailableError,
    TokenType,
    TooManyRequestsError,
    TotalTimeoutError,
    errors,
)


def what_is_raised(client: DevRevAuthClient) -> None:
    try:
        client.revoke_own_auth_tokens(TokenType.PAT)
    except BadRequestError as error:
        assert_type(error.field_name, str | None)
        assert_type(error.is_same, bool | None)
    except TooManyRequestsError as error:
        assert_type(error.retry_after, float | None)
        assert_type(error.rate_limit, RateLimit | None)
    except ServiceUnavailableError as error:
        assert_type(error.retry_after, float | None)
    except InternalServerError as error:
        assert_type(error.reference_id, str | None)
    except APIError as error:
        assert_type(error.status_code, int)
        assert_type(error.type, str | None)
        assert_type(error.headers, httpx.Headers)
        assert_type(error.error, errors.ErrorModel | None)
        # What only a 429 has.
        error.rate_limit  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    except RevocationUnconfirmedError as error:
        assert_type(error.likely_revoked, bool)
    except InvalidResponseError as error:
        assert_type(error.status_code, int | None)
    except DevRevAuthError as error:
        assert_type(error.attempts, tuple[Attempt, ...])


def as_builtin_errors() -> None:
    wrong: ValueError = ConfigurationError("text")
    late: TimeoutError = TotalTimeoutError("text")
    print(wrong, late)
    # A text is positional: `message` is a field of the answer.
    ConfigurationError(text="text")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
