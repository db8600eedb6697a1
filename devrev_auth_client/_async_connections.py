"""Where the async client gets its transports: connection lanes, or the one transport that the user handed in.

A transport is acquired, used for one attempt and released, or discarded where anything but a whole answer came of it: a
connection that was cancelled or broken is closed and another takes its place.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import anyio
import httpx
import sniffio
from anyio.lowlevel import checkpoint_if_cancelled, current_token

from ._lane_book import ClosedClientError, LaneBook
from ._outcomes import Received
from ._route import KEEPALIVE_EXPIRY, Route
from ._signal import Signal
from ._wire import LONGEST_CLOSE, check_ending, exchange, is_before

if TYPE_CHECKING:
    from ._async_lane import AsyncLane

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())

AsyncTransportT = TypeVar("AsyncTransportT", bound=httpx.AsyncBaseTransport)


class AsyncConnections(Protocol[AsyncTransportT]):
    """Where the async client gets its transports."""

    async def acquire(self, seconds: float) -> AsyncTransportT | None:
        """Return a transport, or `None` where none is free within `seconds`. Raises `ClosedClientError`."""
        ...

    async def exchange(self, transport: AsyncTransportT, request: httpx.Request, seconds: float) -> Received | None:
        """Send, and read the answer within bounds; `None` where time is over. Raises what the transport raises."""
        ...

    async def release(self, transport: AsyncTransportT) -> None:
        """Give back a transport whose answer was read to its end."""
        ...

    async def discard(self, transport: AsyncTransportT) -> None:
        """Give back a transport in any other state; a cancellation does not cut it short."""
        ...

    async def aclose(self) -> None:
        """Refuse further callers and close what is idle; the rest is closed when it is given back."""
        ...

    def after_fork(self) -> None:
        """Forget the parent's connections."""
        ...


class AsyncLanes:
    """Lanes for asyncio and trio; each event loop has lanes of its own."""

    def __init__(self, size: int, route: Route) -> None:
        self._size = size
        self._route = route
        self._closed = False
        # By event loop. Not anyio's RunVar: what it holds refers back to the loop, and both then live for ever.
        self._books: dict[object, LaneBook[AsyncLane, Signal]] = {}
        self.on_lost_loop: Callable[[], object] = lambda: None

    async def acquire(self, seconds: float) -> AsyncLane | None:
        """Return a lane, first come, first served."""
        book = self._home()
        return book.take() or await self._queue(book, seconds)

    async def exchange(self, transport: AsyncLane, request: httpx.Request, seconds: float) -> Received | None:
        """Send and read; the lane keeps to the time by itself, which costs less than a cancel scope."""
        await checkpoint_if_cancelled()  # asyncio's transports send at once, also for a caller who was cancelled before
        ends = time.monotonic() + seconds
        transport.set_deadline(ends)
        try:
            received = await exchange(transport, request)
        except httpx.TimeoutException:
            if is_before(ends):
                raise  # one phase's own
            return None
        check_ending(received)
        return received

    async def release(self, transport: AsyncLane) -> None:
        """Give the lane to the next in the queue, or keep it."""
        for lane in transport.book.give_back(transport, time.monotonic(), KEEPALIVE_EXPIRY):
            await self._close(lane)

    async def discard(self, transport: AsyncLane) -> None:
        """Close the lane, within a second, and make room for another."""
        try:
            await self._close(transport)
        finally:
            transport.book.replace()

    async def aclose(self) -> None:
        """Close the idle lanes of this event loop."""
        self._closed = True
        book = self._books.pop(_running_loop(), None)
        await self._close_all(book.close() if book is not None else [])

    def after_fork(self) -> None:
        """Forget the parent's lanes."""
        self._books = {}
        self._route.after_fork()

    async def _queue(self, book: LaneBook[AsyncLane, Signal], seconds: float) -> AsyncLane | None:
        waiter = book.join()
        given = False
        try:
            given = await waiter.event.wait(seconds)
        finally:
            late = None if given else book.leave(waiter)  # out of time or cancelled
            if late is not None:
                await self.release(late)
        return book.collect(waiter) if given else None

    def _home(self) -> LaneBook[AsyncLane, Signal]:
        if self._closed:
            raise ClosedClientError
        loop = _running_loop()
        book = self._books.get(loop)
        if book is None:
            for other in [other for other in self._books if _has_ended(other)]:
                del self._books[other]
                self.on_lost_loop()
            book = LaneBook(self._size, self._new_lane, Signal)
            self._books[loop] = book
        return book

    def _new_lane(self, book: LaneBook[AsyncLane, Signal]) -> AsyncLane:
        # Only now: httpcore takes long to import, more so where trio is installed.
        from ._async_lane import AsyncLane

        return AsyncLane(self._route, book)

    async def _close_all(self, lanes: list[AsyncLane]) -> None:
        while lanes:
            try:
                await self._close(lanes.pop())
            except BaseException:
                # asyncio's own cancellation is not stopped by a shield: it ends this, but not before all are closed.
                await self._close_all(lanes)
                raise

    async def _close(self, lane: AsyncLane) -> None:
        with anyio.move_on_after(LONGEST_CLOSE, shield=True):
            try:
                await lane.aclose()
            except Exception as error:  # noqa: BLE001  # the connection is given up either way
                logger.debug("closing a connection raised %s", type(error).__name__)


def _running_loop() -> Any:
    """Return asyncio's loop or trio's token."""
    if sniffio.current_async_library() == "asyncio":
        import asyncio  # only here: it takes long, and trio programs have no use for it

        return asyncio.get_running_loop()
    return current_token().native_token


def _has_ended(loop: Any) -> bool:
    """Whether this event loop will never run again."""
    if hasattr(loop, "is_closed"):
        return bool(loop.is_closed())
    try:
        loop.run_sync_soon(int)
    except RuntimeError:  # trio.RunFinishedError is one
        return True
    return False


class AsyncTransport:
    """The one transport that the user handed in; it is never discarded, and keeps its own limits."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self._closed = False

    async def acquire(self, seconds: float) -> httpx.AsyncBaseTransport:  # noqa: ARG002  # there is no queue to wait in
        """Return the transport."""
        if self._closed:
            raise ClosedClientError
        return self._transport

    async def exchange(
        self, transport: httpx.AsyncBaseTransport, request: httpx.Request, seconds: float
    ) -> Received | None:
        """Send and read, and leave it where time is over."""
        with anyio.move_on_after(seconds):
            return await exchange(transport, request)
        return None

    async def release(self, transport: httpx.AsyncBaseTransport) -> None:
        """Do nothing."""

    async def discard(self, transport: httpx.AsyncBaseTransport) -> None:
        """Do nothing: its broken response was closed, and its connections are its own."""

    async def aclose(self) -> None:
        """Close the transport."""
        self._closed = True
        await self._transport.aclose()

    def after_fork(self) -> None:
        """Do nothing: what a fork does to it is the user's to know."""
