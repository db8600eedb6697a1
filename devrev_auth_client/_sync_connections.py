"""Where the sync client gets its transports: connection lanes, or the one transport that the user handed in.

A transport is acquired, used for one attempt and released, or discarded where anything but a whole answer came of it: a
connection that was cancelled or broken is closed and another takes its place.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Protocol, TypeVar

import httpx

from ._lane_book import ClosedClientError, LaneBook
from ._outcomes import Received
from ._route import KEEPALIVE_EXPIRY, Route
from ._wire import check_ending, exchange_sync, is_before

if TYPE_CHECKING:
    from ._sync_lane import SyncLane

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())

SyncTransportT = TypeVar("SyncTransportT", bound=httpx.BaseTransport)


class SyncConnections(Protocol[SyncTransportT]):
    """Where the sync client gets its transports."""

    def acquire(self, seconds: float) -> SyncTransportT | None:
        """Return a transport, or `None` where none is free within `seconds`. Raises `ClosedClientError`."""
        ...

    def exchange(self, transport: SyncTransportT, request: httpx.Request, seconds: float) -> Received | None:
        """Send, and read the answer within bounds; `None` where time is over. Raises what the transport raises."""
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


class SyncLanes:
    """Lanes for threads."""

    def __init__(self, size: int, route: Route) -> None:
        self._size = size
        self._route = route
        self._closed = False
        self._book = self._new_book()

    def acquire(self, seconds: float) -> SyncLane | None:
        """Return a lane, first come, first served."""
        if self._closed:
            raise ClosedClientError
        return self._book.take() or self._queue(self._book, seconds)

    def exchange(self, transport: SyncLane, request: httpx.Request, seconds: float) -> Received | None:
        """Send and read; the lane keeps to the time by itself."""
        ends = time.monotonic() + seconds
        transport.set_deadline(ends)
        received = _exchange_by(ends, transport, request)
        if received is not None:
            check_ending(received)
        return received

    def release(self, transport: SyncLane) -> None:
        """Give the lane to the next in the queue, or keep it."""
        for lane in transport.book.give_back(transport, time.monotonic(), KEEPALIVE_EXPIRY):
            self._close(lane)

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

    def _queue(self, book: LaneBook[SyncLane, threading.Event], seconds: float) -> SyncLane | None:
        waiter = book.join()
        given = False
        try:
            given = waiter.event.wait(min(max(0.0, seconds), threading.TIMEOUT_MAX))
        finally:
            late = None if given else book.leave(waiter)  # timed out or interrupted
            if late is not None:
                self.release(late)
        return book.collect(waiter) if given else None

    def _new_book(self) -> LaneBook[SyncLane, threading.Event]:
        return LaneBook(self._size, self._new_lane, threading.Event)

    def _new_lane(self, book: LaneBook[SyncLane, threading.Event]) -> SyncLane:
        # Only now: httpcore takes long to import, more so where trio is installed.
        from ._sync_lane import SyncLane

        return SyncLane(self._route, book)

    def _close(self, lane: SyncLane) -> None:
        try:
            lane.close()
        except Exception as error:  # noqa: BLE001  # the connection is given up either way
            logger.debug("closing a connection raised %s", type(error).__name__)


def _exchange_by(ends: float, transport: httpx.BaseTransport, request: httpx.Request) -> Received | None:
    try:
        return exchange_sync(transport, request)
    except httpx.TimeoutException:
        if is_before(ends):
            raise  # one phase's own
        return None


class SyncTransport:
    """The same for the sync client; it bounds its phases by itself."""

    def __init__(self, transport: httpx.BaseTransport) -> None:
        self._transport = transport
        self._closed = False

    def acquire(self, seconds: float) -> httpx.BaseTransport:  # noqa: ARG002  # there is no queue to wait in
        """Return the transport."""
        if self._closed:
            raise ClosedClientError
        return self._transport

    def exchange(self, transport: httpx.BaseTransport, request: httpx.Request, seconds: float) -> Received | None:
        """Send and read; the request carries a timeout for each phase, and nothing else can cut them."""
        return _exchange_by(time.monotonic() + seconds, transport, request)

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
