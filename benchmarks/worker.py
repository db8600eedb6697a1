"""One client process, for one rival in one mode.

    python -m benchmarks.worker '{"module": ..., "folder": ..., "target": {...}, "mode": {...}}'

A process for each keeps the rivals' imports, garbage and connections apart, and makes process time the client's alone.
Each round takes two lines on standard input: at the first the worker warms up (or makes a new client), at the second
it calls. Each is answered with a line on standard output.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.answer import TOKEN_ID
from benchmarks.modes import TIME_LIMIT, Mode
from benchmarks.rivals import Target

LATE = "not answered in time"

_WARM_TASKS = 200
_WARM_CALLS = 50


@dataclass(frozen=True)
class Cost:
    """What one round took. A call's cost is that of the round by its answered calls."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor time of the client's process, user and system."""
    answered: int
    failures: dict[str, int]
    """How many calls ended otherwise, by the name of the exception."""


class Worker:
    """A client process, from the side of those who measure."""

    def __init__(self, module: str, folder: str, target: Target, mode: Mode) -> None:
        order = {"module": module, "folder": folder, "target": asdict(target), "mode": asdict(mode)}
        command = [sys.executable, "-m", "benchmarks.worker", json.dumps(order)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def get_ready(self) -> None:
        """Let it warm up, or make a new client."""
        self._ask()

    def make_round(self) -> Cost:
        """Make a round and return its cost."""
        return Cost(**self._ask())

    def stop(self) -> None:
        """End the process, if it has not ended itself."""
        self._process.communicate()

    def _ask(self) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"a client process ended with {self._process.wait()}; its reason is above")
        return json.loads(line)


def _told() -> bool:
    """Wait for the next line; nothing else has to happen in this process meanwhile."""
    return bool(sys.stdin.readline())


def _say(answer: object) -> None:
    print(json.dumps(answer), flush=True)


async def _work(open_client: Any, target: Target, mode: Mode) -> None:
    async with open_client(target) as call:
        if not mode.cold:
            while _told():
                await _calls(call, min(mode.tasks, _WARM_TASKS), _WARM_CALLS if mode.tasks == 1 else 1, 1)
                _say({})
                _told()
                _end_round(await _calls(call, mode.tasks, mode.each, mode.bursts))
            return
        await call()  # so that no round pays for what is imported at the first call
    while _told():
        async with open_client(target) as call:
            _say({})
            _told()
            _end_round(await _calls(call, mode.tasks, mode.each, mode.bursts))


async def _calls(call: Callable[[], Awaitable[str]], tasks: int, each: int, bursts: int) -> Cost:
    answered = 0
    failures: Counter[str] = Counter()

    async def calls_in_turn() -> None:
        nonlocal answered
        for _ in range(each):
            try:
                token_id = await call()
            except Exception as error:  # noqa: BLE001  # whatever a client raises counts as a failure of its
                failures[type(error).__name__] += 1
            else:
                if token_id == TOKEN_ID:
                    answered += 1
                else:
                    failures["wrong answer"] += 1

    def cost() -> Cost:
        late = tasks * each * bursts - answered - failures.total()
        lost = {**failures, LATE: late} if late else dict(failures)
        return Cost(time.perf_counter() - wall, time.process_time() - cpu, answered, lost)

    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    # A thread, because with ten thousand tasks some clients hold up the event loop for minutes.
    limit = threading.Timer(TIME_LIMIT, lambda: _end_round(cost()))
    limit.daemon = True
    limit.start()
    for _ in range(bursts):
        if tasks == 1:
            await calls_in_turn()
        else:
            await asyncio.wait([asyncio.create_task(calls_in_turn()) for _ in range(tasks)])
    limit.cancel()
    return cost()


def _work_sync(open_client: Any, target: Target, mode: Mode) -> None:
    with open_client(target) as call:
        while _told():
            _calls_sync(call, _WARM_CALLS)
            _say({})
            _told()
            _end_round(_calls_sync(call, mode.calls))


def _calls_sync(call: Callable[[], str], calls: int) -> Cost:
    answered = 0
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        answered += call() == TOKEN_ID
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(wall, cpu, answered, {"wrong answer": calls - answered} if answered < calls else {})


def _end_round(cost: Cost) -> None:
    _say(asdict(cost))
    if LATE in cost.failures:
        os._exit(0)


def _main(order: dict[str, Any]) -> None:
    sys.path.append(order["folder"])
    rival = importlib.import_module(f"benchmarks.rivals.{order['module']}")
    target, mode = Target(**order["target"]), Mode(**order["mode"])
    if mode.sync:
        _work_sync(rival.open_sync, target, mode)
    else:
        asyncio.run(_work(rival.open_async, target, mode))


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
