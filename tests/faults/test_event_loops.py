"""One client in one event loop after another, and in two at once: they share its connections."""

import asyncio
import threading
from typing import Any

import anyio
import pytest

from devrev_auth_client import AsyncDevRevAuthClient, TotalTimeoutError
from tests.faults.backends import (
    ASYNC_BACKENDS,
    AT_ONCE,
    CLIENT,
    SERVER,
    TOKEN,
    TOKEN_ID,
    TOKEN_JSON,
    TOKEN_RESPONSE,
    Backend,
)
from tests.faults.measuring import eventually
from tests.faults.server import FaultServer, Hang, Respond, ScriptSource


def client_of(url: str, **options: Any) -> AsyncDevRevAuthClient:
    return AsyncDevRevAuthClient(TOKEN, base_url=url, verify=CLIENT, retry=AT_ONCE, total_timeout=5, **options)


async def calls_at_once(client: AsyncDevRevAuthClient, count: int) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(client.get_auth_token, TOKEN_ID)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("second", ASYNC_BACKENDS)
@pytest.mark.parametrize("first", ASYNC_BACKENDS)
def test_the_second_loop_uses_the_connections_of_the_first(first: str, second: str, tls: bool) -> None:
    """The same kind of loop or the other: a connection belongs to none."""
    with FaultServer(TOKEN_RESPONSE, tls=SERVER if tls else None) as server:
        client = client_of(server.url)
        for loop in (first, second):
            for _ in range(2):
                anyio.run(client.get_auth_token, TOKEN_ID, backend=loop)
        assert [request.connection for request in server.requests] == [1] * 4
        anyio.run(client.aclose, backend=second)
        assert eventually(lambda: server.connections_open_now == 0)


def test_loops_at_once_wait_for_each_other() -> None:
    """Two connections for all: a call of one loop is let in by a call of another, of its kind or not."""
    with FaultServer(Respond(200, json=TOKEN_JSON, delay=0.005)) as server:
        client = client_of(server.url, max_connections=2)

        def run(loop: str) -> None:
            anyio.run(calls_at_once, client, 50, backend=loop)
            ended.append(loop)

        ended: list[str] = []
        threads = [threading.Thread(target=run, args=(loop,)) for loop in ["asyncio", "asyncio", "trio", "trio"]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(ended) == ["asyncio", "asyncio", "trio", "trio"]
        assert len(server.requests) == 200
        assert server.peak_connections <= 2


ABANDONED: dict[str, ScriptSource] = {
    "waiting for a response": Hang(),
    "in a backoff": Respond(503, {"Retry-After": "4"}),
    "first after a 429": [Respond(429, {"Retry-After": "0.1"}), Hang()],
}


@pytest.mark.parametrize("loop", ASYNC_BACKENDS)
@pytest.mark.parametrize("script", ABANDONED.values(), ids=ABANDONED)
def test_calls_that_ended_with_their_loop_hold_nothing(loop: str, script: ScriptSource) -> None:
    """Neither connections nor places in the queue nor the turn of the first call after a 429."""
    with FaultServer(script) as server:
        client = client_of(server.url, max_connections=2)

        async def abandon() -> None:
            with anyio.move_on_after(0.3):
                await calls_at_once(client, 6)

        async def main() -> None:
            with anyio.fail_after(2):
                await calls_at_once(client, 6)

        anyio.run(abandon, backend=loop)
        server.play(TOKEN_RESPONSE)
        anyio.run(main, backend=loop)


@pytest.mark.parametrize("steps", range(6))
def test_cancelled_closing_closes_everything_all_the_same(steps: int) -> None:
    """Whenever it is cancelled, it ends as cancelled and no connection is left open."""

    async def close(client: AsyncDevRevAuthClient) -> None:
        task = asyncio.ensure_future(client.aclose())
        for _ in range(steps):
            await asyncio.sleep(0)
        if task.cancel():
            await asyncio.wait([task])
            assert task.cancelled()
        if steps == 0:  # it had not even begun
            await client.aclose()

    with Backend("asyncio").served(Respond(204, delay=0.05)) as (server, client):
        client.outcomes([client.begin_revoke() for _ in range(10)])
        client.begin(close, client.client).result(5)
        assert eventually(lambda: server.connections_open_now == 0)


def test_total_timeout_leaves_no_cancellation_behind() -> None:
    """The scope inside the call is nobody else's business."""

    async def time_out(get: Any) -> None:
        with pytest.raises(TotalTimeoutError):
            await get(TOKEN_ID, total_timeout=0.05)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        await asyncio.sleep(0.01)

    with Backend("asyncio").served(Hang()) as (_, client):
        client.begin(time_out, client.client.get_auth_token).result(5)
