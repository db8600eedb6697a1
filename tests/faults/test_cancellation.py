"""A cancelled call ends as cancelled, in whatever state it was, and leaves the client as good as before."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from devrev_auth_client import AsyncDevRevAuthClient, NotFoundError
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


async def cancelled_after(steps: int, call: Call, *, natively: bool) -> bool | None:
    """Whether a call ended as cancelled that was cancelled after so many turns of the loop; None if it was over."""
    ended: list[str] = []
    scope = anyio.CancelScope()

    async def run() -> None:
        with scope:
            await call()
            ended.append("whole")

    async with anyio.create_task_group() as group:
        task = asyncio.ensure_future(run()) if natively else None
        if task is None:
            group.start_soon(run)
        for _ in range(steps):
            await checkpoint()
            time.sleep(0.001)  # noqa: ASYNC251 - lets the kernel catch up, so that both come in one turn
        if ended:
            return None
        if task is None:
            scope.cancel()
            return None  # on asyncio a scope need not stop what is over in the same turn
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()
    return None  # a group may end its block early, for all its type says


@by_any_means
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_cancelled_at_every_turn_of_the_loop(loop: str, cancel: Cancel, tls: bool) -> None:
    """No turn at which a connection is lost from sight or a cancellation swallowed."""

    async def main() -> None:
        with FaultServer(Respond(404, close=True), tls=SERVER if tls else None) as server:
            async with client_of(server.url, max_connections=1) as client:

                async def call() -> None:
                    with suppress(NotFoundError):
                        await client.get_auth_token(TOKEN_ID)

                for steps in range(40):
                    natively = cancel is with_task_cancel
                    assert await cancelled_after(steps, call, natively=natively) is not False
                await call()
                assert server.peak_connections == 1
            assert eventually(lambda: server.connections_open_now == 0)

    anyio.run(main, backend=loop)
    gc.collect()
