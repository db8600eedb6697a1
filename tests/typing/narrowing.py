"""How types narrow in what users write: missing fields, enums, errors. For type checkers alone; see `api.py`."""

from datetime import UTC, datetime
from typing import Any, Literal, assert_type

from devrev_auth_client import (
    UNSET,
    APIError,
    AuthToken,
    ConfigurationError,
    DevRevAuthError,
    InternalServerError,
    InvalidResponseError,
    RateLimit,
    RevocationUnconfirmedError,
    ServiceUnavailableError,
    TokenClaims,
    TokenStatus,
    TokenType,
    TooManyRequestsError,
    TotalTimeoutError,
    TransportError,
    Unset,
    UserState,
    UserSummary,
    UserType,
)


def a_missing_field(token: AuthToken) -> datetime | None:
    assert_type(token.id, str)
    assert_type(token.additional_properties, dict[str, Any])
    assert_type(token.scopes or [], list[str])
    assert_type(token.expires_at, datetime | Unset)
    if token.expires_at:
        assert_type(token.expires_at, datetime)
    if token.created_by and token.created_by.display_picture and token.created_by.display_picture.file:
        assert_type(token.created_by, UserSummary)
        assert_type(token.created_by.type_, UserType)
        assert_type(token.created_by.state, UserState | Unset)
        assert_type(token.created_by.display_picture.file.size, int | Unset)
    if not isinstance(token.requested_token_type, Unset):
        assert_type(token.requested_token_type, TokenType)
        assert_type(token.requested_token_type.is_known, bool)
    match token.expires_at:
        case Unset():
            assert_type(token.expires_at, Unset)
            return None
        case expires_at:
            return assert_type(expires_at, datetime)


def what_does_not_narrow(token: AuthToken) -> None:
    # Checkers compare with None and enum members by identity, and with nothing else: ask `if token.subject`.
    if token.subject is not UNSET:
        token.subject.upper()  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    # UNSET is not None.
    if token.subject is None:  # pyright: ignore[reportUnnecessaryComparison]
        print(token.subject)  # type: ignore[unreachable]
    # The API has no such field.
    token.secret  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    # A datetime or UNSET has no order.
    _ = token.expires_at < datetime.now(UTC)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnknownVariableType]


def enums_compared(token: AuthToken, user: UserSummary, token_type: TokenType) -> None:
    assert_type(token.status == TokenStatus.ACTIVE, bool)
    assert_type(user.type_ == UserType.DEV_USER, bool)
    assert_type("urn:devrev:params:oauth:token-type:pat" in TokenType, bool)
    assert_type(TokenType("urn:devrev:params:oauth:token-type:new"), TokenType)
    wire: str = token_type
    print(wire == token_type)

    # Two enums, or an enum and an id, have nothing in common.
    print(user.type_ == TokenStatus.ACTIVE)  # type: ignore[comparison-overlap]  # pyright: ignore[reportUnnecessaryComparison]
    TokenType.NEW  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    print(TokenType.PAT == "pat")  # type: ignore[comparison-overlap]  # pyright: ignore[reportUnnecessaryComparison]


def enums_matched(token: AuthToken, status: TokenStatus) -> str:
    match token.status:
        case TokenStatus.ACTIVE:
            return assert_type(token.status, Literal[TokenStatus.ACTIVE]).name
        case Unset():
            return "not told"
        case other:
            print(other.is_known)
    match status:
        case TokenStatus.ACTIVE:
            return "works"
        case TokenStatus.EXPIRED | TokenStatus.REVOKED as over:
            return assert_type(over, Literal[TokenStatus.EXPIRED, TokenStatus.REVOKED]).name
        case _:
            # A status that the server added comes here. Checkers take an enum for closed, and so this for unreachable.
            return status  # type: ignore[unreachable]


def errors_matched(error: DevRevAuthError) -> float | None:
    match error:
        case TooManyRequestsError(retry_after=float(seconds)):
            return assert_type(seconds, float)
        case TooManyRequestsError(rate_limit=RateLimit(remaining=left)):
            return assert_type(left, int | None)
        case ServiceUnavailableError() | TooManyRequestsError():
            return assert_type(error.retry_after, float | None)
        case InternalServerError(reference_id=str(reference)):
            print(assert_type(reference, str))
        case APIError(status_code=status) if status >= 500:
            assert_type(status, int)
        case APIError(type="invalid_field"):
            assert_type(error, APIError)
        case RevocationUnconfirmedError(likely_revoked=likely):
            assert_type(likely, bool)
        case TotalTimeoutError() | TransportError() | InvalidResponseError():
            assert_type(error, TotalTimeoutError | TransportError | InvalidResponseError)
        case _:
            assert_type(error, DevRevAuthError)
    return None


def errors_refused(error: APIError) -> None:
    # What only a 429 has.
    error.rate_limit  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    # A text is positional: `message` is a field of the answer.
    ConfigurationError(text="text")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def claims_of_a_token(now: datetime) -> None:
    claims = TokenClaims.from_token("token")
    assert_type(claims.claims["email"], Any)
    assert_type(claims.is_expired(now), bool)

    # A claim is perhaps missing.
    claims.expires_at.timestamp()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    # Claims are read-only, and made from a token.
    claims.token_id = "id"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    TokenClaims("token")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    TokenClaims.from_token(b"token")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
