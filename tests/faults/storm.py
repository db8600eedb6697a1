"""Twenty workers on ten connections whose calls are cut at random, and what is left of the client afterwards.

A pool that loses one connection per unlucky cancellation is dead after a few seconds of this.
"""

import asyncio
import gc
import random
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import anyio
import trio

from devrev_auth_client import APIError, AuthToken, DevRevAuthError, TotalTimeoutError
from tests.faults.backends import SERVER, TOKEN_RESPONSE, Backend, Caller
from tests.faults.measuring import complaints, eventually, open_descriptors
from tests.faults.server import Action, End, FaultServer, Hang, Respond, half_headers, half_response

CONNECTIONS = 10
WORKERS = 20
LONGEST = 0.05
"""Seconds until an impatient worker cuts its call, at most."""

Call = Callable[[], Coroutine[Any, Any, Any]]
Cut = Callable[[Call, float], Awaitable[bool]]
"""Cuts a call after so many seconds; whether it was still under way."""


async def by_scope(call: Call, seconds: float) -> bool:
    """A cancel scope of anyio's, which on trio is trio's own."""
    with anyio.move_on_after(seconds) as scope:
        await call()
    return scope.cancelled_caught


async def by_task_cancel(call: Call, seconds: float) -> bool:
    """asyncio's `task.cancel()`, twice, as an impatient caller would."""
    task = asyncio.ensure_future(call())
    await asyncio.wait([task], timeout=seconds)
    was_under_way = task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    if not task.cancelled():
        task.result()
        assert not was_under_way, "the cancellation was swallowed"
    return was_under_way


async def by_timeout(call: Call, seconds: float) -> bool:
    """`asyncio.timeout` raises what it always raises; the task is not left being cancelled."""
    task = asyncio.current_task()
    assert task is not None
    try:
        async with asyncio.timeout(seconds):
            await call()
    except TotalTimeoutError:
        raise
    except TimeoutError:
        assert task.cancelling() == 0
        return True
    return False


WAYS: dict[str, Cut | None] = {
    "asyncio, scope": by_scope,
    "asyncio, task.cancel": by_task_cancel,
    "asyncio, timeout": by_timeout,
    "trio, scope": by_scope,
    "sync, total_timeout": None,
}
"""How calls are cut; threads cannot be cancelled, there `total_timeout` cuts them."""


def responses(rng: random.Random, *, tls: bool) -> Iterator[Action]:
    """Mostly responses at about the time at which calls are cut; with TLS often on a new connection."""
    while True:
        wait = rng.uniform(0, LONGEST / 4)
        kind = rng.random()
        if kind < 0.8:
            yield Respond(404, delay=wait, close=rng.random() < (0.5 if tls else 0.1))
        elif kind < 0.9:
            yield Respond(404, byte_interval=wait / 50)
        else:
            yield rng.choice([half_response(), half_headers(), half_response(end=End.HANG), Hang(), Respond(500)])


def storm(way: str, seconds: float, seed: int, *, tls: bool = False) -> tuple[Counter[str], list[str]]:
    """Let it rage for so many seconds: how the calls ended, and what is not as it was before."""
    calls: Counter[str] = Counter()
    gc.collect()
    descriptors, threads = open_descriptors(), threading.active_count()
    with (
        complaints() as problems,
        FaultServer(responses(random.Random(seed), tls=tls), tls=SERVER if tls else None, keep_requests=1) as server,
    ):
        with Backend(way.partition(",")[0]).client(server.url, max_connections=CONNECTIONS) as client:
            tasks = client.begin(living_tasks).result()
            _rage(client, way, seconds, seed, calls)
            server.play(TOKEN_RESPONSE)
            begin = time.monotonic()
            outcomes = client.outcomes([client.begin_get(total_timeout=5) for _ in range(20)])
            lasted = time.monotonic() - begin
            tasks_left = client.begin(living_tasks).result() - tasks
        eventually(lambda: server.connections_open_now == 0)
    checks = {
        "cut and finished": calls["cut"] > 0 < calls["finished"],
        "every call succeeded afterwards": {type(outcome) for outcome in outcomes} == {AuthToken},
        "within two seconds": lasted < 2,
        "never too many connections": server.peak_connections <= CONNECTIONS,
        "no connection left": server.connections_open_now == 0,
        "no task left": tasks_left == 0,
        "no descriptor left": open_descriptors() <= descriptors,
        "no thread left": threading.active_count() <= threads,
    }
    return calls, problems + [f"not so: {what}" for what, holds in checks.items() if not holds]


def _rage(client: Caller, way: str, seconds: float, seed: int, calls: Counter[str]) -> None:
    until = time.monotonic() + seconds
    cut = WAYS[way]
    get: Any = client.client.get_auth_token

    async def get_something() -> None:
        with suppress(APIError):
            await get("x")

    def get_in_thread(patience: float) -> bool:
        with suppress(APIError):
            get("x", total_timeout=patience)
        return False

    def work(number: int) -> None:
        rng = random.Random(f"{seed}-{number}")
        while time.monotonic() < until:
            # Often soon, and else where it hangs.
            patience = rng.uniform(0.0001, LONGEST) if rng.random() < 0.6 else 0.5
            try:
                begun = client.begin(cut, get_something, patience) if cut else client.begin(get_in_thread, patience)
                calls["cut" if begun.result() else "finished"] += 1
            except TotalTimeoutError:
                calls["cut"] += 1
            except DevRevAuthError:
                calls["failed"] += 1

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(work, range(WORKERS)))


def living_tasks() -> int:
    """How many tasks the event loop has; none in a thread without one."""
    with suppress(RuntimeError):
        return len(asyncio.all_tasks())
    with suppress(RuntimeError):
        return trio.lowlevel.current_statistics().tasks_living
    return 0
