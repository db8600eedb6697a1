"""How much a client grows over many calls: measured in a process of its own, which holds nothing but the client."""

import gc
import itertools
import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import anyio

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient, DevRevAuthError
from tests.faults.backends import AT_ONCE, TOKEN, TOKEN_ANSWER, TOKEN_ID
from tests.faults.server import Action, CloseAfterAnswer, FaultServer, HalfAnswer, Reset, Respond

ROOT = Path(__file__).parents[2]
WORKERS = 10
WARM_UP = 1000
"""Calls after which everything that is made once is there: pages, caches, connections."""


@dataclass(frozen=True)
class Growth:
    """What a client's process came to hold beyond what it held after the first thousand calls."""

    calls: int
    seconds: float
    resident: int
    """Bytes of memory, as the kernel counts."""
    objects: int
    """Objects that Python's collector knows."""


def growth(backend: str, calls: int) -> Growth:
    """Make so many calls on one client, refusals and lost connections among them."""
    with FaultServer(_answers(), keep_requests=1) as server:
        command = [sys.executable, "-m", "tests.faults.memory", backend, server.url, str(calls)]
        result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)  # noqa: S603
    return Growth(**json.loads(result.stdout))


def _answers() -> Iterator[Action]:
    faults = [Respond(500), Reset(), CloseAfterAnswer(TOKEN_ANSWER), HalfAnswer(), Respond(200, body="no json")]
    for number in itertools.count():
        if number % 100 < len(faults):
            yield faults[number % 100]
        elif number % 10 == 9:
            yield Respond(404, json={"type": "not_found", "message": "no such token"})
        else:
            yield TOKEN_ANSWER


class _Meter:
    """Counts calls; looks at the process after the warm-up and at the end."""

    def __init__(self, calls: int) -> None:
        self._left = itertools.count(calls + WARM_UP, -1)
        self._lock = threading.Lock()
        self._calls = calls
        self._before = (0, 0)
        self._begin = 0.0

    def next(self) -> bool:
        """Whether there is one more call to make."""
        with self._lock:
            left = next(self._left)
            if left == self._calls:
                self._before, self._begin = _held(), time.monotonic()
            return left > 0

    def growth(self) -> Growth:
        """What was added."""
        resident, objects = _held()
        seconds = time.monotonic() - self._begin
        return Growth(self._calls, seconds, resident - self._before[0], objects - self._before[1])


def _held() -> tuple[int, int]:
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        resident = int(statm.read_text("ascii").split()[1]) * resource.getpagesize()
    else:  # macOS: the most there ever was, in bytes
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return resident, len(gc.get_objects())


async def _measure(url: str, meter: _Meter) -> Growth:
    async with AsyncDevRevAuthClient(TOKEN, base_url=url, retry=AT_ONCE) as client:

        async def work() -> None:
            while meter.next():
                with suppress(DevRevAuthError):
                    await client.get_auth_token(TOKEN_ID)

        async with anyio.create_task_group() as group:
            for _ in range(WORKERS):
                group.start_soon(work)
        return meter.growth()


def _measure_in_threads(url: str, meter: _Meter) -> Growth:
    with DevRevAuthClient(TOKEN, base_url=url, retry=AT_ONCE) as client:

        def work() -> None:
            while meter.next():
                with suppress(DevRevAuthError):
                    client.get_auth_token(TOKEN_ID)

        threads = [threading.Thread(target=work) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return meter.growth()


if __name__ == "__main__":
    _backend, _url, _calls = sys.argv[1:]
    _meter = _Meter(int(_calls))
    if _backend == "sync":
        _result = _measure_in_threads(_url, _meter)
    else:
        _result = anyio.run(_measure, _url, _meter, backend=_backend)
    print(json.dumps(_result.__dict__))  # noqa: T201
