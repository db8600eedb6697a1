"""A cancelled call ends as cancelled, in whatever state it was, and leaves the client as good as before."""

import asyncio
import gc
import time
from contextlib import suppress
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from devrev_auth_client import NotFoundError
from tests.faults.backends import REVOKED, TOKEN_ID, Backend, Caller
from tests.faults.catalogue import ENDLESS
from tests.faults.measuring import eventually, seconds_of
from tests.faults.server import Hang, Respond, ScriptSource, When, backlog_full_url
from tests.faults.storm import WAYS, Cut, by_scope, by_task_cancel

by_any_means = pytest.mark.parametrize("way", [way for way, cut in WAYS.items() if cut])
in_each_loop = pytest.mark.parametrize(("loop", "cut"), [("asyncio", by_task_cancel), ("trio", by_scope)])


def is_cut(client: Caller, cut: Cut, token_id: str = TOKEN_ID) -> bool:
    """Whether a call that would go on for long ends at once, and as cancelled."""
    call: Any = client.client.get_auth_token
    cutting = client.begin(cut, lambda: call(token_id), 0.1)
    return seconds_of(cutting.result) < 0.7 and cutting.result() is True


STATES: dict[str, tuple[ScriptSource, bool]] = ENDLESS | {
    "in a backoff": (Respond(503, {"Retry-After": "5"}), False),
    "waiting for the rate limit": (Respond(429, {"Retry-After": "5"}), False),
}


@in_each_loop
@pytest.mark.parametrize(("script", "tls"), STATES.values(), ids=STATES)
def test_cancelled_call_costs_no_place(loop: str, cut: Cut, script: ScriptSource, tls: bool) -> None:
    """Of only one; a connection that was whole is kept."""
    with Backend(loop).served(script, tls=tls, max_connections=1) as (server, client):
        assert is_cut(client, cut)
        kept = int(isinstance(script, Respond))
        assert eventually(lambda: server.connections_open_now == kept)
        opened = server.connections_opened
        server.play(REVOKED)
        if not (isinstance(script, Respond) and script.status == 429):
            client.revoke(total_timeout=2)
            assert server.connections_opened == opened + 1 - kept
        assert server.peak_connections == 1


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@in_each_loop
def test_cancelled_while_sending(loop: str, cut: Cut, tls: bool) -> None:
    """What the server has not taken is thrown away."""
    script = Hang(when=When.BEFORE_READING)
    with Backend(loop).served(script, tls=tls, receive_buffer=4096) as (_, client):
        assert is_cut(client, cut, "x" * 1_000_000)


@in_each_loop
def test_cancelled_while_connecting(loop: str, cut: Cut) -> None:
    with backlog_full_url() as url, Backend(loop).client(url) as client:
        assert is_cut(client, cut)


@by_any_means
def test_cancelled_while_waiting_for_a_connection(way: str) -> None:
    """Its place in the queue goes, and those behind it move up."""
    loop, cut = way.split(",")[0], WAYS[way]
    assert cut is not None
    with Backend(loop).served([Respond(204, delay=0.5), REVOKED], max_connections=1) as (server, client):
        first = client.begin_revoke()
        server.wait_for_requests(1)
        assert is_cut(client, cut)
        client.revoke()
        first.result(5)
        assert (len(server.requests), server.connections_opened) == (2, 1)


@by_any_means
def test_cancelled_while_waiting_for_a_token(way: str) -> None:
    """The token callable is cancelled with it, and sees that."""
    ended: list[str] = []

    async def ask() -> str:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("so")
        raise AssertionError

    loop, cut = way.split(",")[0], WAYS[way]
    assert cut is not None
    with Backend(loop).client("https://unused.invalid", token=ask) as client:
        assert is_cut(client, cut)
    assert ended


def test_nothing_is_sent_for_a_caller_who_was_cancelled_before(async_backend: Backend) -> None:
    """A revocation cannot be taken back; neither over a new connection nor over an idle one."""

    async def revoke_cancelled(revoke: Any) -> bool:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await revoke(None)
        return scope.cancelled_caught

    with async_backend.served(REVOKED) as (server, client):
        for sent in range(2):
            assert client.begin(revoke_cancelled, client.client.revoke_own_auth_tokens).result(5) is True
            time.sleep(0.05)
            assert len(server.requests) == sent
            client.revoke()


@pytest.mark.parametrize(("loop", "natively"), [("asyncio", False), ("asyncio", True), ("trio", False)])
def test_cancelled_at_every_turn_of_the_loop(loop: str, natively: bool) -> None:
    """No turn at which a connection is lost from sight or a cancellation swallowed."""

    async def cancel_after(steps: int, get: Any) -> None:
        scope = anyio.CancelScope()

        async def run() -> None:
            with scope, suppress(NotFoundError):
                await get(TOKEN_ID)

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

    with Backend(loop).served(Respond(404, close=True), tls=True, max_connections=1) as (server, client):
        for steps in range(40):
            client.begin(cancel_after, steps, client.client.get_auth_token).result(5)
        assert isinstance(client.begin_get().exception(5), NotFoundError)
        assert server.peak_connections == 1
        client.begin_close().result(5)
        assert eventually(lambda: server.connections_open_now == 0)
    gc.collect()
