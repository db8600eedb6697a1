"""A cancelled call ends as cancelled, in whatever state it was, and leaves the client as good as before."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from devrev_auth_client import AsyncDevRevAuthClient, NotFoundError, TotalTimeoutError
from tests.faults.backends import ASYNC_BACKENDS, AT_ONCE, REVOKED, TOKEN, TOKEN_ID, eventually
from tests.faults.listeners import backlog_full_url, tls_pair
from tests.faults.server import (
    DRIPPING_BODY,
    DRIPPING_HEADERS,
    End,
    FaultServer,
    Hang,
    Respond,
    ScriptSource,
    When,
    half_response,
)

SERVER, CLIENT = tls_pair()
Call = Callable[[], Coroutine[Any, Any, Any]]
Cancel = Callable[[Call], Awaitable[bool]]


async def by_scope(call: Call) -> bool:
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


async def by_task_cancel(call: Call) -> bool:
    """The same with asyncio's own means, twice, as an impatient caller would."""
    task = asyncio.ensure_future(call())
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return task.cancelled()


async def by_timeout(call: Call) -> bool:
    """`asyncio.timeout` and `asyncio.wait_for` raise what they always raise; the task is not left being cancelled."""
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(0.1):
            await call()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call(), 0.1)
    task = asyncio.current_task()
    return not isinstance(caught.value, TotalTimeoutError) and task is not None and task.cancelling() == 0


async def by_task_group(call: Call) -> bool:
    """Another task of its group fails, and only that failure comes out."""

    async def fail() -> None:
        await asyncio.sleep(0.05)
        raise KeyError

    async def run() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(call())
            group.create_task(fail())

    with pytest.raises(ExceptionGroup) as caught:
        await run()
    return [type(error) for error in caught.value.exceptions] == [KeyError]


MEANS = {
    "asyncio, scope": ("asyncio", by_scope),
    "asyncio, task.cancel": ("asyncio", by_task_cancel),
    "asyncio, timeout": ("asyncio", by_timeout),
    "asyncio, task group": ("asyncio", by_task_group),
    "trio, scope": ("trio", by_scope),
}
by_any_means = pytest.mark.parametrize(("loop", "cancel"), MEANS.values(), ids=MEANS)


def client_of(url: str, **options: Any) -> AsyncDevRevAuthClient:
    options = {"token": TOKEN, "base_url": url, "verify": CLIENT, "retry": AT_ONCE, "total_timeout": 10, **options}
    return AsyncDevRevAuthClient(**options)


async def is_cancelled(cancel: Cancel, client: AsyncDevRevAuthClient, token_id: str = TOKEN_ID) -> None:
    """A call that would go on for long ends at once, and as cancelled."""
    begin = time.monotonic()
    assert await cancel(lambda: client.get_auth_token(token_id))
    assert time.monotonic() - begin < 0.7


STATES: dict[str, tuple[ScriptSource, bool]] = {
    "before a ServerHello": (Hang(when=When.ON_CONNECT), True),
    "in the TLS handshake": (Hang(when=When.IN_HANDSHAKE), True),
    "waiting for a response": (Hang(), False),
    "waiting for a response over TLS": (Hang(), True),
    "reading headers": (DRIPPING_HEADERS, False),
    "reading a body": (DRIPPING_BODY, False),
    "reading a body over TLS": (DRIPPING_BODY, True),
    "reading a silent body": (half_response(end=End.HANG), False),
    "in a backoff": (Respond(503, {"Retry-After": "5"}), False),
    "waiting for the rate limit": (Respond(429, {"Retry-After": "5"}), False),
}


@pytest.mark.parametrize(("loop", "cancel"), [("asyncio", by_task_cancel), ("trio", by_scope)], ids=ASYNC_BACKENDS)
@pytest.mark.parametrize(("script", "tls"), STATES.values(), ids=STATES)
def test_cancelled_call_costs_no_place(loop: str, cancel: Cancel, script: ScriptSource, tls: bool) -> None:
    """Of only one; a connection that was whole is kept."""

    async def main() -> None:
        with FaultServer(script, tls=SERVER if tls else None) as server:
            async with client_of(server.url, max_connections=1) as client:
                await is_cancelled(cancel, client)
                kept = int(isinstance(script, Respond))
                assert eventually(lambda: server.connections_open_now == kept)
                opened = server.connections_opened
                server.play(REVOKED)
                if not (isinstance(script, Respond) and script.status == 429):
                    await client.revoke_own_auth_tokens(None, total_timeout=2)
                    assert server.connections_opened == opened + 1 - kept
                assert server.peak_connections == 1

    anyio.run(main, backend=loop)


