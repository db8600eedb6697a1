"""httpx by hand, with its default limits; no pool timeout where many wait, because none would be answered otherwise."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager

import httpx

from benchmarks.rivals import Target, httpx_like


def open_async(target: Target) -> AbstractAsyncContextManager[Callable[[], Awaitable[str]]]:
    return httpx_like.open_async(httpx, target, patient=target.patient)


def open_sync(target: Target) -> AbstractContextManager[Callable[[], str]]:
    return httpx_like.open_sync(httpx, target)
