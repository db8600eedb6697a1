"""The runtime of asyncio, uvloop included."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

import anyio

from .event_loops import EventLoop
from .in_threads import is_ready
from .interface import Asked


class AsyncioEvent:
    """A future and a timer: lighter than anyio's events and scopes, which ten thousand waiting calls feel."""

    __slots__ = ("_future", "_is_set", "_loop", "_thread")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread = threading.get_ident()
        self._is_set = False
        self._future: asyncio.Future[bool] | None = None

    def set(self) -> None:
        self._is_set = True
        if self._future is None:
            return
        if threading.get_ident() == self._thread:
            _finish(self._future)
        else:
            self._loop.call_soon_threadsafe(_finish, self._future)

    async def wait(self, seconds: float) -> bool:
        future: asyncio.Future[bool] = self._loop.create_future()
        self._future = future
        if self._is_set:
            return True
        timer = _timer(future, seconds)
        try:
            return await future
        finally:
            timer.cancel()


class Asyncio(EventLoop):
    """See `interface.Runtime`."""

    __slots__ = ("loop",)

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()

    def has_ended(self) -> bool:
        return self.loop.is_closed()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, threading.TIMEOUT_MAX))

    def event(self) -> AsyncioEvent:
        return AsyncioEvent(self.loop)

    async def readable(self, opened: socket.socket, seconds: float) -> bool:
        await asyncio.sleep(0)  # after the turn of other tasks it has often arrived, and no callback is needed
        if is_ready([opened], [], 0):
            return True
        loop = self.loop
        future: asyncio.Future[bool] = loop.create_future()
        descriptor = opened.fileno()
        try:
            loop.add_reader(descriptor, _finish, future)
        except NotImplementedError:  # Windows' default loop
            with anyio.move_on_after(seconds):
                await anyio.wait_readable(opened)
                return True
            return False
        timer = _timer(future, seconds)
        try:
            return await future
        finally:
            timer.cancel()
            loop.remove_reader(descriptor)

    async def writable(self, opened: Sequence[socket.socket], seconds: float) -> bool:
        loop = self.loop
        future: asyncio.Future[bool] = loop.create_future()
        descriptors = [one.fileno() for one in opened]
        timer = _timer(future, seconds)
        try:
            for descriptor in descriptors:
                loop.add_writer(descriptor, _finish, future)
            return await future
        except NotImplementedError:  # Windows' default loop
            return await self.first_writable(opened, seconds)
        finally:
            timer.cancel()
            with contextlib.suppress(NotImplementedError):
                for descriptor in descriptors:
                    loop.remove_writer(descriptor)

    async def ask(self, function: Callable[[], object], seconds: float) -> Asked:
        task = asyncio.current_task()
        cancellations = task.cancelling() if task is not None else 0
        try:
            return await super().ask(function, seconds)
        except asyncio.CancelledError as error:
            # A task that the function awaits may have been cancelled; this one was not, unless it was asked to end.
            if task is None or task.cancelling() > cancellations:
                raise
            return Asked(error=type(error))


def _timer(future: asyncio.Future[bool], seconds: float) -> asyncio.TimerHandle:
    return future.get_loop().call_later(min(max(0.0, seconds), threading.TIMEOUT_MAX), _give_up, future)


def _finish(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_result(True)


def _give_up(future: asyncio.Future[Any]) -> None:
    if not future.done():
        future.set_result(False)
