"""The shared limit: one caller's 429 is everybody's, and a used-up quota is known before it is hit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from devrev_auth_client import AsyncDevRevAuthClient, RateLimit, RetryPolicy, TooManyRequestsError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import Backend
from tests.behaviour.bodies import error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, get, revoke
from tests.behaviour.virtual_time import NOON, VirtualTime, http_date

ONCE = RetryPolicy(max_attempts=1)


def quota(remaining: object, *, resets_in: float = 60, **headers: str) -> dict[str, str]:
    """Give the headers of an answer that tells its caller's quota."""
    return {
        "X-Ratelimit-Limit": "100",
        "X-Ratelimit-Remaining": str(remaining),
        "X-Ratelimit-Reset": str(int(NOON + resets_in)),
        **headers,
    }


def instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(NOON + seconds, UTC)


async def refused(client: AsyncDevRevAuthClient) -> TooManyRequestsError:
    """Make a call that the limit refuses."""
    with pytest.raises(TooManyRequestsError) as caught:
        await get(client)
    return caught.value


async def test_rate_limit_is_none_until_an_answer_tells_it(make_client: MakeClient) -> None:
    """Not every answer carries the headers."""
    client = make_client()
    assert client.rate_limit is None
    await get(client)
    assert client.rate_limit is None


@pytest.mark.parametrize("status", [200, 404])
async def test_rate_limit_is_what_the_last_answer_told(make_client: MakeClient, fake: FakeDevRev, status: int) -> None:
    """Of any status; an answer that tells nothing leaves it as it was."""
    client = make_client()
    fake.respond_next(status, json={"token": {"id": "x"}}, headers=quota(7))
    if status == 200:
        await get(client)
    else:
        with pytest.raises(Exception, match="404"):
            await get(client)
    expected = RateLimit(limit=100, remaining=7, reset_at=instant(60))
    assert client.rate_limit == expected
    await get(client)
    assert client.rate_limit == expected
    fake.respond_next(200, json={"token": {"id": "x"}}, headers={"X-Ratelimit-Remaining": "6"})
    await get(client)
    assert client.rate_limit == RateLimit(limit=None, remaining=6, reset_at=None)


@pytest.mark.parametrize("garbage", ["", "-1", "many", "1.5", "0x5", "9" * 30, "1e3"])
async def test_a_garbled_field_is_none_and_the_others_stay(
    make_client: MakeClient, fake: FakeDevRev, garbage: str
) -> None:
    """What does not parse counts as absent."""
    client = make_client()
    headers = {"X-Ratelimit-Limit": "100", "X-Ratelimit-Remaining": garbage, "X-Ratelimit-Reset": garbage}
    fake.respond_next(200, json={"token": {"id": "x"}}, headers=headers)
    await get(client)
    assert client.rate_limit == RateLimit(limit=100, remaining=None, reset_at=None)


async def test_remaining_zero_holds_the_next_call_until_the_reset(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """The 429 is not earned first."""
    client = make_client()
    fake.respond_next(200, json={"token": {"id": "x"}}, headers=quota(0, resets_in=40))
    await get(client)
    assert time.waits == []
    await get(client)
    assert time.waits == [40.0]


async def test_the_reset_counts_against_the_answers_own_date(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """The local clock may be an hour behind."""
    client = make_client()
    headers = quota(0, resets_in=3600 + 15, Date=http_date(3600))
    fake.respond_next(200, json={"token": {"id": "x"}}, headers=headers)
    await get(client)
    await get(client)
    assert time.waits == [15.0]


@pytest.mark.parametrize(
    "headers",
    [quota(0, resets_in=0), quota(0, resets_in=-60), quota(1), quota("-0"), {"X-Ratelimit-Remaining": "0"}],
    ids=["now", "past", "one-left", "garbled", "no-reset"],
)
async def test_a_quota_that_is_not_used_up_holds_nobody(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, headers: dict[str, str]
) -> None:
    """Only zero remaining and a reset in the future do."""
    client = make_client()
    fake.respond_next(200, json={"token": {"id": "x"}}, headers=headers)
    await get(client)
    await get(client)
    assert time.waits == []


async def test_a_reset_beyond_the_time_left_is_raised_at_once_without_a_request(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """With the headers of the answer that told it, and the time until the limit opens."""
    client = make_client(total_timeout=60)
    fake.respond_next(200, json={"token": {"id": "x"}}, headers=quota(0, resets_in=200, **{"X-Request-Id": "r-1"}))
    await get(client)
    time.now += 50
    error = await refused(client)
    assert (error.status_code, error.type, error.retry_after) == (429, "too_many_requests", 150.0)
    assert error.rate_limit == RateLimit(limit=100, remaining=0, reset_at=instant(200))
    assert error.headers["X-Request-Id"] == "r-1"
    assert error.attempts == ()
    assert len(fake.requests) == 1
    assert time.waits == []


async def test_a_429_that_was_raised_still_holds_the_next_call(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """Even the 429 of a client that does not repeat."""
    client = make_client(retry=ONCE)
    fake.respond_next(429, retry_after=20)
    await refused(client)
    await get(client)
    assert time.waits == [20.0]
    assert [request.status for request in fake.requests] == [429, 200]


async def test_a_429_of_reading_holds_revoking_too(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """The limit is the user's, over all operations together."""
    client = make_client(retry=ONCE)
    fake.respond_next(429, retry_after=20)
    await refused(client)
    await revoke(client)
    assert time.waits == [20.0]


async def test_a_caller_who_cannot_wait_raises_at_once_with_the_429s_headers(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """`retry_after` counts down to the opening."""
    client = make_client(total_timeout=60)
    fake.respond_next(429, retry_after=100, headers=quota(0, resets_in=100, **{"X-Request-Id": "r-1"}))
    await refused(client)
    time.now += 30
    error = await refused(client)
    assert (error.retry_after, error.headers["X-Request-Id"]) == (70.0, "r-1")
    assert len(fake.requests) == 1
    time.now += 69.5
    await get(client)
    assert time.waits == [0.5]


@pytest.mark.parametrize("retry_after", [None, 0])
async def test_a_429_that_names_no_time_holds_nobody(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, retry_after: int | None
) -> None:
    """There is nothing to wait for."""
    client = make_client(retry=ONCE)
    fake.respond_next(429, json=error_body(429), retry_after=retry_after)
    await refused(client)
    await get(client)
    assert time.waits == []


async def test_another_client_is_not_held(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """Each client has a limit of its own: it may speak for another user."""
    fake.respond_next(429, retry_after=20)
    await refused(make_client(retry=ONCE))
    await get(make_client())
    assert time.waits == []


async def test_the_fakes_own_limit_is_kept_without_a_429(backend: Backend, time: VirtualTime) -> None:
    """Thirty calls at ten a minute: the headers are enough to earn no refusal at all."""
    limited = FakeDevRev(clock=time.wall, rate_limit=10, rate_window=60)
    pat: IssuedToken = limited.issue_token(limited.add_user())
    client = backend.client(
        token=pat.secret,
        transport=limited.transport(),
        total_timeout=61,
        clock=time,
    )
    for _ in range(30):
        await client.get_auth_token(TOKEN_ID)
    assert [request.status for request in limited.requests] == [200] * 30
    assert time.waits == [60.0, 60.0]
