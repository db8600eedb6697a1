"""Twenty workers on ten connections whose calls are cut at random, and what is left of the client afterwards.

A pool of connections that loses one slot per unlucky cancellation is dead after a few seconds of this.
"""

import asyncio
import gc
import random
import threading
import time
import warnings
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio
import trio

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient, DevRevAuthError, TotalTimeoutError
from tests.faults.backends import (
    AT_ONCE,
    TOKEN,
    TOKEN_ANSWER,
    TOKEN_ID,
    ErrorLog,
    eventually,
    open_descriptors,
)
from tests.faults.server import Action, End, FaultServer, HalfAnswer, HalfHeaders, Hang, Respond, tls_pair

LANES = 10
WORKERS = 20
LONGEST = 0.05
"""Seconds until an impatient worker cuts its call, at most."""


@dataclass
class Aftermath:
    """What a storm met, and what it left."""

    endings: Counter[str] = field(default_factory=Counter)
    """How the calls ended: answered, failed (with an error of ours), cancelled, swallowed."""
    answered: int = 0
    """How many of twenty calls that nobody cut were answered afterwards."""
    seconds: float = 0.0
    """How long those took."""
    peak_connections: int = 0
    open_connections: int = 0
    """After closing."""
    tasks: int = 0
    """Tasks or threads beyond those before."""
    descriptors: int = 0
    """File descriptors beyond those before."""
    complaints: list[str] = field(default_factory=list)
    """Warnings and logged errors."""

    @property
    def is_clean(self) -> bool:
        """Whether the client came out of it whole."""
        return (
            (self.answered, self.open_connections, self.tasks, self.descriptors) == (20, 0, 0, 0)
            and self.seconds < 2
            and self.peak_connections <= LANES
            and not self.complaints
            and not self.endings["swallowed"]
            and self.endings["cancelled"] > 0 < self.endings["answered"]
        )


def answers(rng: random.Random, *, tls: bool) -> Iterator[Action]:
    """Mostly answers that come at about the time at which calls are cut; with TLS often on a new connection."""
    while True:
        wait = rng.uniform(0, LONGEST / 4)
        kind = rng.random()
        if kind < 0.8:
            yield Respond(404, delay=wait, close=rng.random() < (0.5 if tls else 0.1))
        elif kind < 0.9:
            yield Respond(404, byte_interval=wait / 50)
        else:
            yield rng.choice([HalfAnswer(), HalfHeaders(), HalfAnswer(end=End.HANG), Hang(), Respond(500)])


def patience(rng: random.Random) -> float:
    """Seconds until a call is cut: often soon, and else when it hangs."""
    return rng.uniform(0.0001, LONGEST) if rng.random() < 0.6 else 0.5


Cut = Callable[[Callable[[], Awaitable[Any]], float, random.Random], Awaitable[str]]


async def by_scope(call: Callable[[], Awaitable[Any]], seconds: float, rng: random.Random) -> str:
    """A cancel scope of anyio's, which on trio is trio's own."""
    with anyio.move_on_after(seconds):
        await call()
        return "answered"
    return "cancelled"


async def by_task_cancel(call: Callable[[], Awaitable[Any]], seconds: float, rng: random.Random) -> str:
    """asyncio's `task.cancel()`, now and then twice."""
    task = asyncio.ensure_future(call())
    await asyncio.wait([task], timeout=seconds)
    was_cancelled = task.cancel()
    if rng.random() < 0.3:
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.wait([task])
    if task.cancelled():
        return "cancelled"
    task.result()
    return "swallowed" if was_cancelled else "answered"


async def by_wait_for(call: Callable[[], Awaitable[Any]], seconds: float, rng: random.Random) -> str:
    """`asyncio.wait_for`."""
    try:
        await asyncio.wait_for(call(), seconds)
    except TimeoutError as error:
        if isinstance(error, TotalTimeoutError):
            raise
        return "cancelled"
    return "answered"


async def by_timeout(call: Callable[[], Awaitable[Any]], seconds: float, rng: random.Random) -> str:
    """`asyncio.timeout`."""
    try:
        async with asyncio.timeout(seconds):
            await call()
    except TimeoutError as error:
        if isinstance(error, TotalTimeoutError):
            raise
        return "cancelled"
    return "answered"


