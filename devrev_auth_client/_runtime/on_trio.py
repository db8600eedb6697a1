"""The runtime of trio, by way of anyio: a program without trio needs no trio to check its types."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from typing import Any

import anyio
from anyio.lowlevel import current_token

from .event_loops import EventLoop


class TrioEvent:
    """trio's event, which threads may set too."""

    __slots__ = ("_event", "_is_set", "_thread", "_token")

    def __init__(self, token: Any) -> None:
        self._token = token
        self._thread = threading.get_ident()
        self._is_set = False
        self._event: anyio.Event | None = None

    def set(self) -> None:
        self._is_set = True
        if self._event is None:
            return
        if threading.get_ident() == self._thread:
            self._event.set()
        else:
            self._token.run_sync_soon(self._event.set)

    async def wait(self, seconds: float) -> bool:
        self._event = anyio.Event()
        if not self._is_set:
            with anyio.move_on_after(seconds):
                await self._event.wait()
        return self._is_set


class Trio(EventLoop):
    """See `interface.Runtime`."""

    __slots__ = ("loop",)

    def __init__(self) -> None:
        self.loop: Any = current_token().native_token

    def has_ended(self) -> bool:
        try:
            self.loop.run_sync_soon(int)
        except RuntimeError:  # trio.RunFinishedError is one
            return True
        return False

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)

    def event(self) -> TrioEvent:
        return TrioEvent(self.loop)

    async def readable(self, opened: socket.socket, seconds: float) -> bool:
        with anyio.move_on_after(seconds):
            await anyio.wait_readable(opened)
            return True
        return False

    async def writable(self, opened: Sequence[socket.socket], seconds: float) -> bool:
        return await self.first_writable(opened, seconds)
