"""Many calls of one client at once, in tasks or in threads."""

from __future__ import annotations

import functools
import threading

import httpx
import pytest

from devrev_auth_client import RetryPolicy, TokenType, TooManyRequestsError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import Backend
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, get
from tests.behaviour.transports import Recorder


async def test_each_call_gets_its_own_answer(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, backend: Backend
) -> None:
    """No answer goes to another caller."""
    ids = [fake.issue_token(pat.user, TokenType.SESSION).id for _ in range(50)]
    client = make_client()
    tokens = await backend.together(*(functools.partial(client.get_auth_token, token_id) for token_id in ids))
    assert [token.id for token in tokens] == ids


async def test_a_failure_of_one_is_not_the_others(make_client: MakeClient, fake: FakeDevRev, backend: Backend) -> None:
    """Each call has attempts and an end of its own."""
    client = make_client(retry=RetryPolicy(max_attempts=1))
    missing = functools.partial(client.get_auth_token, "don:identity:dvrv-us-1:devo/1:token/999")
    found = functools.partial(client.get_auth_token, TOKEN_ID)
    results = await backend.together(*[missing, found] * 10)
    assert [getattr(result, "status_code", None) for result in results] == [404, None] * 10
    assert [getattr(result, "id", None) for result in results] == [None, TOKEN_ID] * 10


async def test_a_429_of_one_holds_all_that_come_after(
    make_client: MakeClient, fake: FakeDevRev, backend: Backend
) -> None:
    """One refusal, then everybody waits until it is over; a little time really passes."""
    client = make_client(real_time=True)
    fake.respond_next(429, retry_after=0.1)
    with pytest.raises(TooManyRequestsError):
        await get(client.with_options(retry=RetryPolicy(max_attempts=1)))
    results = await backend.together(*[functools.partial(get, client)] * 20)
    assert [result.id for result in results] == [TOKEN_ID] * 20
    assert [request.status for request in fake.requests] == [429] + [200] * 20


async def test_callers_who_cannot_wait_do_not_hold_up_those_who_can(
    make_client: MakeClient, fake: FakeDevRev, backend: Backend
) -> None:
    """They raise at once, without a request."""
    client = make_client(real_time=True)
    hasty = client.with_options(total_timeout=0.01)
    fake.respond_next(429, retry_after=0.4)
    with pytest.raises(TooManyRequestsError):
        await get(client.with_options(retry=RetryPolicy(max_attempts=1)))
    results = await backend.together(*[functools.partial(get, hasty), functools.partial(get, client)] * 5)
    assert [type(result).__name__ for result in results] == ["TooManyRequestsError", "AuthToken"] * 5
    assert len(fake.requests) == 6


async def test_calls_are_under_way_at_the_same_time(
    make_client: MakeClient, recorder: Recorder, backend: Backend
) -> None:
    """A transport that is slow for one does not make the others wait for it."""
    together = threading.Barrier(5)
    sync = not backend.is_async

    def meet(request: httpx.Request) -> None:
        if sync:
            together.wait(timeout=5)

    recorder.before = meet
    client = make_client(transport=recorder)
    results = await backend.together(*[functools.partial(get, client)] * 5)
    assert [result.id for result in results] == [TOKEN_ID] * 5
