"""What one task waits for: lighter than anyio's events and scopes, which ten thousand waiting calls feel."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import anyio
import sniffio

if TYPE_CHECKING:
    import asyncio


class Signal:
    """Set once, waited for by one task of asyncio or trio."""

    __slots__ = ("_event", "_future", "_is_set")

    def __init__(self) -> None:
        self._is_set = False
        self._event: anyio.Event | None = None  # under trio
        self._future: asyncio.Future[bool] | None = None  # under asyncio

    def set(self) -> None:
        """Wake who waits. Raises `RuntimeError` where its event loop was closed over its head."""
        self._is_set = True
        if self._event is not None:
            self._event.set()
        if self._future is not None and not self._future.done():
            self._future.set_result(True)

    async def wait(self, seconds: float = math.inf) -> bool:
        """Wait until it is set; False where that takes longer than `seconds`."""
        if self._is_set:
            return True
        if sniffio.current_async_library() == "asyncio":
            import asyncio  # only here: it takes long, and trio programs have no use for it

            self._future = asyncio.get_running_loop().create_future()
            return await is_done_within(self._future, seconds)
        self._event = anyio.Event()
        with anyio.move_on_after(seconds):
            await self._event.wait()
        return self._is_set


async def is_done_within(future: asyncio.Future[bool], seconds: float | None) -> bool:
    """Wait until asyncio's future is done; False where that takes longer than `seconds`."""
    if seconds is None or seconds > threading.TIMEOUT_MAX:
        return await future
    timer = future.get_loop().call_later(seconds, _give_up, future)
    try:
        return await future
    finally:
        timer.cancel()


def _give_up(future: asyncio.Future[bool]) -> None:
    if not future.done():
        future.set_result(False)
