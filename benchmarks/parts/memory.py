"""What a call takes that waits: its task, its coroutines and all that the client keeps for it, as a mean of many.

    python -m benchmarks.parts.memory connection|rate_limit|event tracemalloc|rss COUNT SECONDS URL

SECONDS are those after which every call waits where it is going to.

- connection: the server never answers, so all but `max_connections` calls wait for a connection;
- rate_limit: a response of 429 says how long to wait, and all calls do;
- event: no client, tasks that wait for an `asyncio.Event`: what asyncio alone takes.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from benchmarks.answer import BEARER, TOKEN_ID
from devrev_auth_client import AsyncDevRevAuthClient


def _in_use(how: str) -> int:
    gc.collect()
    if how == "tracemalloc":
        return tracemalloc.get_traced_memory()[0]
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def _measure(call: Callable[[], Awaitable[object]], how: str, count: int, settled: float) -> float:
    # What is made once, at the first call, is not what a call takes.
    first = asyncio.ensure_future(call())
    await asyncio.sleep(settled / 2)
    tasks: list[asyncio.Future[object]] = [first] * count
    before = _in_use(how)
    for index in range(count):
        tasks[index] = asyncio.ensure_future(call())
    await asyncio.sleep(settled)
    taken = _in_use(how) - before
    assert not any(task.done() for task in tasks), "a call did not wait"
    return taken / count / 1024


async def _main(place: str, how: str, count: int, settled: float, url: str) -> float:
    if how == "tracemalloc":
        tracemalloc.start()
    if place == "event":
        return await _measure(asyncio.Event().wait, how, count, settled)
    closing = httpx.MockTransport(lambda _: httpx.Response(429, headers={"Retry-After": "50"}))
    client = AsyncDevRevAuthClient(BEARER, base_url=url, transport=closing if place == "rate_limit" else None)
    return await _measure(lambda: client.get_auth_token(TOKEN_ID), how, count, settled)


if __name__ == "__main__":
    where, means, calls, seconds, server = sys.argv[1:]
    kibibytes = asyncio.run(asyncio.wait_for(_main(where, means, int(calls), float(seconds), server), 60))
    print(json.dumps({"kib": round(kibibytes, 2)}), flush=True)
    os._exit(0)  # cancelling ten thousand calls is not what is measured
