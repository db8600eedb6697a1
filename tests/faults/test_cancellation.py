"""A cancelled call ends as cancelled, in whatever state it was, and leaves the client as good as before."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from devrev_auth_client import AsyncDevRevAuthClient, TotalTimeoutError
from tests.faults.backends import AT_ONCE, REVOKED, TOKEN, TOKEN_ID, eventually
from tests.faults.server import (
    Drip,
    End,
    FaultServer,
    HalfAnswer,
    Hang,
    Respond,
    ScriptSource,
    When,
    backlog_full_url,
    tls_pair,
)
from tests.faults.slow_reader import SlowReader

SERVER, CLIENT = tls_pair()
Call = Callable[[], Awaitable[Any]]
Cancel = Callable[[Call], Awaitable[bool]]


async def with_a_scope(call: Call) -> bool:
    """Cancel the call from outside after a while; whether it ended so."""
    scope = anyio.CancelScope()

    async def run() -> None:
        with scope:
            await call()

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        await anyio.sleep(0.1)
        scope.cancel()
    return scope.cancelled_caught


async def with_task_cancel(call: Call) -> bool:
    """The same with asyncio's own means, twice, as an impatient caller would."""
    task = asyncio.ensure_future(call())
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return task.cancelled()


MEANS = [("asyncio", with_a_scope), ("asyncio", with_task_cancel), ("trio", with_a_scope)]
by_any_means = pytest.mark.parametrize(("loop", "cancel"), MEANS, ids=["asyncio-scope", "asyncio-task", "trio-scope"])


@asynccontextmanager
async def client_of(url: str, **options: Any) -> AsyncIterator[AsyncDevRevAuthClient]:
    """A client that trusts the servers of these tests."""
    options = {"token": TOKEN, "base_url": url, "verify": CLIENT, "retry": AT_ONCE, "total_timeout": 10, **options}
    async with AsyncDevRevAuthClient(**options) as client:
        yield client


async def is_cancelled(cancel: Cancel, client: AsyncDevRevAuthClient, token_id: str = TOKEN_ID) -> None:
    """A call that would go on for long ends at once, and as cancelled."""
    begin = time.monotonic()
    assert await cancel(lambda: client.get_auth_token(token_id))
    assert time.monotonic() - begin < 0.6


SERVED: dict[str, tuple[ScriptSource, bool]] = {
    "in the TLS handshake": (Hang(when=When.IN_HANDSHAKE), True),
    "before a ServerHello": (Hang(when=When.ON_CONNECT), True),
    "waiting for an answer": (Hang(), False),
    "waiting for an answer over TLS": (Hang(), True),
    "reading headers": (Drip("headers", 0.01), False),
    "reading a body": (Drip("body", 0.01), False),
    "reading a body over TLS": (Drip("body", 0.01), True),
    "reading a silent body": (HalfAnswer(end=End.HANG), False),
    "in a backoff": (Respond(503, {"Retry-After": "5"}), False),
    "at the gate": (Respond(429, {"Retry-After": "5"}), False),
}


@by_any_means
@pytest.mark.parametrize(("script", "tls"), SERVED.values(), ids=SERVED)
def test_cancelled_call_leaves_no_connection_and_no_lane_behind(
    loop: str, cancel: Cancel, script: ScriptSource, tls: bool
) -> None:
    """On the only lane there is; with a connection that was whole, that one is kept."""

    async def main() -> None:
        with FaultServer(script, tls=SERVER if tls else None) as server:
            async with client_of(server.url, max_connections=1) as client:
                await is_cancelled(cancel, client)
                kept = int(isinstance(script, Respond))
                assert eventually(lambda: server.connections_open_now == kept)
                server.play(REVOKED)
                other = client.with_options()
                if not (isinstance(script, Respond) and script.status == 429):
                    await other.revoke_own_auth_tokens(None, total_timeout=2)
                    assert server.connections_opened == 2 - kept
                assert server.peak_connections == 1

    anyio.run(main, backend=loop)


@by_any_means
def test_cancelled_while_connecting(loop: str, cancel: Cancel) -> None:
    """The connect is given up with it."""

    async def main() -> None:
        with backlog_full_url() as url:
            async with client_of(url) as client:
                await is_cancelled(cancel, client)

    anyio.run(main, backend=loop)


@by_any_means
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_cancelled_while_sending(loop: str, cancel: Cancel, tls: bool) -> None:
    """What the server has not taken is thrown away."""

    async def main() -> None:
        with SlowReader(1, 60, tls=SERVER if tls else None) as server:
            async with client_of(server.url) as client:
                await is_cancelled(cancel, client, "x" * 1_000_000)

    anyio.run(main, backend=loop)


@by_any_means
def test_cancelled_while_waiting_for_a_lane(loop: str, cancel: Cancel) -> None:
    """Its place in the queue goes, and those behind it move up."""

    async def main() -> None:
        with FaultServer([Respond(204, delay=0.4), REVOKED]) as server:
            async with client_of(server.url, max_connections=1) as client, anyio.create_task_group() as group:
                group.start_soon(client.revoke_own_auth_tokens, None)
                await anyio.sleep(0.05)
                await is_cancelled(cancel, client)
                await client.revoke_own_auth_tokens(None)
            assert len(server.requests) == 2
            assert server.connections_opened == 1

    anyio.run(main, backend=loop)


@by_any_means
def test_cancelled_while_waiting_for_a_token(loop: str, cancel: Cancel) -> None:
    """The token callable is cancelled with it, and sees that."""
    seen: list[str] = []

    async def ask() -> str:
        try:
            await anyio.sleep_forever()
        finally:
            seen.append("the end")
        raise AssertionError

    async def main() -> None:
        async with client_of("https://unused.invalid", token=ask) as client:
            await is_cancelled(cancel, client)

    anyio.run(main, backend=loop)
    assert seen == ["the end"]


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
