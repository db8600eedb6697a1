"""A client carried over `os.fork`: the child opens connections of its own, whatever its parent was doing."""

import asyncio
import gc
import os
import signal
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient, TooManyRequestsError, TotalTimeoutError
from tests.faults.backends import AT_ONCE, TOKEN, TOKEN_ID, TOKEN_RESPONSE, Backend
from tests.faults.server import Action, FaultServer, Hang, Respond, ScriptSource

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

LOCK = (type(threading.Lock()), type(threading.RLock()))


def in_child(function: Callable[[], Any]) -> str:
    """Run the function in a forked child and return what came of it, as text; empty where it hung."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of a fork beside threads
        child = os.fork()
    if child == 0:
        signal.alarm(10)
        warnings.simplefilter("ignore", ResourceWarning)  # of the parent's connections, which the child drops
        try:
            result = str(function())
        except BaseException as error:
            result = repr(error)
        os.write(writing, result.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        result = pipe.read()
    os.waitpid(child, 0)
    return result


def locks_of(client: Any) -> list[Any]:
    """Every lock that the client's own objects hold on to."""
    seen: set[int] = set()
    found: list[Any] = []
    queue: deque[Any] = deque([client])
    while queue:
        item = queue.popleft()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, LOCK):
            found.append(item)
        elif isinstance(item, dict | list | tuple) or type(item).__module__.startswith("devrev_auth_client"):
            queue.extend(each for each in gc.get_referents(item) if not isinstance(each, type))
    return found


@contextmanager
def held(locks: list[Any]) -> Iterator[None]:
    """Have another thread hold the locks, which in a forked child nobody will ever release."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: [lock.acquire() for lock in locks]).result()
        yield
        thread.submit(lambda: [lock.release() for lock in locks]).result()


@contextmanager
def served(script: ScriptSource, **options: Any) -> Iterator[tuple[FaultServer, DevRevAuthClient]]:
    with Backend("sync").served(script, **options) as (server, caller):
        assert isinstance(caller.client, DevRevAuthClient)
        yield server, caller.client


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_child_and_parent_share_no_connection(tls: bool) -> None:
    """And the parent's is as good as before, also after the child has gone."""
    with served(TOKEN_RESPONSE, tls=tls) as (server, client):
        for _ in range(2):
            client.get_auth_token(TOKEN_ID)
            assert in_child(lambda: [client.get_auth_token(TOKEN_ID).id for _ in range(2)][1]) == TOKEN_ID
        client.get_auth_token(TOKEN_ID)
        assert [request.connection for request in server.requests] == [1, 2, 2, 1, 3, 3, 1]
    assert server.connections_open_now == 0


def test_child_that_closes_the_client_leaves_the_parents_alone() -> None:
    """Whether it used it before or not."""
    with served(TOKEN_RESPONSE) as (server, client):

        def use_and_close() -> None:
            client.get_auth_token(TOKEN_ID)
            client.close()

        client.get_auth_token(TOKEN_ID)
        assert in_child(client.close) == "None"
        assert in_child(use_and_close) == "None"
        client.get_auth_token(TOKEN_ID)
        assert [request.connection for request in server.requests] == [1, 2, 1]


@pytest.mark.parametrize("used", [False, True], ids=["unused", "used"])
def test_locks_held_at_the_fork_do_not_stop_the_child(used: bool) -> None:
    """Every lock in the client is held by a thread that the child does not have."""
    with served(TOKEN_RESPONSE, tls=True) as (_, client):
        if used:
            client.get_auth_token(TOKEN_ID)
        locks = locks_of(client)
        assert len(locks) >= 4  # admission, budget, pool, route
        with held(locks):
            assert in_child(lambda: client.get_auth_token(TOKEN_ID).id) == TOKEN_ID
        client.get_auth_token(TOKEN_ID)


BUSY: dict[str, list[Action]] = {
    "the only connection is in use": [Hang()],
    "the first call after a 429 is under way": [Respond(429, {"Retry-After": "0.1"}), Hang()],
}


@pytest.mark.parametrize("script", BUSY.values(), ids=BUSY)
def test_calls_of_the_parent_are_not_waited_for(script: list[Action]) -> None:
    """Nor those that are queued: no thread of the child's will ever end them."""
    with (
        served(script, max_connections=1, total_timeout=1.5) as (server, client),
        ThreadPoolExecutor(2) as threads,
    ):
        calls = [threads.submit(client.get_auth_token, TOKEN_ID) for _ in range(2)]
        server.wait_for_requests(len(script))
        server.play(TOKEN_RESPONSE)
        assert in_child(lambda: client.get_auth_token(TOKEN_ID).id) == TOKEN_ID
        assert any(isinstance(call.exception(5), TotalTimeoutError) for call in calls)


def test_rate_limit_holds_in_the_child() -> None:
    """DevRev's limit is the user's, not the process's."""
    with served([Respond(429, {"Retry-After": "30"}), TOKEN_RESPONSE]) as (server, client):
        with pytest.raises(TooManyRequestsError):
            client.get_auth_token(TOKEN_ID)
        assert in_child(lambda: client.get_auth_token(TOKEN_ID).id).startswith("TooManyRequestsError")
        assert len(server.requests) == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_async_client_in_a_child() -> None:
    """A new process, a new event loop, new connections; locks that were held included."""
    with FaultServer(TOKEN_RESPONSE) as server:
        client = AsyncDevRevAuthClient(TOKEN, base_url=server.url, retry=AT_ONCE, total_timeout=5)

        async def call() -> str:
            return (await client.get_auth_token(TOKEN_ID)).id

        async def main() -> None:
            await call()
            with held(locks_of(client)):
                assert in_child(child) == TOKEN_ID
            await call()
            await client.aclose()

        def child() -> str:
            asyncio.events._set_running_loop(None)  # the parent's, which was running when it forked
            return asyncio.run(call())

        asyncio.run(main())
        assert [request.connection for request in server.requests] == [1, 2, 1]
    gc.collect()