@by_any_means
def test_cancelled_while_connecting_or_sending(loop: str, cancel: Cancel) -> None:
    """What the server has not taken is thrown away."""

    async def main() -> None:
        with backlog_full_url() as url:
            async with client_of(url) as client:
                await is_cancelled(cancel, client)
        for tls in (None, SERVER):
            with FaultServer(Hang(when=When.BEFORE_READING), tls=tls, receive_buffer=4096) as server:
                async with client_of(server.url) as client:
                    await is_cancelled(cancel, client, "x" * 1_000_000)

    anyio.run(main, backend=loop)


@by_any_means
def test_cancelled_while_waiting_for_a_connection(loop: str, cancel: Cancel) -> None:
    """Its place in the queue goes, and those behind it move up."""

    async def main() -> None:
        with FaultServer([Respond(204, delay=0.5), REVOKED]) as server:
            async with client_of(server.url, max_connections=1) as client, anyio.create_task_group() as group:
                group.start_soon(client.revoke_own_auth_tokens, None)
                await anyio.sleep(0.05)
                await is_cancelled(cancel, client)
                await client.revoke_own_auth_tokens(None)
            assert (len(server.requests), server.connections_opened) == (2, 1)

    anyio.run(main, backend=loop)


@by_any_means
def test_cancelled_while_waiting_for_a_token(loop: str, cancel: Cancel) -> None:
    """The token callable is cancelled with it, and sees that."""
    ended: list[str] = []

    async def ask() -> str:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("so")
        raise AssertionError

    async def main() -> None:
        async with client_of("https://unused.invalid", token=ask) as client:
            await is_cancelled(cancel, client)

    anyio.run(main, backend=loop)
    assert ended


@pytest.mark.parametrize("loop", ASYNC_BACKENDS)
def test_nothing_is_sent_for_a_caller_who_was_cancelled_before(loop: str) -> None:
    """A revocation cannot be taken back; neither over a new connection nor over an idle one."""

    async def main() -> None:
        with FaultServer(REVOKED) as server:
            async with client_of(server.url) as client:
                for sent in range(2):
                    with anyio.CancelScope() as scope:
                        scope.cancel()
                        await client.revoke_own_auth_tokens(None)
                    assert scope.cancelled_caught
                    await anyio.sleep(0.05)
                    assert len(server.requests) == sent
                    await client.revoke_own_auth_tokens(None)

    anyio.run(main, backend=loop)


@pytest.mark.parametrize(("loop", "natively"), [("asyncio", False), ("asyncio", True), ("trio", False)])
def test_cancelled_at_every_turn_of_the_loop(loop: str, natively: bool) -> None:
    """No turn at which a connection is lost from sight or a cancellation swallowed."""

    async def cancel_after(steps: int, call: Call) -> None:
        scope = anyio.CancelScope()

        async def run() -> None:
            with scope:
                await call()

        async with anyio.create_task_group() as group:
            task = asyncio.ensure_future(run()) if natively else None
            if task is None:
                group.start_soon(run)
            for _ in range(steps):
                await checkpoint()
                time.sleep(0.001)  # noqa: ASYNC251 - lets the kernel catch up, so that both come in one turn
            if task is None:
                scope.cancel()
            elif task.cancel():  # it was not over
                await asyncio.wait([task])
                assert task.cancelled()

    async def main() -> None:
        with FaultServer(Respond(404, close=True), tls=SERVER) as server:
            async with client_of(server.url, max_connections=1) as client:

                async def call() -> None:
                    with suppress(NotFoundError):
                        await client.get_auth_token(TOKEN_ID)

                for steps in range(40):
                    await cancel_after(steps, call)
                await call()
                assert server.peak_connections == 1
            assert eventually(lambda: server.connections_open_now == 0)

    anyio.run(main, backend=loop)
    gc.collect()
