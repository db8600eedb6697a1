"""Closing a client, what a closed one does, and many calls of one client at once."""

import contextlib
import functools
import time
from typing import Any

import pytest

from devrev_auth_client import ConfigurationError, TotalTimeoutError
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get
from devrev_auth_client.generated.models import AuthTokensGetRequest
from devrev_auth_client.testing import FakeDevRev, Fault
from tests.behaviour.backends import Backend
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, get
from tests.behaviour.transports import Recorder


@pytest.mark.parametrize("fails", [False, True])
async def test_a_block_gives_the_client_and_closes_it(make_client: MakeClient, recorder: Recorder, fails: bool) -> None:
    """`async with` for the async client, `with` for the sync one; a second time does no harm."""
    client = make_client(transport=recorder)
    ending: Any = pytest.raises(ZeroDivisionError) if fails else contextlib.nullcontext()
    with ending:
        async with client as entered:
            await get(client)
            assert (entered, recorder.closed) == (client, False)
            if fails:
                raise ZeroDivisionError
    assert recorder.closed
    await client.aclose()


async def test_every_method_of_a_closed_client_and_its_copies_says_so(
    make_client: MakeClient, recorder: Recorder
) -> None:
    """With what to do about it; nothing is sent, and no token is asked for."""
    client = make_client(transport=recorder, token=lambda: pytest.fail("asked"))
    copy = client.with_options(timeout=1)
    await client.aclose()
    calls: list[Any] = [
        lambda: client.get_auth_token(TOKEN_ID),
        lambda: client.get_auth_token_detailed(TOKEN_ID),
        lambda: client.get_own_auth_token(),
        lambda: client.revoke_own_auth_tokens(None),
        lambda: client.revoke_own_auth_tokens_detailed(None),
        lambda: client.call(auth_tokens_get, body=AuthTokensGetRequest(token_id=TOKEN_ID)),
        lambda: copy.get_auth_token(TOKEN_ID),
        lambda: client.with_options(timeout=1).get_auth_token(TOKEN_ID),
    ]
    for call in calls:
        with pytest.raises(ConfigurationError, match=r"the client is closed; make a new one, or make the calls inside"):
            await call()
    assert recorder.requests == []


async def test_closing_a_copy_closes_nothing(make_client: MakeClient, recorder: Recorder) -> None:
    """Others still use what it shares; a copy in a `with` block is only used there."""
    client = make_client(transport=recorder)
    async with client.with_options(timeout=1) as copy:
        await get(copy)
    await copy.aclose()
    assert not recorder.closed
    await get(copy)
    await get(client)


async def test_closing_ends_a_call_that_waits_for_the_rate_limit(
    make_client: MakeClient, fake: FakeDevRev, backend: Backend
) -> None:
    """At once: it could send nothing any more when the wait is over. A little time really passes."""
    client = make_client(real_time=True)
    fake.respond_next(429, retry_after=30)

    async def close_soon() -> None:
        while not fake.requests:
            await backend.sleep(0.01)
        await client.aclose()

    begun = time.monotonic()
    met, _ = await backend.together(functools.partial(get, client), close_soon)
    assert time.monotonic() - begun < 20
    assert isinstance(met, ConfigurationError)
    assert "the client is closed" in str(met)
    assert [attempt.status_code for attempt in met.attempts] == [429]
    assert len(fake.requests) == 1


async def test_a_client_with_connections_of_its_own_closes(make_client: MakeClient, fake: FakeDevRev) -> None:
    with fake.serve() as base_url:
        for calls in (0, 1):
            client = make_client(transport=None, base_url=base_url, real_time=True)
            for _ in range(calls):
                await get(client)
            await client.aclose()
            with pytest.raises(ConfigurationError, match="closed"):
                await get(client)


async def test_max_connections_calls_are_under_way_at_once_and_no_more(
    make_client: MakeClient, fake: FakeDevRev, backend: Backend
) -> None:
    """Also over a transport that was handed in; who runs out of time in the queue is told so."""
    client = make_client(max_connections=5, real_time=True)
    fake.play_next(Fault.slow(before=0.3), times=5)

    async def hasty() -> int:
        while len(fake.requests) < 5:
            await backend.sleep(0.001)
        with pytest.raises(TotalTimeoutError, match="while waiting for a free connection"):
            await client.get_auth_token(TOKEN_ID, total_timeout=0.02)
        return len(fake.requests)

    *results, under_way = await backend.together(*[functools.partial(get, client)] * 10, hasty)
    assert [getattr(result, "id", result) for result in results] == [TOKEN_ID] * 10
    assert under_way == 5
