"""Bounds of time: `total_timeout` over attempts and waits, `timeout` over one attempt, and what a call ends with."""

from typing import Any

import httpx
import pytest

from devrev_auth_client import APIError, AttemptTimeoutError, TokenType, TotalTimeoutError, TransportError
from devrev_auth_client.errors import RevocationUnconfirmedError
from devrev_auth_client.testing import FakeDevRev, Fault
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, Operation, both_operations, get, revoke
from tests.behaviour.transports import Recorder, Unreachable
from tests.behaviour.virtual_time import VirtualTime

SHORT = 0.03
"""Seconds that really pass in the tests of a server that never answers."""
SILENCE = Fault.slow(before=9)


@sync_only
@pytest.mark.parametrize(("slow", "status", "waits"), [(29.5, 502, [29.5, 0.5, 29.5]), (59.75, 429, [59.75])])
async def test_the_time_attempts_take_counts(
    make_client: MakeClient,
    fake: FakeDevRev,
    recorder: Recorder,
    time: VirtualTime,
    slow: float,
    status: int,
    waits: Any,
) -> None:
    """A slow server leaves less time for waits; what came last is raised."""
    recorder.before = lambda request: time.pause(slow)
    fake.respond_next(status, times=9)
    with pytest.raises(APIError) as caught:
        await get(make_client(transport=recorder))
    assert caught.value.status_code == status
    assert time.waits == waits


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
    time.now += 20
    fake.play_next(SILENCE, times=8)
    with pytest.raises(AttemptTimeoutError, match=r"no response within 0\.03 s|timed out"):
        await read(TOKEN_ID, timeout=SHORT)
    with pytest.raises(RevocationUnconfirmedError):
        await clear(None, timeout=SHORT)


async def test_a_server_that_never_answers_is_left_when_the_time_is_over(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    """`attempts` has the one that was cut, too; a revocation that was being sent is unconfirmed."""
    fake.respond_next(503)
    fake.play_next(SILENCE, times=2)
    with pytest.raises(TotalTimeoutError, match="total_timeout ran out before the response") as caught:
        await get(make_client(total_timeout=0.5 + SHORT))
    assert isinstance(caught.value, TimeoutError)
    first, second = caught.value.attempts
    assert (first.status_code, first.waited, second.status_code, second.waited) == (503, 0.0, None, 0.5)
    assert second.failure == "total_timeout ran out before the response"
    with pytest.raises(RevocationUnconfirmedError) as unconfirmed:
        await revoke(make_client(total_timeout=SHORT))
    assert unconfirmed.value.likely_revoked is False
    assert len(unconfirmed.value.attempts) == 1


@both_operations
async def test_nothing_sent_when_it_was_over_is_a_total_timeout(
    make_client: MakeClient, recorder: Recorder, time: VirtualTime, operation: Operation
) -> None:
    """A connection that did not come about, or a token callable that took all the time there was."""
    with pytest.raises(TotalTimeoutError):
        await operation(make_client(transport=Unreachable(), total_timeout=SHORT))

    def slow_token() -> str:
        time.pause(61.0)
        return "late"

    with pytest.raises(TotalTimeoutError) as caught:
        await operation(make_client(transport=recorder, token=slow_token))
    assert recorder.requests == []
    assert caught.value.operation is not None


@pytest.mark.parametrize("is_sent", [True, False], ids=["sent", "not-sent"])
async def test_the_timeout_of_one_attempt_is_repeated_and_then_raised(
    make_client: MakeClient, fake: FakeDevRev, is_sent: bool
) -> None:
    """A transport error and a `TimeoutError`; each of a revocation's attempts may have been carried out."""
    fake.play_next(SILENCE, times=8)
    client = make_client(timeout=SHORT) if is_sent else make_client(transport=Unreachable(), timeout=SHORT)
    with pytest.raises(AttemptTimeoutError, match=r"no response within 0\.03 s") as caught:
        await get(client)
    assert isinstance(caught.value, TimeoutError)
    assert len(caught.value.attempts) == 4
    with pytest.raises(RevocationUnconfirmedError if is_sent else TransportError):
        await revoke(client)


async def test_an_httpx_timeout_bounds_its_phases(make_client: MakeClient, recorder: Recorder) -> None:
    """They reach the transport as httpx's own client would hand them on; `pool` is ignored, total_timeout counts."""
    phases = httpx.Timeout(connect=1, read=2, write=3, pool=4)
    client = make_client(transport=recorder, timeout=phases)
    await get(client)
    await client.get_auth_token(TOKEN_ID, timeout=httpx.Timeout(5))
    await client.get_auth_token(TOKEN_ID, timeout=httpx.Timeout(5, read=None), total_timeout=4)
    await client.get_auth_token(TOKEN_ID, timeout=None, total_timeout=None)
    await client.get_auth_token(TOKEN_ID, timeout=2, total_timeout=3)
    # Only total_timeout bounds the wait for one of the transport's connections.
    assert [request.extensions["timeout"] for request in recorder.requests] == [
        {"connect": 1, "read": 2, "write": 3, "pool": 60},
        {"connect": 5, "read": 5, "write": 5, "pool": 60},
        {"connect": 4, "read": 4, "write": 4, "pool": 4},
        {"connect": None, "read": None, "write": None, "pool": None},
        {"connect": 2, "read": 2, "write": 2, "pool": 2},
    ]


async def test_an_attempt_for_which_no_time_is_left_is_not_made(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Its backoff fitted into the time left to the last moment."""
    fake.lose_connection(times=9)
    with pytest.raises(TotalTimeoutError) as caught:
        await get(make_client(total_timeout=1.5))
    assert (len(fake.requests), len(caught.value.attempts)) == (2, 3)
