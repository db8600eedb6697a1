"""total_timeout: one bound over attempts and waits, and what a call ends with when it is over."""

from __future__ import annotations

import httpx
import pytest

from devrev_auth_client import (
    APIError,
    AsyncDevRevAuthClient,
    Attempt,
    AttemptTimeoutError,
    RevocationUnconfirmedError,
    TokenType,
    TotalTimeoutError,
    TransportError,
    UnexpectedStatusError,
)
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, Operation, both_operations, get, revoke
from tests.behaviour.transports import Hanging, Recorder
from tests.behaviour.virtual_time import VirtualTime

SHORT = 0.03
"""Seconds that really pass in the tests of a server that never answers."""


async def test_a_backoff_that_would_outlast_it_is_not_begun(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """The call ends at once with what it met last, not with a sleep and then a timeout."""
    fake.respond_next(502, times=9)
    with pytest.raises(UnexpectedStatusError) as caught:
        await get(make_client(total_timeout=3.0))
    assert time.waits == [0.5, 1.0]
    assert len(caught.value.attempts) == 3


async def test_the_time_attempts_take_counts(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, time: VirtualTime
) -> None:
    """A slow server leaves less time for waits."""
    recorder.before = lambda request: time.pause(29.5)
    fake.respond_next(502, times=9)
    with pytest.raises(UnexpectedStatusError):
        await get(make_client(transport=recorder))
    assert time.waits == [29.5, 0.5, 29.5]


async def test_a_slow_refusal_leaves_no_time_for_another_try(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, time: VirtualTime
) -> None:
    """The answer that came last is what is raised."""
    recorder.before = lambda request: time.pause(59.75)
    fake.respond_next(429)
    with pytest.raises(APIError) as caught:
        await get(make_client(transport=recorder))
    assert caught.value.status_code == 429
    assert len(recorder.requests) == 1


async def test_none_is_no_bound(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """Hours may pass."""
    fake.respond_next(429, retry_after=7200, times=3)
    await get(make_client(total_timeout=None))
    assert time.waits == [7200.0] * 3


async def test_the_default_is_a_minute(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """59 seconds are waited for, 61 are not."""
    client = make_client()
    fake.respond_next(429, retry_after=59)
    await get(client)
    assert time.waits == [59.0]
    fake.respond_next(429, retry_after=61)
    with pytest.raises(APIError):
        await get(client)
    assert time.waits == [59.0]


@pytest.mark.parametrize("detailed", [False, True])
async def test_one_call_may_have_a_bound_of_its_own(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, detailed: bool
) -> None:
    """Longer, shorter or none; the next call has the client's again."""
    client = make_client(total_timeout=10)
    read = client.get_auth_token_detailed if detailed else client.get_auth_token
    clear = client.revoke_own_auth_tokens_detailed if detailed else client.revoke_own_auth_tokens
    fake.respond_next(429, retry_after=20)
    await read(TOKEN_ID, total_timeout=30)
    fake.respond_next(429, retry_after=40)
    await clear(TokenType.SESSION, total_timeout=None)
    assert time.waits == [20.0, 40.0]
    fake.respond_next(429, retry_after=20)
    with pytest.raises(APIError):
        await read(TOKEN_ID)


async def test_a_server_that_never_answers_is_left_when_it_is_over(make_client: MakeClient) -> None:
    """TotalTimeoutError is a TimeoutError too."""
    transport = Hanging()
    with pytest.raises(TotalTimeoutError, match="total_timeout ran out before the response") as caught:
        await get(make_client(transport=transport, total_timeout=SHORT))
    assert isinstance(caught.value, TimeoutError)
    assert [attempt.status_code for attempt in caught.value.attempts] == [None]
    assert transport.requests == 1


async def test_a_revocation_that_was_being_sent_when_it_was_over_is_unconfirmed(make_client: MakeClient) -> None:
    """The server may have acted: this is no mere timeout."""
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await revoke(make_client(transport=Hanging(), total_timeout=SHORT))
    assert caught.value.likely_revoked is False
    assert len(caught.value.attempts) == 1


@both_operations
async def test_nothing_sent_when_it_was_over_is_a_total_timeout(make_client: MakeClient, operation: Operation) -> None:
    """A connection that did not come about: nothing can have happened."""
    with pytest.raises(TotalTimeoutError):
        await operation(make_client(transport=Hanging(reads_body=False), total_timeout=SHORT))


@both_operations
async def test_time_that_is_over_before_sending_sends_nothing(
    make_client: MakeClient, recorder: Recorder, time: VirtualTime, operation: Operation
) -> None:
    """A token callable that took all the time there was."""

    def slow_token() -> str:
        time.pause(61.0)
        return "late"

    with pytest.raises(TotalTimeoutError):
        await operation(make_client(transport=recorder, token=slow_token))
    assert recorder.requests == []


async def test_a_revocation_cut_after_an_ambiguous_attempt_is_unconfirmed(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """The doubt of the first attempt outlives a second that was never sent."""
    fake.respond_next(500)
    fake.lose_connection(times=9)
    with pytest.raises(RevocationUnconfirmedError):
        await revoke(make_client(total_timeout=1.5))
    assert len(fake.requests) == 2


@pytest.mark.parametrize("reads_body", [True, False], ids=["sent", "not-sent"])
async def test_the_timeout_of_one_attempt_is_a_transport_error(make_client: MakeClient, reads_body: bool) -> None:
    """After the last attempt; each is repeated before."""
    transport = Hanging(reads_body=reads_body)
    with pytest.raises(TransportError, match=r"no response within 0\.03 s|could not connect") as caught:
        await get(make_client(transport=transport, timeout=SHORT))
    # Where nothing was sent, the server was not reached.
    assert isinstance(caught.value, AttemptTimeoutError)
    assert transport.requests == len(caught.value.attempts) == 4


async def test_a_revocation_whose_attempts_time_out_is_unconfirmed(make_client: MakeClient) -> None:
    """Each of them may have been carried out."""
    with pytest.raises(RevocationUnconfirmedError):
        await revoke(make_client(transport=Hanging(), timeout=SHORT))


async def test_one_call_may_have_a_timeout_of_its_own(make_client: MakeClient) -> None:
    """The client's half minute does not hold it up."""
    client: AsyncDevRevAuthClient = make_client(transport=Hanging())
    with pytest.raises(TransportError):
        await client.get_auth_token(TOKEN_ID, timeout=SHORT)
    with pytest.raises(RevocationUnconfirmedError):
        await client.revoke_own_auth_tokens(None, timeout=SHORT)


async def test_an_httpx_timeout_bounds_its_phases(make_client: MakeClient, recorder: Recorder) -> None:
    """They reach the transport as httpx's own client would hand them on; `pool` is ignored."""
    phases = httpx.Timeout(connect=1, read=2, write=3, pool=4)
    client = make_client(transport=recorder, timeout=phases)
    await get(client)
    await client.get_auth_token(TOKEN_ID, timeout=httpx.Timeout(5))
    first, second = (request.extensions["timeout"] for request in recorder.requests)
    # Only total_timeout bounds the wait for one of the transport's connections.
    assert {name: bound for name, bound in first.items() if name != "pool"} == {"connect": 1, "read": 2, "write": 3}
    assert {name: bound for name, bound in second.items() if name != "pool"} == {"connect": 5, "read": 5, "write": 5}
    assert first["pool"] in (None, 60.0)


async def test_what_was_met_before_it_was_over_is_told(make_client: MakeClient, fake: FakeDevRev) -> None:
    """`attempts` has every attempt, the one that was cut included."""
    transport = Hanging()
    inner = fake.transport()
    answered: list[httpx.Request] = []

    class Fails(Hanging):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answered.append(request)
            return (inner if len(answered) == 1 else transport).handle_request(request)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answered.append(request)
            return await (inner if len(answered) == 1 else transport).handle_async_request(request)

    fake.respond_next(502)
    with pytest.raises(TotalTimeoutError) as caught:
        await get(make_client(transport=Fails(), total_timeout=0.5 + SHORT))
    first, second = caught.value.attempts
    assert first == Attempt(502, None, 0.0)
    assert (second.status_code, second.waited) == (None, 0.5)
    assert (second.failure or "").startswith("total_timeout ran out before the response")
