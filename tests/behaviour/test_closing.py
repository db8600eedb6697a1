"""Closing a client, and what a closed one does."""

from __future__ import annotations

import copy
import functools
import pickle
import time

import pytest

from devrev_auth_client import ConfigurationError, RetryPolicy
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get
from devrev_auth_client.generated.models import AuthTokensGetRequest
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import Backend, sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, Operation, both_operations, get
from tests.behaviour.transports import Recorder


async def test_a_block_gives_the_client_and_closes_it(make_client: MakeClient, recorder: Recorder) -> None:
    """`async with` for the async client, `with` for the sync one."""
    client = make_client(transport=recorder)
    async with client as entered:
        assert entered is client
        await get(client)
        assert not recorder.closed
    assert recorder.closed


async def test_a_block_that_fails_closes_it_too(make_client: MakeClient, recorder: Recorder) -> None:
    """And lets the error through."""
    with pytest.raises(ZeroDivisionError):
        async with make_client(transport=recorder):
            raise ZeroDivisionError
    assert recorder.closed


@both_operations
async def test_a_closed_client_says_so_and_sends_nothing(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation
) -> None:
    """With what to do about it."""
    client = make_client()
    await client.aclose()
    with pytest.raises(ConfigurationError, match=r"the client is closed; make a new one, or make the calls inside"):
        await operation(client)
    assert fake.requests == []


async def test_every_method_of_a_closed_client_says_so(make_client: MakeClient, fake: FakeDevRev) -> None:
    """`call` and the detailed ones too, and so does a copy made afterwards."""
    client = make_client()
    await client.aclose()
    for calling in (
        lambda: client.get_auth_token_detailed(TOKEN_ID),
        lambda: client.revoke_own_auth_tokens_detailed(None),
        lambda: client.call(auth_tokens_get, body=AuthTokensGetRequest(token_id=TOKEN_ID)),
        lambda: client.with_options(timeout=1).get_auth_token(TOKEN_ID),
    ):
        with pytest.raises(ConfigurationError, match="the client is closed"):
            await calling()
    assert fake.requests == []


async def test_a_closed_client_does_not_ask_for_a_token(make_client: MakeClient) -> None:
    """Asking may cost something, or block."""
    client = make_client(token=lambda: pytest.fail("asked"))
    await client.aclose()
    with pytest.raises(ConfigurationError, match="closed"):
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


async def test_closing_twice_does_no_harm(make_client: MakeClient, recorder: Recorder) -> None:
    """A block around a client that was closed inside it."""
    async with make_client(transport=recorder) as client:
        await client.aclose()
    assert recorder.closed


@pytest.mark.parametrize("used", [False, True])
async def test_a_client_with_connections_of_its_own_closes(make_client: MakeClient, used: bool) -> None:
    """Whether it ever had one open or not."""
    client = make_client(transport=None, base_url="http://127.0.0.1:9", retry=RetryPolicy(max_attempts=1))
    if used:
        with pytest.raises(Exception, match="could not connect"):
            await get(client)
    await client.aclose()
    with pytest.raises(ConfigurationError, match="closed"):
        await get(client)


@sync_only
def test_the_sync_client_has_no_async_methods(backend: Backend) -> None:
    """Nobody awaits it by mistake and gets half of it."""
    assert not {"aclose", "__aenter__", "__aexit__"} & set(dir(backend.client_class))


def test_a_client_cannot_be_pickled_or_copied(make_client: MakeClient) -> None:
    """It holds connections and a secret; the text says so."""
    client = make_client()
    plain = getattr(client, "plain", client)
    for again in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="holds connections and a secret"):
            again(plain)
