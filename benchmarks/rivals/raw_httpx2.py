"""httpx2 by hand, with its default limits; no pool timeout where many wait."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager

import httpx2

from benchmarks.rivals import Target, httpx_like


def open_async(target: Target) -> AbstractAsyncContextManager[Callable[[], Awaitable[str]]]:
    return httpx_like.open_async(httpx2, target, patient=target.patient)


def open_sync(target: Target) -> AbstractContextManager[Callable[[], str]]:
    return httpx_like.open_sync(httpx2, target)
