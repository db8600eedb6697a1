"""One client in one event loop after another, and in two at once: they share its connections."""

import asyncio
import threading

import anyio
import pytest

from devrev_auth_client import AsyncDevRevAuthClient, TotalTimeoutError
from tests.faults.backends import ASYNC_BACKENDS, AT_ONCE, TOKEN, TOKEN_ID, TOKEN_JSON, TOKEN_RESPONSE, eventually
from tests.faults.server import FaultServer, Hang, Respond, ScriptSource, tls_pair


def client_of(url: str, **options: object) -> AsyncDevRevAuthClient:
    return AsyncDevRevAuthClient(TOKEN, base_url=url, retry=AT_ONCE, max_connections=2, total_timeout=5, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("second", ASYNC_BACKENDS)
@pytest.mark.parametrize("first", ASYNC_BACKENDS)
def test_the_second_loop_uses_the_connections_of_the_first(first: str, second: str, tls: bool) -> None:
    """The same kind of loop or the other: a connection belongs to none."""
    server_context, client_context = tls_pair() if tls else (None, True)
    with FaultServer(TOKEN_RESPONSE, tls=server_context) as server:
        client = client_of(server.url, verify=client_context)

        async def main() -> None:
            for _ in range(3):
                assert (await client.get_auth_token(TOKEN_ID)).id == TOKEN_ID

        anyio.run(main, backend=first)
        anyio.run(main, backend=second)
        assert [request.connection for request in server.requests] == [1] * 6
        anyio.run(client.aclose, backend=second)
        assert eventually(lambda: server.connections_open_now == 0)


def test_loops_at_once_wait_for_each_other() -> None:
    """Two connections for all: a call of one loop is let in by a call of another, of its kind or not."""
    with FaultServer(Respond(200, json=TOKEN_JSON, delay=0.005)) as server:
        client = client_of(server.url)
        answered: list[str] = []

        async def main() -> None:
            async def call() -> None:
                answered.append((await client.get_auth_token(TOKEN_ID)).id)

            async with anyio.create_task_group() as group:
                for _ in range(50):
                    group.start_soon(call)

        loops = ["asyncio", "asyncio", "trio", "trio"]
        threads = [threading.Thread(target=anyio.run, args=(main,), kwargs={"backend": loop}) for loop in loops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert answered == [TOKEN_ID] * 200
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
        client = client_of(server.url)

        async def abandon() -> None:
            with anyio.move_on_after(0.3):
                await six_calls()

        async def six_calls() -> None:
            async with anyio.create_task_group() as group:
                for _ in range(6):
                    group.start_soon(client.get_auth_token, TOKEN_ID)

        async def main() -> None:
            with anyio.fail_after(2):
                await six_calls()

        anyio.run(abandon, backend=loop)
        server.play(TOKEN_RESPONSE)
        anyio.run(main, backend=loop)


@pytest.mark.parametrize("steps", range(6))
def test_cancelled_closing_closes_everything_all_the_same(steps: int) -> None:
    """Whenever it is cancelled, it ends as cancelled and no connection is left open."""

    async def main() -> None:
        with FaultServer(Respond(204, delay=0.05)) as server:
            client = AsyncDevRevAuthClient(TOKEN, base_url=server.url)
            await asyncio.gather(*(client.revoke_own_auth_tokens(None) for _ in range(10)))
            task = asyncio.ensure_future(client.aclose())
            for _ in range(steps):
                await asyncio.sleep(0)
            if task.cancel():
                await asyncio.wait([task])
                assert task.cancelled()
            if steps == 0:  # it had not even begun
                await client.aclose()
            assert eventually(lambda: server.connections_open_now == 0)

    asyncio.run(main())


def test_total_timeout_leaves_no_cancellation_behind() -> None:
    """The scope inside the call is nobody else's business."""

    async def main() -> None:
        with FaultServer(Hang()) as server:
            async with client_of(server.url) as client, asyncio.timeout(5):
                with pytest.raises(TotalTimeoutError):
                    await client.get_auth_token(TOKEN_ID, total_timeout=0.05)
                task = asyncio.current_task()
                assert task is not None
                assert task.cancelling() == 0
                await asyncio.sleep(0.01)

    asyncio.run(main())
