"""What asyncio and trio have in common."""

from __future__ import annotations

import contextlib
import inspect
import math
import socket
from collections.abc import Callable, Sequence
from typing import Any

import anyio
import sniffio
from anyio.lowlevel import checkpoint_if_cancelled

from .interface import Address, Asked, Runtime

LONGEST_CLOSE = 1.0
"""Seconds that closing a transport or a response of the user's may go on after a cancellation."""


def current_runtime() -> Runtime:
    """Return the runtime of the event loop that is running."""
    # Imported here: asyncio takes long to import, and trio programs have no use for it.
    if sniffio.current_async_library() == "asyncio":
        from .on_asyncio import Asyncio

        return Asyncio()
    from .on_trio import Trio

    return Trio()


class EventLoop:
    """The part of `interface.Runtime` that anyio makes the same for both."""

    async def checkpoint(self) -> None:
        await checkpoint_if_cancelled()

    async def resolve(self, host: str, port: int, seconds: float) -> list[Address] | None:
        with anyio.move_on_after(seconds):
            found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return [(one[0], one[4]) for one in found]
        return None

    async def first_writable(self, opened: Sequence[socket.socket], seconds: float) -> bool:
        """Wait until one of the sockets can be written to; False where that takes longer."""
        is_writable = False

        async def wait(one: socket.socket) -> None:
            nonlocal is_writable
            await anyio.wait_writable(one)
            is_writable = True
            waiting.cancel_scope.cancel()

        try:
            with anyio.move_on_after(seconds):
                async with anyio.create_task_group() as waiting:
                    for one in opened:
                        waiting.start_soon(wait, one)
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None  # Ctrl-C, which the program expects as it is
        return is_writable

    async def ask(self, function: Callable[[], object], seconds: float) -> Asked:
        value: object = None
        with anyio.move_on_after(seconds) as scope:
            try:
                value = function()
                if inspect.isawaitable(value):
                    value = await value
            except Exception as error:  # noqa: BLE001  # the user's function may raise anything
                return Asked(error=type(error))
        return Asked(value, is_late=scope.cancelled_caught)

    async def send(self, transport: Any, request: Any, take: Callable[[bytes], bool], seconds: float) -> Any:
        if seconds == math.inf:  # a cancel scope costs time
            return await _send(transport, request, take)
        with anyio.move_on_after(seconds):
            return await _send(transport, request, take)
        return None

    async def close(self, transport: Any) -> None:
        await transport.aclose()


async def _send(transport: Any, request: Any, take: Callable[[bytes], bool]) -> Any:
    response = await transport.handle_async_request(request)
    chunks = aiter(response.stream)
    try:
        async for chunk in chunks:
            if not take(chunk):
                break
        await _close(response.stream, chunks)
    except BaseException:
        with anyio.move_on_after(LONGEST_CLOSE, shield=True), contextlib.suppress(Exception):
            await _close(response.stream, chunks)
        raise
    return response


async def _close(stream: Any, chunks: Any) -> None:
    await stream.aclose()
    # httpx's streams are read through async generators, and trio warns of those that are left in the middle.
    if inspect.isasyncgen(chunks):
        await chunks.aclose()
