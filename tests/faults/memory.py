"""How much a client grows over many calls: measured in a process of its own, which holds nothing but the client."""

import gc
import itertools
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.backends import TOKEN_RESPONSE, Backend
from tests.faults.server import Action, FaultServer, Raw, Reset, Respond, half_response

WORKERS = 10
WARM_UP = 1000
"""Calls after which everything that is made once is there: pages, caches, connections."""
MOST = {"bytes": 1024 * 1024, "objects": 1000}
"""By how much it may grow: memory as the kernel counts it, and objects that Python's collector knows."""


def growth(backend: str, calls: int) -> tuple[dict[str, float], list[str]]:
    """Make so many calls on one client, error responses and lost connections among them.

    Returns what the process came to hold beyond what it held after the first thousand, and where that is too much.
    """
    with FaultServer(_responses(), keep_requests=1) as server:
        command = [sys.executable, "-m", "tests.faults.memory", backend, server.url, str(calls)]
        root = Path(__file__).parents[2]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=root)  # noqa: S603 - ours
    grown = json.loads(done.stdout)
    return grown, [f"{grown[unit]} {unit} more, of {most}" for unit, most in MOST.items() if grown[unit] > most]


def _responses() -> Iterator[Action]:
    faults = [Respond(500), Reset(), Raw(TOKEN_RESPONSE.encode()), half_response(), Respond(200, body="no json")]
    for number in itertools.count():
        if number % 100 < len(faults):
            yield faults[number % 100]
        else:
            yield Respond(404, json={"type": "not_found"}) if number % 10 == 9 else TOKEN_RESPONSE


def measure(backend: str, url: str, calls: int) -> dict[str, float]:
    """Make the calls in this process."""
    with Backend(backend).client(url) as client, ThreadPoolExecutor(WORKERS) as threads:

        def make(count: int) -> None:
            list(threads.map(lambda _: len(client.outcomes([client.begin_get()])), range(count)))

        make(WARM_UP)
        before, begin = _held(), time.monotonic()
        for left in range(calls, 0, -WARM_UP):
            make(min(left, WARM_UP))
        milliseconds = 1000 * (time.monotonic() - begin) / calls
        after = _held()
    return {"ms a call": round(milliseconds, 2), **{unit: after[unit] - before[unit] for unit in MOST}}


def _held() -> dict[str, int]:
    gc.collect()
    statm = Path("/proc/self/statm")
    if statm.exists():
        resident = int(statm.read_text("ascii").split()[1]) * resource.getpagesize()
    else:  # macOS: the most there ever was, in bytes
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"bytes": resident, "objects": len(gc.get_objects())}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))))  # noqa: T201
