"""Who has a connection lane and who waits for one, first come, first served. Pure.

Idle lanes are kept last in, first out, so that few connections stay warm.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

from ._rate_gate import EventT

LaneT = TypeVar("LaneT")


class ClosedClientError(Exception):
    """The client was closed; never leaves the package."""


class LaneWaiter(Generic[LaneT, EventT]):
    """A place in the queue."""

    def __init__(self, event: EventT) -> None:
        self.event = event
        self.lane: LaneT | None = None


class LaneBook(Generic[LaneT, EventT]):
    """No more than `size` lanes at once. Opening and closing their connections is the callers' part."""

    def __init__(
        self, size: int, open_lane: Callable[[LaneBook[LaneT, EventT]], LaneT], make_event: Callable[[], EventT]
    ) -> None:
        self._open_lane = open_lane
        self._make_event = make_event
        self._lock = threading.Lock()
        self._idle: deque[tuple[LaneT, float]] = deque()  # with the time since when
        self._unopened = size
        # Ordered, so that taking one caller out of ten thousand costs nothing.
        self._queue: OrderedDict[LaneWaiter[LaneT, EventT], None] = OrderedDict()
        self._closed = False

    def take(self) -> LaneT | None:
        """Return a free lane, or `None` where all are in use."""
        with self._lock:
            return self._free()

    def join(self) -> LaneWaiter[LaneT, EventT]:
        """Return a place in the queue, whose event is set once it has a lane."""
        waiter: LaneWaiter[LaneT, EventT] = LaneWaiter(self._make_event())
        with self._lock:
            # One may have come free since `take`.
            waiter.lane = self._free()
            if waiter.lane is None:
                self._queue[waiter] = None
            else:
                waiter.event.set()
        return waiter

    def _free(self) -> LaneT | None:
        if self._closed:
            raise ClosedClientError
        if self._idle:
            return self._idle.pop()[0]
        if not self._unopened:
            return None
        lane = self._open_lane(self)
        self._unopened -= 1
        return lane

    def collect(self, waiter: LaneWaiter[LaneT, EventT]) -> LaneT:
        """Return the lane that a woken waiter was given."""
        if waiter.lane is None:
            raise ClosedClientError
        return waiter.lane

    def leave(self, waiter: LaneWaiter[LaneT, EventT]) -> LaneT | None:
        """Take out a caller who gave up; return a lane it was given meanwhile, which then has to be given back."""
        with self._lock:
            self._queue.pop(waiter, None)
            return waiter.lane

    def give_back(self, lane: LaneT, now: float, keep: float) -> list[LaneT]:
        """Hand a lane to the next in the queue or keep it. Return the lanes to be closed.

        Those are the lane itself where the client is closed, else the one that has been idle the longest, where that is
        longer than `keep` seconds: after a burst the connections that it left go one by one. `now` is in seconds.
        """
        with self._lock:
            if self._closed:
                return [lane]
            if self._queue:
                self._hand_over(lane)
                return []
            self._idle.append((lane, now))
            if self._idle[0][1] >= now - keep:
                return []
            self._unopened += 1
            return [self._idle.popleft()[0]]

    def replace(self) -> None:
        """Make room for a new lane where one was discarded."""
        with self._lock:
            if self._queue:
                self._hand_over(self._open_lane(self))
            else:
                self._unopened += 1

    def close(self) -> list[LaneT]:
        """Refuse all callers from now on; return the idle lanes, which have to be closed."""
        with self._lock:
            self._closed = True
            idle = [lane for lane, _ in self._idle]
            self._idle.clear()
            while self._queue:
                self._queue.popitem(last=False)[0].event.set()
            return idle

    def _hand_over(self, lane: LaneT) -> None:
        waiter, _ = self._queue.popitem(last=False)
        waiter.lane = lane
        waiter.event.set()
