"""asyncio's own ways to cancel: timeouts, task groups, and a cancelled closing."""

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from devrev_auth_client import AsyncDevRevAuthClient, TotalTimeoutError
from tests.faults.backends import AT_ONCE, TOKEN, TOKEN_ID, eventually
from tests.faults.server import FaultServer, Hang, Respond


def client_of(url: str) -> AsyncDevRevAuthClient:
    return AsyncDevRevAuthClient(TOKEN, base_url=url, retry=AT_ONCE, total_timeout=10)


async def cut_by_timeout(client: AsyncDevRevAuthClient) -> None:
    async with asyncio.timeout(0.1):
        await client.get_auth_token(TOKEN_ID)


async def cut_by_wait_for(client: AsyncDevRevAuthClient) -> None:
    await asyncio.wait_for(client.get_auth_token(TOKEN_ID), 0.1)


@pytest.mark.parametrize("cut", [cut_by_timeout, cut_by_wait_for])
def test_asyncio_timeouts_end_a_call(cut: Callable[[AsyncDevRevAuthClient], Awaitable[None]]) -> None:
    """They raise what they always raise, and the task is no longer being cancelled afterwards."""

    async def main() -> None:
        with FaultServer(Hang()) as server:
            async with client_of(server.url) as client:
                with pytest.raises(TimeoutError) as caught:
                    await cut(client)
                assert not isinstance(caught.value, TotalTimeoutError)
                task = asyncio.current_task()
                assert task is not None
                assert task.cancelling() == 0
                await asyncio.sleep(0.01)

    asyncio.run(main())


def test_total_timeout_leaves_no_cancellation_behind() -> None:
    """The scope inside the call is nobody else's business."""

    async def main() -> None:
        with FaultServer(Hang()) as server:
            async with client_of(server.url) as client, asyncio.timeout(5):
                for _ in range(3):
                    with pytest.raises(TotalTimeoutError):
                        await client.get_auth_token(TOKEN_ID, total_timeout=0.05)
                    task = asyncio.current_task()
                    assert task is not None
                    assert task.cancelling() == 0
                    await asyncio.sleep(0.01)

    asyncio.run(main())


def test_task_group_whose_other_task_fails_cancels_the_call() -> None:
    """And only the failure of the other comes out."""

    async def fail() -> None:
        await asyncio.sleep(0.05)
        raise KeyError

    async def both(client: AsyncDevRevAuthClient) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(client.get_auth_token(TOKEN_ID))
            group.create_task(fail())

    async def main() -> None:
        with FaultServer(Hang()) as server:
            async with client_of(server.url) as client:
                with pytest.raises(ExceptionGroup) as caught:
                    await both(client)
                assert [type(error) for error in caught.value.exceptions] == [KeyError]
                assert eventually(lambda: server.connections_open_now == 0)

    asyncio.run(main())


@pytest.mark.parametrize("steps", range(6))
def test_cancelled_closing_closes_everything_all_the_same(steps: int) -> None:
    """Whenever it is cancelled, it ends as cancelled and no connection is left open."""

    async def main() -> None:
        with FaultServer(Respond(204, delay=0.05)) as server:
            client = AsyncDevRevAuthClient(TOKEN, base_url=server.url)
            await asyncio.gather(*(client.revoke_own_auth_tokens(None) for _ in range(10)))
            assert server.connections_open_now == 10
            task = asyncio.ensure_future(client.aclose())
            for _ in range(steps):
                await asyncio.sleep(0)
            if task.cancel():
                await asyncio.wait([task])
                assert task.cancelled()
            await asyncio.sleep(0.05)
            if steps == 0:  # it had not even begun
                await client.aclose()
            assert eventually(lambda: server.connections_open_now == 0)

    asyncio.run(main())
    gc.collect()
