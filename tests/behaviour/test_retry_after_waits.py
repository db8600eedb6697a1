"""What follows from the time a server named: a wait that fits, or an error at once."""

from __future__ import annotations

import pytest

from devrev_auth_client import Attempt, RetryPolicy, ServiceUnavailableError, TooManyRequestsError
from devrev_auth_client.generated.models import ErrorTooManyRequests
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.bodies import error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get
from tests.behaviour.virtual_time import VirtualTime, http_date


@both_operations
async def test_a_429_that_names_a_time_is_waited_out_to_the_second(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, operation: Operation
) -> None:
    """Not a moment sooner, and no jitter is drawn for it."""
    fake.respond_next(429, retry_after=30)
    await operation(make_client())
    assert time.waits == [30.0]
    assert time.drawn == []
    assert len(fake.requests) == 2


async def test_429s_that_name_a_time_do_not_count_against_max_attempts(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """Only the time left bounds them."""
    fake.respond_next(429, retry_after=5, times=10)
    await get(make_client(retry=RetryPolicy(max_attempts=2)))
    assert time.waits == [5.0] * 10
    assert len(fake.requests) == 11


async def test_429s_that_name_none_count_against_max_attempts(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """They are repeated as any other failure is."""
    fake.respond_next(429, times=9)
    with pytest.raises(TooManyRequestsError) as caught:
        await get(make_client(retry=RetryPolicy(max_attempts=3)))
    assert caught.value.retry_after is None
    assert time.waits == [0.5, 1.0]
    assert len(fake.requests) == 3


async def test_a_429_with_retry_after_beyond_total_timeout_raises_at_once(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """No pointless sleep; the error says how long it would have been."""
    fake.respond_next(429, retry_after=61)
    with pytest.raises(TooManyRequestsError) as caught:
        await get(make_client(total_timeout=60))
    assert caught.value.retry_after == 61.0
    assert isinstance(caught.value.error, ErrorTooManyRequests)  # the answer's own
    assert caught.value.attempts == (Attempt(429, None, 0.0),)
    assert time.waits == []


async def test_a_429_whose_time_is_all_the_time_left_raises_at_once(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """Nothing could be sent any more when the wait is over."""
    fake.respond_next(429, retry_after=60)
    with pytest.raises(TooManyRequestsError) as caught:
        await get(make_client(total_timeout=60))
    assert caught.value.retry_after == 60.0
    assert caught.value.attempts == (Attempt(429, None, 0.0),)
    assert time.waits == []


async def test_a_429_that_fits_no_more_after_earlier_waits_raises_at_once(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """What counts is the time left, not total_timeout."""
    fake.respond_next(429, retry_after=25, times=3)
    with pytest.raises(TooManyRequestsError) as caught:
        await get(make_client(total_timeout=60))
    assert caught.value.retry_after == 25.0
    assert time.waits == [25.0, 25.0]


async def test_without_total_timeout_a_429_of_minutes_is_waited_out(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """`total_timeout=None` is how a batch job says that it has time."""
    fake.respond_next(429, retry_after=300)
    await get(make_client(total_timeout=None))
    assert time.waits == [300.0]


@pytest.mark.parametrize("status", [429, 503])
async def test_more_than_a_day_raises_whatever_time_there_is(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, status: int
) -> None:
    """86,400 seconds are the most that a server is waited for."""
    fake.respond_next(status, retry_after=86_401)
    client = make_client(total_timeout=None)
    with pytest.raises((TooManyRequestsError, ServiceUnavailableError)) as caught:
        await get(client)
    assert isinstance(caught.value, TooManyRequestsError | ServiceUnavailableError)
    assert caught.value.retry_after == 86_401.0
    assert len(fake.requests) == 1
    await get(client)  # after a 429 everybody waits, but no longer than a day
    assert time.waits == ([86_400.0] if status == 429 else [])


async def test_a_whole_day_is_waited_for(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """The bound itself is within bounds."""
    fake.respond_next(429, retry_after=86_400)
    await get(make_client(total_timeout=None))
    assert time.waits == [86_400.0]


@both_operations
async def test_a_503_is_repeated_after_its_time_and_a_little_jitter(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, operation: Operation
) -> None:
    """Never sooner than asked; at most a tenth, and no more than the backoff, is added."""
    fake.respond_next(503, retry_after=20)
    fake.respond_next(503, retry_after=2)
    await operation(make_client())
    assert time.drawn == [(0.0, 0.5), (0.0, pytest.approx(0.2))]
    assert time.waits == [20.5, pytest.approx(2.2)]


async def test_a_503_is_never_repeated_sooner_than_asked(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """Jitter is added, never taken away."""
    time.jitter_share = 0.0
    fake.respond_next(503, retry_after=20)
    await get(make_client())
    assert time.waits == [20.0]


@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": http_date(8)}, 8.0), ({"Retry-After": "8.5"}, 8.5)])
async def test_a_503_may_name_its_time_in_any_form(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, headers: dict[str, str], seconds: float
) -> None:
    """As a 429 may."""
    time.jitter_share = 0.0
    fake.respond_next(503, json=error_body(503), headers=headers)
    await get(make_client())
    assert time.waits == [seconds]


async def test_a_503_counts_against_max_attempts(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Unlike a 429 that names a time."""
    fake.respond_next(503, retry_after=1, times=9)
    with pytest.raises(ServiceUnavailableError):
        await get(make_client(retry=RetryPolicy(max_attempts=2)))
    assert len(fake.requests) == 2


async def test_a_503_whose_time_does_not_fit_raises_at_once(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """The error says how long it would have been."""
    fake.respond_next(503, retry_after=61)
    with pytest.raises(ServiceUnavailableError) as caught:
        await get(make_client())
    assert caught.value.retry_after == 61.0
    assert time.waits == []


async def test_a_503_whose_time_fits_is_waited_for_even_where_its_jitter_would_not_fit(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """What may be added must not be what ends the call."""
    fake.respond_next(503, retry_after=20)
    await get(make_client(total_timeout=20.25))
    assert 20.0 <= time.waits[0] <= 20.25


async def test_a_503_makes_only_its_own_caller_wait(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """It is about the server, not about the user's limit."""
    client = make_client(retry=RetryPolicy(max_attempts=1))
    fake.respond_next(503, retry_after=30)
    with pytest.raises(ServiceUnavailableError):
        await get(client)
    await get(client)
    assert time.waits == []


@pytest.mark.parametrize("status", [500, 502, 408, 404])
async def test_retry_after_of_another_status_has_no_say(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, status: int
) -> None:
    """The contract reads it on 429 and 503; elsewhere the usual backoff holds."""
    fake.respond_next(status, retry_after=30)
    client = make_client()
    if status == 404:
        with pytest.raises(Exception, match="404"):
            await get(client)
        assert time.waits == []
    else:
        await get(client)
        assert time.waits == [0.5]
