"""The budget that all calls of a client share, so that an outage is not multiplied."""

from __future__ import annotations

import httpx
import pytest

from devrev_auth_client import APIError, AsyncDevRevAuthClient, RevocationUnconfirmedError, TransportError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get, revoke
from tests.behaviour.virtual_time import VirtualTime

Failed = (APIError, TransportError, RevocationUnconfirmedError)


async def fail(client: AsyncDevRevAuthClient, operation: Operation = get, *, times: int = 1) -> None:
    """Make calls all of which end in an error."""
    for _ in range(times):
        with pytest.raises(Failed):
            await operation(client)


async def use_up(client: AsyncDevRevAuthClient, fake: FakeDevRev) -> None:
    """Spend the budget of a client to the last token, and forget the requests it took."""
    fake.respond_next(502, times=134)
    await fail(client, times=34)
    assert len(fake.requests) == 134
    fake.requests.clear()


@both_operations
async def test_600_calls_into_an_outage_send_at_most_705_requests(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation
) -> None:
    """Not 2,400: a hundred repetitions, and then every call is tried once."""
    fake.respond_next(502, times=3000)
    await fail(make_client(), operation, times=600)
    assert len(fake.requests) == 700


async def test_a_repetition_after_a_timeout_costs_twice_as_much(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Half as many of them: each kept a connection busy for long."""
    fake.lose_connection(error=httpx.ReadTimeout, times=3000)
    await fail(make_client(), times=200)
    assert len(fake.requests) == 250


async def test_a_used_up_budget_raises_what_was_met(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """No wait, no second request, and the error is the answer's own."""
    client = make_client()
    await use_up(client, fake)
    time.waits.clear()
    fake.respond_next(503, retry_after=1)
    with pytest.raises(APIError) as caught:
        await get(client)
    assert caught.value.status_code == 503
    assert len(caught.value.attempts) == len(fake.requests) == 1
    assert time.waits == []


async def test_five_clean_successes_earn_one_repetition(make_client: MakeClient, fake: FakeDevRev) -> None:
    """A success returns 1 and a repetition costs 5."""
    client = make_client()
    await use_up(client, fake)
    for _ in range(4):
        await get(client)
    fake.requests.clear()
    fake.respond_next(502)
    await fail(client)
    assert len(fake.requests) == 1
    await revoke(client)
    fake.respond_next(502)
    await get(client)
    assert [request.status for request in fake.requests] == [502, 200, 502, 200]


async def test_a_success_after_a_repetition_earns_nothing(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Only a call that went through at once shows that the server is well."""
    client = make_client()
    for _ in range(100):
        fake.respond_next(502)
        await get(client)
    fake.requests.clear()
    fake.respond_next(502)
    await fail(client)
    assert len(fake.requests) == 1


async def test_successes_do_not_save_up_beyond_the_budget(make_client: MakeClient, fake: FakeDevRev) -> None:
    """A quiet day does not pay for a bigger storm."""
    client = make_client()
    for _ in range(50):
        await get(client)
    fake.requests.clear()
    fake.respond_next(502, times=3000)
    await fail(client, times=200)
    assert len(fake.requests) == 300


async def test_the_waits_of_429s_draw_nothing(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """They are asked for by the server, and still made where the budget is used up."""
    client = make_client()
    await use_up(client, fake)
    fake.respond_next(429, retry_after=7)
    await get(client)
    assert time.waits[-1] == 7.0
    assert [request.status for request in fake.requests] == [429, 200]


async def test_refusals_neither_cost_nor_earn(make_client: MakeClient, fake: FakeDevRev) -> None:
    """A 404 is no repetition and no success."""
    client = make_client()
    await use_up(client, fake)
    fake.respond_next(404, times=10)
    await fail(client, times=10)
    fake.requests.clear()
    fake.respond_next(502)
    await fail(client)
    assert len(fake.requests) == 1


async def test_copies_share_the_budget_and_other_clients_do_not(make_client: MakeClient, fake: FakeDevRev) -> None:
    """A `with_options` copy talks to the same server from the same program; another client may not."""
    client = make_client()
    await use_up(client, fake)
    fake.respond_next(502)
    await fail(client.with_options(timeout=1))
    assert len(fake.requests) == 1
    fake.respond_next(502)
    await get(make_client())
    assert len(fake.requests) == 3
