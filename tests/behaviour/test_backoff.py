"""How long the waits between attempts are: full jitter over a doubling range, exactly."""

from __future__ import annotations

import pytest

from devrev_auth_client import RetryPolicy, UnexpectedStatusError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import Operation, both_operations, get
from tests.behaviour.virtual_time import VirtualTime


@both_operations
async def test_the_range_doubles_from_half_a_second_up_to_eight(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, operation: Operation
) -> None:
    """Uniform in [0, min(max_delay, base_delay * 2^n)], and what is drawn is what is waited."""
    fake.respond_next(502, times=7)
    await operation(make_client(retry=RetryPolicy(max_attempts=8)))
    longest = [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert time.drawn == [(0.0, bound) for bound in longest]
    assert time.waits == longest


@pytest.mark.parametrize("share", [0.25, 0.5])
async def test_the_wait_is_what_was_drawn(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, share: float
) -> None:
    """Nothing is added to it and nothing taken away."""
    time.jitter_share = share
    fake.respond_next(502, times=3)
    await get(make_client())
    assert time.waits == [0.5 * share, 1.0 * share, 2.0 * share]


async def test_a_draw_of_zero_repeats_at_once(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """Full jitter reaches down to nothing."""
    time.jitter_share = 0.0
    fake.respond_next(502)
    await get(make_client())
    assert time.waits == []
    assert len(fake.requests) == 2


@pytest.mark.parametrize(
    ("policy", "waits"),
    [
        (RetryPolicy(base_delay=3, max_delay=5), [3.0, 5.0, 5.0]),
        (RetryPolicy(base_delay=10, max_delay=1), [1.0, 1.0, 1.0]),
        (RetryPolicy(base_delay=0), []),
        (RetryPolicy(max_delay=0), []),
        (RetryPolicy(max_attempts=2, base_delay=1.5), [1.5]),
    ],
    ids=short,
)
async def test_the_policy_sets_the_range(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, policy: RetryPolicy, waits: list[float]
) -> None:
    """`base_delay` is where it begins, `max_delay` where it ends."""
    fake.respond_next(502, times=policy.max_attempts - 1)
    await get(make_client(retry=policy))
    assert time.waits == waits


async def test_each_call_begins_with_the_shortest_range(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """One call's failures do not slow down the next."""
    client = make_client()
    for _ in range(2):
        fake.respond_next(502, times=2)
        await get(client)
    assert time.waits == [0.5, 1.0, 0.5, 1.0]


async def test_a_429_that_names_a_time_does_not_widen_the_range(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """It is not counted, so the next failure's backoff is the first."""
    fake.respond_next(429, retry_after=3)
    fake.respond_next(502)
    fake.respond_next(429, retry_after=4)
    fake.respond_next(502)
    await get(make_client())
    assert time.waits == [3.0, 0.5, 4.0, 1.0]


async def test_max_attempts_counts_attempts_not_repetitions(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """`max_attempts=3` sends three requests at most."""
    fake.respond_next(502, times=9)
    with pytest.raises(UnexpectedStatusError) as caught:
        await get(make_client(retry=RetryPolicy(max_attempts=3)))
    assert len(fake.requests) == len(caught.value.attempts) == 3
