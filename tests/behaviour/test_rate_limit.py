"""The shared limit: one caller's 429 is everybody's, and a used-up quota is known before it is hit."""

from __future__ import annotations

import functools
from datetime import UTC, datetime

import pytest

from devrev_auth_client import AsyncDevRevAuthClient, RateLimit, RetryPolicy, TooManyRequestsError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import Backend, sync_only
from tests.behaviour.bodies import error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, get, revoke
from tests.behaviour.virtual_time import NOON, VirtualTime, http_date

ONCE = RetryPolicy(max_attempts=1)
FOUND = {"token": {"id": "x"}}


def quota(remaining: object, *, resets_in: float = 60, **headers: str) -> dict[str, str]:
    """Give the headers of a response that tells its caller's quota."""
    reset = str(int(NOON + resets_in))
    return {"X-Ratelimit-Limit": "100", "X-Ratelimit-Remaining": str(remaining), "X-Ratelimit-Reset": reset, **headers}


def instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(NOON + seconds, UTC)


async def refused(client: AsyncDevRevAuthClient) -> TooManyRequestsError:
    """Make a call that the limit refuses."""
    with pytest.raises(TooManyRequestsError) as caught:
        await get(client)
    return caught.value


async def test_rate_limit_is_what_the_most_recent_response_told(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Of any status; `None` before, and a response that tells nothing leaves it as it was. Copies share it."""
    client = make_client()
    copy = client.with_options(timeout=1)
    await get(client)
    assert client.rate_limit is None
    for status, remaining in ((200, 7), (404, 6)):
        fake.respond_next(status, json=FOUND, headers=quota(remaining))
        try:
            await get(client)
        except Exception:
            assert status == 404
        await get(client)
        assert client.rate_limit == copy.rate_limit == RateLimit(100, remaining, instant(60))
    fake.respond_next(200, json=FOUND, headers={"X-Ratelimit-Remaining": "5"})
    await get(copy)
    assert client.rate_limit == RateLimit(None, 5, None)


async def test_a_used_up_quota_holds_the_next_call_until_it_is_renewed(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """The 429 is not earned first; the reset counts against the response's own date, for the client and its copies."""
    client = make_client()
    fake.respond_next(200, json=FOUND, headers=quota(0, resets_in=40))
    await get(client)
    assert time.waits == []
    time.now = 10.0
    await get(client.with_options(timeout=1))
    assert time.waits == [30.0]
    fake.respond_next(200, json=FOUND, headers=quota(0, resets_in=3600 + 15, Date=http_date(3600)))
    await get(client)
    await get(client)
    assert time.waits == [30.0, 15.0]


@sync_only
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
    fake.respond_next(200, json=FOUND, headers=headers)
    await get(client)
    await get(client)
    assert time.waits == []


@sync_only
@pytest.mark.parametrize(
    ("retry_after", "resets_in", "wait"), [(None, 30, 29.75), (10, 30, 29.75), (40, 30, 40.0), (None, 1, 0.75)]
)
async def test_a_429_pauses_until_the_later_of_its_time_and_the_reset(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, retry_after: int | None, resets_in: int, wait: float
) -> None:
    """As it says in both places."""
    time.now = 0.25
    fake.respond_next(429, retry_after=retry_after, headers=quota(0, resets_in=resets_in))
    await get(make_client())
    assert time.waits == [wait]


async def test_whoever_cannot_wait_raises_at_once_with_the_headers_that_closed_the_gate(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """Without a request; `retry_after` counts down to the opening."""
    for status in (200, 429):
        client = make_client(total_timeout=60)
        fake.requests.clear()
        headers = quota(0, resets_in=time.now + 200, **{"X-Request-Id": "r-1"})
        fake.respond_next(status, json=FOUND, headers=headers, retry_after=100 if status == 429 else None)
        if status == 429:
            assert (await refused(client)).retry_after == 200.0
        else:
            await get(client)
        time.now += 50
        error = await refused(client)
        assert (error.status_code, error.type, error.retry_after) == (429, "too_many_requests", 150.0)
        assert error.rate_limit == RateLimit(100, 0, instant(time.now + 150))
        assert (error.headers["X-Request-Id"], error.attempts, len(fake.requests)) == ("r-1", (), 1)
        assert (error.operation, error.token_id) == ("auth_tokens_get", TOKEN_ID)
        assert "not sent" in str(error)
        assert "150.0 s more" in str(error)
        time.now += 149.5
        await get(client)
        assert time.waits[-1] == 0.5


async def test_a_429_that_was_raised_still_holds_every_operation_of_this_client(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """The limit is the user's; another client may speak for another one. One that names no time holds nobody."""
    client = make_client(retry=ONCE)
    for retry_after, waits in ((20, [20.0]), (None, []), (0, [])):
        time.waits.clear()
        fake.respond_next(429, json=error_body(429), retry_after=retry_after)
        await refused(client.with_options(timeout=1))
        await get(make_client())
        assert time.waits == []
        await revoke(client)
        assert time.waits == waits


@sync_only
async def test_the_fakes_own_limit_is_kept_without_a_429(backend: Backend, time: VirtualTime) -> None:
    """Thirty calls at ten a minute: the headers are enough to earn no refusal at all."""
    limited = FakeDevRev(clock=time.wall, rate_limit=10, rate_window=60)
    pat = limited.issue_token(limited.add_user())
    client = backend.client(token=pat.secret, transport=limited.transport(), total_timeout=61, clock=time)
    for _ in range(30):
        await client.get_auth_token(TOKEN_ID)
    assert [request.status for request in limited.requests] == [200] * 30
    assert time.waits == [60.0, 60.0]


async def test_a_429_holds_all_calls_at_once_and_refuses_those_who_cannot_wait(
    make_client: MakeClient, fake: FakeDevRev, backend: Backend
) -> None:
    """One refusal; then the hasty raise at once and the others wait. A little time really passes."""
    client = make_client(real_time=True)
    hasty = client.with_options(total_timeout=0.01)
    fake.respond_next(429, retry_after=0.3)
    await refused(client.with_options(retry=ONCE))
    results = await backend.together(*[functools.partial(get, hasty), functools.partial(get, client)] * 10)
    assert [type(result).__name__ for result in results] == ["TooManyRequestsError", "AuthToken"] * 10
    assert [request.status for request in fake.requests] == [429] + [200] * 10
