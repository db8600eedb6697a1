"""The shared limit: one caller's 429 is everybody's, and a used-up quota is known before it is hit."""

import functools
import math
from collections import Counter
from datetime import UTC, datetime

import httpx
import pytest
import trio
from trio.testing import MockClock

from devrev_auth_client import AsyncDevRevAuthClient, RateLimit, RetryPolicy, TooManyRequestsError
from devrev_auth_client._state import Clock
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import TRIO, sync_only
from tests.behaviour.bodies import error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, get, revoke
from tests.behaviour.transports import Answering, Chunks, InMemory
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


RESET = str(NOON + 60)


@sync_only
@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "expected"),
    [
        ("100", "0", RESET, RateLimit(100, 0, instant(60))),
        ("100", None, None, RateLimit(100, None, None)),
        (None, "0", None, RateLimit(None, 0, None)),
        (None, None, RESET, RateLimit(None, None, instant(60))),
        ("many", "0", RESET, RateLimit(None, 0, instant(60))),
        ("100", "-1", "soon", RateLimit(100, None, None)),
        ("1e3", "1.0", RESET + ".5", None),
        ("\u0661\u0660", "\uff10", "", None),
        ("9" * 18, "9" * 19, "9" * 18, RateLimit(10**18 - 1, None, None)),
        ("5", "1", RESET + "000000", RateLimit(5, 1, None)),  # microseconds: beyond the calendar
    ],
)
async def test_a_header_that_is_missing_or_garbled_is_none(
    make_client: MakeClient, limit: str | None, remaining: str | None, reset: str | None, expected: RateLimit | None
) -> None:
    given = {"Limit": limit, "Remaining": remaining, "Reset": reset}
    headers = [(f"X-RATELIMIT-{name}".encode(), value.encode()) for name, value in given.items() if value is not None]
    client = make_client(transport=Answering(200, Chunks([b'{"token": {"id": "x"}}']), headers))
    await get(client)
    assert client.rate_limit == expected


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
    [
        *(quota(0, resets_in=0), quota(0, resets_in=-60), quota(0, Date=http_date(60)), quota(1), quota("-0")),
        {"X-Ratelimit-Remaining": "0"},
    ],
    ids=["now", "past", "past by its date", "one-left", "garbled", "no-reset"],
)
async def test_a_quota_that_is_not_used_up_holds_nobody(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, headers: dict[str, str]
) -> None:
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
        limit = RateLimit(100, 0, instant(time.now + 200))
        fake.respond_next(status, json=FOUND, headers=headers, retry_after=100 if status == 429 else None)
        if status == 429:
            met = await refused(client)
            assert (met.retry_after, met.rate_limit) == (200.0, limit)
        else:
            await get(client)
        time.now += 50
        error = await refused(client)
        assert (error.status_code, error.type, error.retry_after) == (429, "too_many_requests", 150.0)
        assert error.rate_limit == limit
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
        error = await refused(client.with_options(timeout=1))
        assert (error.retry_after, error.rate_limit) == (retry_after, None)
        await get(make_client())
        assert time.waits == []
        await revoke(client)
        assert time.waits == waits


class TriosClock(Clock):
    monotonic = staticmethod(trio.current_time)


class Windows(InMemory):
    """Allows so many requests a second, by a clock whose seconds began `phase` seconds before the test did."""

    def __init__(self, limit: int, phase: float) -> None:
        self._limit, self._phase = limit, phase
        self._passed: Counter[int] = Counter()
        self.refusals = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await trio.sleep(0.001)
        window = math.floor(trio.current_time() + self._phase)
        allowed = self._passed[window] < self._limit
        self._passed[window] += allowed
        self.refusals += not allowed
        await trio.sleep(0.001)
        return httpx.Response(200, json=FOUND) if allowed else httpx.Response(429, headers={"Retry-After": "1"})


@sync_only  # once: it has a backend of its own
@pytest.mark.parametrize("phase", [0.0, 0.3, 0.5, 0.9])
@pytest.mark.parametrize(("total_timeout", "least"), [(60.0, 100), (2.5, 75)])
def test_a_hundred_calls_at_once_where_25_a_second_are_allowed(phase: float, total_timeout: float, least: int) -> None:
    """75 refusals cannot be avoided, nor a second more than the best possible: `Retry-After` knows no windows.

    Where time is too short, each window that begins in it is used, and the others give up.
    """
    windows = Windows(25, phase)

    async def main() -> tuple[list[str], float]:
        options = {"total_timeout": total_timeout, "max_connections": 1000}
        client = TRIO.client(TriosClock(), token="bearer-of-the-tests", transport=windows, **options)
        results = await TRIO.together(*[functools.partial(get, client)] * 100)
        return [type(result).__name__ for result in results], trio.current_time()

    results, seconds = trio.run(main, clock=MockClock(autojump_threshold=0))
    assert set(results) <= {"AuthToken", "TooManyRequestsError"}
    assert results.count("AuthToken") >= least
    assert windows.refusals <= 80
    assert seconds <= min(3 - phase + 1.15, total_timeout + 0.002)