CUTS: dict[str, Cut] = {
    cut.__name__.removeprefix("by_"): cut for cut in (by_scope, by_task_cancel, by_wait_for, by_timeout)
}
WAYS = [("asyncio", cut) for cut in CUTS] + [("trio", "scope"), ("sync", "total_timeout")]


def storm(backend: str, way: str, seconds: float, seed: int, *, tls: bool = False) -> Aftermath:
    """Let it rage for so many seconds."""
    server_context, client_context = tls_pair() if tls else (None, True)
    script = answers(random.Random(seed), tls=tls)
    after = Aftermath()
    options: dict[str, Any] = {"max_connections": LANES, "verify": client_context, "retry": AT_ONCE, "timeout": 5}
    gc.collect()
    before = open_descriptors()
    with warnings.catch_warnings(record=True) as caught, ErrorLog() as log:
        warnings.simplefilter("always")
        with FaultServer(script, tls=server_context, keep_requests=1) as server:
            options["base_url"] = server.url
            if backend == "sync":
                _rage_in_threads(server, options, seconds, seed, after)
            else:
                anyio.run(_rage, server, options, seconds, seed, CUTS[way], after, backend=backend)
            eventually(lambda: server.connections_open_now == 0)
            after.open_connections = server.connections_open_now
            after.peak_connections = server.peak_connections
        gc.collect()
    after.descriptors = open_descriptors() - before
    after.complaints = log.messages + [str(warning.message) for warning in caught]
    return after


async def _rage(
    server: FaultServer, options: dict[str, Any], seconds: float, seed: int, cut: Cut, after: Aftermath
) -> None:
    tasks = _living_tasks()
    until = time.monotonic() + seconds
    async with AsyncDevRevAuthClient(TOKEN, **options) as client:

        async def work(rng: random.Random) -> None:
            while time.monotonic() < until:
                try:
                    after.endings[await cut(lambda: _get(client), patience(rng), rng)] += 1
                except DevRevAuthError:
                    after.endings["failed"] += 1

        async with anyio.create_task_group() as group:
            for number in range(WORKERS):
                group.start_soon(work, random.Random(f"{seed}-{number}"))
        server.play(TOKEN_ANSWER)
        begin = time.monotonic()
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(_count, client, after)
        after.seconds = time.monotonic() - begin
    after.tasks = _living_tasks() - tasks


async def _get(client: AsyncDevRevAuthClient) -> None:
    try:
        await client.get_auth_token(TOKEN_ID)
    except DevRevAuthError as error:
        if not hasattr(error, "status_code"):
            raise


async def _count(client: AsyncDevRevAuthClient, after: Aftermath) -> None:
    await client.get_auth_token(TOKEN_ID, total_timeout=5)
    after.answered += 1


def _living_tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:
        return trio.lowlevel.current_statistics().tasks_living


def _rage_in_threads(server: FaultServer, options: dict[str, Any], seconds: float, seed: int, after: Aftermath) -> None:
    """Threads cannot be cancelled; `total_timeout` cuts their calls."""
    until = time.monotonic() + seconds
    before = threading.active_count()
    with DevRevAuthClient(TOKEN, **options) as client:

        def work(rng: random.Random) -> None:
            while time.monotonic() < until:
                try:
                    client.get_auth_token(TOKEN_ID, total_timeout=patience(rng))
                    ending = "answered"
                except TotalTimeoutError:
                    ending = "cancelled"
                except DevRevAuthError as error:
                    ending = "answered" if hasattr(error, "status_code") else "failed"
                after.endings[ending] += 1

        def count() -> None:
            client.get_auth_token(TOKEN_ID, total_timeout=5)
            after.answered += 1

        _together([partial(work, random.Random(f"{seed}-{number}")) for number in range(WORKERS)])
        server.play(TOKEN_ANSWER)
        begin = time.monotonic()
        _together([count] * 20)
        after.seconds = time.monotonic() - begin
    after.tasks = threading.active_count() - before


def _together(functions: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
