"""httpx by hand with all its defaults, the five seconds that a caller waits for a connection included."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import httpx

from benchmarks.rivals import Target, httpx_like


def open_async(target: Target) -> AbstractAsyncContextManager[Callable[[], Awaitable[str]]]:
    return httpx_like.open_async(httpx, target, patient=False)
