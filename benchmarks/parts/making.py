"""What making a client takes, beside httpx's, which loads the trusted certificates each time."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx

from benchmarks.answer import BEARER
from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient


def _median_ms(make: Callable[[], Any], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        made = make()
        taken.append(time.perf_counter() - start)
        del made
    return statistics.median(taken) * 1e3


if __name__ == "__main__":
    count = int(sys.argv[1])
    figures = {
        "ours": _median_ms(lambda: AsyncDevRevAuthClient(BEARER), count),
        "ours, sync": _median_ms(lambda: DevRevAuthClient(BEARER), count),
        "raw httpx": _median_ms(httpx.AsyncClient, count),
    }
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))
