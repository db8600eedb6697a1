"""Where the clients get their transports: connection lanes, or the one transport that the user handed in.

A transport is acquired, used for one attempt and released, or discarded where anything but a whole answer came of it: a
connection that was cancelled or broken is closed and another takes its place.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Protocol, TypeVar

import anyio
import httpx
from anyio.lowlevel import current_token

from ._lane import AsyncLane, Route, SyncLane
from ._lane_book import ClosedClientError, LaneBook
from ._wire import LONGEST_CLOSE

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())

AsyncTransportT = TypeVar("AsyncTransportT", bound=httpx.AsyncBaseTransport)
SyncTransportT = TypeVar("SyncTransportT", bound=httpx.BaseTransport)


class AsyncConnections(Protocol[AsyncTransportT]):
    """Where the async client gets its transports."""

    def acquire_nowait(self) -> AsyncTransportT | None:
        """Return a free transport, or `None` where there is none. Raises `ClosedClientError`."""
        ...

    async def acquire(self) -> AsyncTransportT:
        """Return a transport, waiting for a free one. Raises `ClosedClientError`."""
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


class SyncConnections(Protocol[SyncTransportT]):
    """Where the sync client gets its transports."""

    def acquire(self, deadline: float) -> SyncTransportT | None:
        """Return a transport, or `None` where none is free by `deadline` (`time.monotonic`).

        Raises `ClosedClientError`.
        """
        ...

    def set_deadline(self, transport: SyncTransportT, deadline: float) -> None:
        """Cut the coming attempt at `deadline`, where the transport can."""
        ...

    def release(self, transport: SyncTransportT) -> None:
        """Give back a transport whose answer was read to its end."""
        ...

    def discard(self, transport: SyncTransportT) -> None:
        """Give back a transport in any other state."""
        ...

    def close(self) -> None:
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
        self._books: dict[object, LaneBook[AsyncLane, anyio.Event]] = {}

    def acquire_nowait(self) -> AsyncLane | None:
        """Return a free lane, or `None` where all are in use."""
        return self._home().take()

    async def acquire(self) -> AsyncLane:
        """Return a lane, first come, first served."""
        book = self._home()
        waiter = book.join()
        try:
            await waiter.event.wait()
        except BaseException:
            given = book.leave(waiter)
            if given is not None:
                await self.release(given)
            raise
        return book.collect(waiter)

    async def release(self, transport: AsyncLane) -> None:
        """Give the lane to the next in the queue, or keep it."""
        if not transport.book.give_back(transport):
            await self._close(transport)

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

    def _home(self) -> LaneBook[AsyncLane, anyio.Event]:
        if self._closed:
            raise ClosedClientError
        loop = _running_loop()
        book = self._books.get(loop)
        if book is None:
            for other in [other for other in self._books if _has_ended(other)]:
                del self._books[other]
            book = LaneBook(self._size, lambda book: AsyncLane(self._route, book), anyio.Event)
            self._books[loop] = book
        return book

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
    token = current_token()
    return getattr(token, "native_token", token)  # anyio wraps it since 4.11


def _has_ended(loop: Any) -> bool:
    """Whether this event loop will never run again."""
    if hasattr(loop, "is_closed"):
        return bool(loop.is_closed())
    try:
        loop.run_sync_soon(int)
    except RuntimeError:  # trio.RunFinishedError is one
        return True
    return False


class SyncLanes:
    """Lanes for threads."""

    def __init__(self, size: int, route: Route) -> None:
        self._size = size
        self._route = route
        self._closed = False
        self._book = self._new_book()

    def acquire(self, deadline: float) -> SyncLane | None:
        """Return a lane, first come, first served."""
        if self._closed:
            raise ClosedClientError
        return self._book.take() or self._queue(self._book, deadline)

    def set_deadline(self, transport: SyncLane, deadline: float) -> None:
        """Cut the coming attempt at `deadline`."""
        transport.set_deadline(deadline)

    def release(self, transport: SyncLane) -> None:
        """Give the lane to the next in the queue, or keep it."""
        if not transport.book.give_back(transport):
            self._close(transport)

    def discard(self, transport: SyncLane) -> None:
        """Close the lane and make room for another."""
        try:
            self._close(transport)
        finally:
            transport.book.replace()

    def close(self) -> None:
        """Close the idle lanes."""
        self._closed = True
        for lane in self._book.close():
            self._close(lane)

    def after_fork(self) -> None:
        """Forget the parent's lanes."""
        self._book = self._new_book()
        self._route.after_fork()

    def _queue(self, book: LaneBook[SyncLane, threading.Event], deadline: float) -> SyncLane | None:
        waiter = book.join()
        given = False
        try:
            given = waiter.event.wait(min(max(0.0, deadline - time.monotonic()), threading.TIMEOUT_MAX))
        finally:
            late = None if given else book.leave(waiter)  # timed out or interrupted
            if late is not None:
                self.release(late)
        return book.collect(waiter) if given else None

    def _new_book(self) -> LaneBook[SyncLane, threading.Event]:
        return LaneBook(self._size, lambda book: SyncLane(self._route, book), threading.Event)

    def _close(self, lane: SyncLane) -> None:
        try:
            lane.close()
        except Exception as error:  # noqa: BLE001  # the connection is given up either way
            logger.debug("closing a connection raised %s", type(error).__name__)


class AsyncTransport:
    """The one transport that the user handed in; it is never discarded, and keeps its own limits."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self._closed = False

    def acquire_nowait(self) -> httpx.AsyncBaseTransport:
        """Return the transport."""
        if self._closed:
            raise ClosedClientError
        return self._transport

    async def acquire(self) -> httpx.AsyncBaseTransport:
        """Return the transport."""
        return self.acquire_nowait()

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


class SyncTransport:
    """The same for the sync client; it bounds its phases by itself."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport
        self._closed = False

    def acquire(self, deadline: float) -> httpx.BaseTransport:  # noqa: ARG002  # there is no queue to wait in
        """Return the transport."""
        if self._closed:
            raise ClosedClientError
        return self._transport

    def set_deadline(self, transport: httpx.BaseTransport, deadline: float) -> None:
        """Do nothing: the request carries a timeout for each phase."""

    def release(self, transport: httpx.BaseTransport) -> None:
        """Do nothing."""

    def discard(self, transport: httpx.BaseTransport) -> None:
        """Do nothing: its broken response was closed, and its connections are its own."""

    def close(self) -> None:
        """Close the transport."""
        self._closed = True
        self._transport.close()

    def after_fork(self) -> None:
        """Do nothing: what a fork does to it is the user's to know."""
