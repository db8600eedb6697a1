"""Each error status raises its class, with all the fields that the answer carried."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from devrev_auth_client import (
    APIError,
    Attempt,
    BadRequestError,
    ForbiddenError,
    InternalServerError,
    NotFoundError,
    RateLimit,
    RetryPolicy,
    ServiceUnavailableError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnexpectedStatusError,
)
from devrev_auth_client.generated.models import (
    Error,
    ErrorBadRequest,
    ErrorForbidden,
    ErrorInternalServerError,
    ErrorTooManyRequests,
)
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.bodies import ERROR_TYPES, error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get, revoke

ONCE = RetryPolicy(max_attempts=1)

CLASSES: dict[int, tuple[type[APIError], type]] = {
    400: (BadRequestError, ErrorBadRequest),
    401: (UnauthenticatedError, Error),
    403: (ForbiddenError, ErrorForbidden),
    404: (NotFoundError, Error),
    429: (TooManyRequestsError, ErrorTooManyRequests),
    500: (InternalServerError, ErrorInternalServerError),
    503: (ServiceUnavailableError, Error),
}


@pytest.mark.parametrize("status", CLASSES)
async def test_each_status_raises_its_class_with_what_the_body_says(
    make_client: MakeClient, fake: FakeDevRev, status: int
) -> None:
    """Status, type, message, detail, headers, the generated model, and the one attempt that was made."""
    fake.respond_next(status, json=error_body(status), headers={"X-Request-Id": "r-1"})
    with pytest.raises(APIError) as caught:
        await get(make_client(retry=ONCE))
    error = caught.value
    expected, model = CLASSES[status]
    assert type(error) is expected
    assert (error.status_code, error.type) == (status, ERROR_TYPES[status])
    assert (error.message, error.detail) == ("a message", "a detail")
    assert isinstance(error.headers, httpx.Headers)
    assert error.headers["x-request-id"] == "r-1"
    assert type(error.error) is model
    assert error.error is not None
    assert error.error.to_dict() == error_body(status)
    assert error.attempts == (Attempt(status, None, 0.0),)
    assert str(error) == f"auth_tokens_get: {status} {ERROR_TYPES[status]}: a message: a detail"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 503])
async def test_a_refused_revocation_raises_the_same_classes(
    make_client: MakeClient, fake: FakeDevRev, status: int
) -> None:
    """These say that the server did not act, so the revocation did not happen."""
    fake.respond_next(status, json=error_body(status))
    with pytest.raises(CLASSES[status][0], match=r"^auth_tokens_self_delete: "):
        await revoke(make_client(retry=ONCE))


@pytest.mark.parametrize("status", [402, 405, 409, 418, 422, 431, 451, 499, 501, 505, 511, 520, 529, 599])
@both_operations
async def test_a_status_without_a_class_of_its_own_is_unexpected(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, status: int
) -> None:
    """Statuses in no registry, such as 520 of an edge proxy, included; none is repeated."""
    fake.respond_next(status, json={"type": "odd", "message": "a message", "extra": 1})
    with pytest.raises(UnexpectedStatusError) as caught:
        await operation(make_client())
    error = caught.value
    assert (error.status_code, error.type, error.message, error.detail) == (status, "odd", "a message", None)
    assert isinstance(error.error, Error)
    assert error.error.additional_properties == {"extra": 1}
    assert len(fake.requests) == 1


async def test_a_429_carries_the_time_and_the_quota(make_client: MakeClient, fake: FakeDevRev) -> None:
    """`retry_after` in seconds and `rate_limit`, from the headers."""
    quota = {"X-Ratelimit-Limit": "100", "X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "1767268830"}
    fake.respond_next(429, retry_after=30, headers=quota)
    with pytest.raises(TooManyRequestsError) as caught:
        await get(make_client(retry=ONCE))
    assert caught.value.retry_after == 30.0
    reset_at = datetime.fromtimestamp(1_767_268_830, UTC)
    assert caught.value.rate_limit == RateLimit(limit=100, remaining=0, reset_at=reset_at)


async def test_a_429_without_a_time_or_a_quota_carries_none(make_client: MakeClient, fake: FakeDevRev) -> None:
    """`None`, not zero: the server named no time."""
    fake.respond_next(429, json=error_body(429))
    with pytest.raises(TooManyRequestsError) as caught:
        await get(make_client(retry=ONCE))
    assert (caught.value.retry_after, caught.value.rate_limit) == (None, None)


async def test_a_500_carries_the_reference_id(make_client: MakeClient, fake: FakeDevRev) -> None:
    """It is what DevRev's support asks for."""
    fake.respond_next(500, json=error_body(500, reference_id="ref-7"))
    with pytest.raises(InternalServerError) as caught:
        await get(make_client(retry=ONCE))
    assert caught.value.reference_id == "ref-7"


@pytest.mark.parametrize(("retry_after", "expected"), [(None, None), (12, 12.0)])
async def test_a_503_carries_the_time_it_named(
    make_client: MakeClient, fake: FakeDevRev, retry_after: int | None, expected: float | None
) -> None:
    """`retry_after` in seconds, or `None`."""
    fake.respond_next(503, retry_after=retry_after)
    with pytest.raises(ServiceUnavailableError) as caught:
        await get(make_client(retry=ONCE))
    assert caught.value.retry_after == expected


async def test_the_fakes_own_refusals_arrive_as_their_classes(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """No script here: an unknown id is 404, an unknown type is 400, a revoked bearer is 401."""
    client = make_client()
    with pytest.raises(NotFoundError):
        await client.get_auth_token("don:identity:dvrv-us-1:devo/1:token/999")
    with pytest.raises(BadRequestError) as caught:
        await client.revoke_own_auth_tokens("urn:devrev:params:oauth:token-type:none")
    assert caught.value.field_name == "requested_token_type"
    fake.revoke_token(pat.id)
    with pytest.raises(UnauthenticatedError):
        await get(client)
