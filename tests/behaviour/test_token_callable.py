"""A callable in place of the token: asked before every attempt, and once more after a 401."""

import functools
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from devrev_auth_client import ConfigurationError, RetryPolicy, TotalTimeoutError
from devrev_auth_client.errors import RevocationUnconfirmedError, UnauthenticatedError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import Backend, async_only, sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.hiding import assert_hides
from tests.behaviour.ids import short
from tests.behaviour.operations import Operation, both_operations, get, play, revoke
from tests.behaviour.virtual_time import VirtualTime


class Tokens:
    """A token callable that gives one after another, and the last for ever.

    :ivar asked: how often it was asked.
    """

    def __init__(self, *tokens: object) -> None:
        self._tokens = tokens
        self.asked = 0

    def __call__(self) -> Any:
        self.asked += 1
        token = self._tokens[min(self.asked, len(self._tokens)) - 1]
        if isinstance(token, Exception):
            raise token
        return token


async def test_it_is_asked_before_every_attempt(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """Not at the constructor, and not once for all: it may know of a newer token by then; what it gives is trimmed."""
    other = fake.issue_token(pat.user)
    tokens = Tokens(pat.secret, f" {other.secret}\n", pat.secret)
    client = make_client(token=tokens)
    assert tokens.asked == 0
    fake.respond_next(502, times=2)
    await get(client)
    await get(client)
    assert tokens.asked == 4
    assert [request.token_id for request in fake.requests] == [pat.id, other.id, pat.id, pat.id]


@both_operations
async def test_a_token_that_changed_is_tried_once_more_without_a_wait(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, time: VirtualTime, operation: Operation
) -> None:
    """The old one expired between two calls: whatever `max_attempts` says, and again in the next call."""
    tokens = Tokens("expired", pat.secret, "expired-too", pat.secret)
    client = make_client(token=tokens, retry=RetryPolicy(max_attempts=1))
    await operation(client)
    await operation(client)
    assert [request.status for request in fake.requests] == [401, 200] * 2
    assert (tokens.asked, time.waits) == (4, [])


@sync_only
@pytest.mark.parametrize(
    ("tokens", "statuses", "asked"),
    [
        ("expired", [401], 2),  # it did not change
        ("abcd", [401, 401], 2),  # one that always has another does not loop
        ("abcd", [401, 502, 401], 3),  # nor across other failures
    ],
)
@both_operations
async def test_a_401_that_stands_is_raised(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, tokens: str, statuses: list[int], asked: int
) -> None:
    play(fake, statuses)
    given = Tokens("expired", "expired\n") if tokens == "expired" else Tokens(*tokens)
    with pytest.raises((UnauthenticatedError, RevocationUnconfirmedError)) as caught:
        await operation(make_client(token=given))
    assert [request.status for request in fake.requests] == statuses
    assert [attempt.status_code for attempt in caught.value.attempts] == statuses
    assert given.asked == asked


@sync_only
async def test_no_new_token_is_asked_for_after_an_ambiguous_revocation(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """The 401 may be the trace of the first try; a new token would blur it, or be revoked as well."""
    tokens = Tokens(pat.secret, pat.secret, "new")
    play(fake, [500, 401])
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await revoke(make_client(token=tokens))
    assert caught.value.likely_revoked is True
    assert tokens.asked == len(fake.requests) == 2


@pytest.mark.parametrize("error", [RuntimeError("hush"), KeyError("hush"), ConfigurationError("hush")], ids=short)
@both_operations
async def test_what_it_raises_is_named_by_type_and_its_text_withheld(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, operation: Operation, error: Exception
) -> None:
    """A secret store's error may quote the secret. Nothing was sent, and the next call works."""
    client = make_client(token=Tokens(error, pat.secret, "expired", error))
    with pytest.raises(ConfigurationError, match=f"the token callable raised {type(error).__name__}") as caught:
        await operation(client)
    assert_hides(caught.value, "hush")
    assert caught.value.attempts == ()
    assert fake.requests == []
    await operation(client)
    with pytest.raises(ConfigurationError) as caught:
        await operation(client)  # it fails when it is asked again
    assert [attempt.status_code for attempt in caught.value.attempts] == [401]


@sync_only
@pytest.mark.parametrize(
    "rubbish", [None, "", "  ", 5, b"hush", "hush hush", "hush\nhush", "hush\u00fc", "Bearer hush", ["hush"]], ids=short
)
async def test_rubbish_it_returns_is_refused_and_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, rubbish: object
) -> None:
    with pytest.raises(ConfigurationError, match="what the token callable returned ") as caught:
        await get(make_client(token=Tokens(rubbish)))
    assert_hides(caught.value, "hush")
    assert fake.requests == []


def async_callables(secret: str) -> Iterable[Callable[[], Awaitable[str]]]:
    """Give async callables of different kinds."""

    class Instance:
        async def __call__(self) -> str:
            await anyio.lowlevel.checkpoint()
            return secret

    instance = Instance()
    return [instance, instance.__call__, functools.partial(instance), lambda: instance()]


@async_only
async def test_it_may_be_async_on_the_async_client(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """An object, a method, a partial, a lambda that returns a coroutine; errors as a plain one's."""
    for ask in async_callables(pat.secret):
        await get(make_client(token=ask))
    assert {request.token_id for request in fake.requests} == {pat.id}

    tokens = Tokens("expired", pat.secret, RuntimeError("hush"))

    async def ask_in_turn() -> Any:
        return tokens()

    client = make_client(token=ask_in_turn)
    await get(client)
    with pytest.raises(ConfigurationError, match="raised RuntimeError") as caught:
        await get(client)
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
    """On the sync client too, where nothing else could leave it: it is asked in a thread of its own."""
    over = threading.Event()
    client = make_client(token=anyio.sleep_forever if backend.is_async else over.wait, total_timeout=0.02)
    try:
        for call in (get, lambda client: client.get_own_auth_token()):
            with pytest.raises(TotalTimeoutError, match="while waiting for the token callable"):
                await call(client)
    finally:
        over.set()
    assert fake.requests == []


@sync_only
async def test_no_thread_is_left_to_ask_for_the_token(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while the interpreter shuts down."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(ConfigurationError, match="the token callable raised RuntimeError"):
        await get(make_client(token=lambda: "bearer-of-the-tests"))
