"""Async token callables, and token callables that hang."""

from __future__ import annotations

import functools
import threading
from collections.abc import Awaitable, Callable, Iterable

import anyio
import anyio.lowlevel
import pytest

from devrev_auth_client import ConfigurationError, TotalTimeoutError, UnauthenticatedError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import Backend, async_only, sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import get


def async_callables(secret: str) -> Iterable[Callable[[], Awaitable[str]]]:
    """Give async callables of different kinds."""

    async def function() -> str:
        await anyio.lowlevel.checkpoint()
        return secret

    class Instance:
        async def __call__(self) -> str:
            return secret

        async def method(self) -> str:
            return secret

    return [function, Instance(), Instance().method, functools.partial(function), lambda: function()]


@async_only
async def test_it_may_be_async_on_the_async_client(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """A function, a method, an object, a partial, or a lambda that returns a coroutine."""
    for ask in async_callables(pat.secret):
        await get(make_client(token=ask))
    assert {request.token_id for request in fake.requests} == {pat.id}


@async_only
async def test_an_async_one_that_raises_is_as_a_plain_one(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Named by type, its text withheld."""

    async def ask() -> str:
        raise RuntimeError("hush")

    with pytest.raises(ConfigurationError, match="raised RuntimeError") as caught:
        await get(make_client(token=ask))
    assert "hush" not in str(caught.value)


@sync_only
async def test_an_async_one_is_refused_by_the_sync_client(make_client: MakeClient, fake: FakeDevRev) -> None:
    """At the call, with a text that says so, and without a warning of a coroutine never awaited."""
    for ask in async_callables("hush"):
        with pytest.raises(ConfigurationError, match="the token callable is async"):
            await get(make_client(token=ask))
    assert fake.requests == []


async def test_one_that_hangs_is_left_when_total_timeout_is_over(
    make_client: MakeClient, fake: FakeDevRev, backend: Backend
) -> None:
    """On the sync client too, where nothing else could leave it."""
    over = threading.Event()
    client = make_client(token=anyio.sleep_forever if backend.is_async else over.wait, total_timeout=0.02)
    try:
        with pytest.raises(TotalTimeoutError, match="while the token callable was a"):
            await get(client)
    finally:
        over.set()
    assert fake.requests == []


@async_only
async def test_an_async_one_is_asked_again_after_a_401(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """As a plain one is: a changed token is tried once more, an unchanged one is not."""
    tokens = ["expired", pat.secret, "expired", "expired"]

    async def ask() -> str:
        return tokens.pop(0)

    client = make_client(token=ask)
    await get(client)
    with pytest.raises(UnauthenticatedError):
        await get(client)
    assert [request.status for request in fake.requests] == [401, 200, 401]
    assert tokens == []
