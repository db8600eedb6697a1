"""The shared cool-down: one caller's 429 is everybody's, because DevRev limits per user. A pure state machine.

A 429 that names a time closes the gate. When the time is up, one caller probes; each success lets one more be in
flight, but never more in all than passed before the last closing, because that is what the server allows in a window.
Past that number one goes alone; if it gets through, the next run begins, twice as long. Waiters keep their order.

Every send carries the epoch it began in. The first 429 of an epoch closes the gate and begins the next one; later ones
of older sends only lengthen the closing, so that a hundred sends under way count as one lesson.

No I/O and no clock of its own: the clock is handed in, and whoever waits brings the event that wakes it.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

import attrs
import httpx

from .errors import RateLimit


class Wakeable(Protocol):
    """What a `Signal` and a `threading.Event` have in common."""

    def set(self) -> object:
        """Wake whoever waits."""
        ...


EventT = TypeVar("EventT", bound=Wakeable)


class Waiter(Generic[EventT]):
    """One caller in the queue. `permit` or `refused` is set once its turn is decided."""

    def __init__(self, deadline: float, event: EventT) -> None:
        self.deadline = deadline
        self.event = event
        self.wakes_at = math.inf  # when it asks again of its own accord
        self.permit: int | None = None
        self.refused = False


@attrs.frozen
class Closing:
    """The answer that closed the gate last."""

    headers: httpx.Headers
    rate_limit: RateLimit | None


class RateGate(Generic[EventT]):
    """Decides who may send now. A permit is the number of the epoch in which it was given.

    Every permit is handed back exactly once: `passed`, `failed` or `close`. Times are seconds of the clock handed in.
    """

    def __init__(self, clock: Callable[[], float], make_event: Callable[[], EventT]) -> None:
        self._clock = clock
        self._make_event = make_event
        self._lock = threading.Lock()
        self._queue: OrderedDict[Waiter[EventT], None] = OrderedDict()
        self._soonest_deadline = math.inf  # no waiter's deadline is before it
        self._opens_at = -math.inf
        self._closing = Closing(httpx.Headers(), None)
        self._epoch = 0
        self._in_flight = 0  # sends of this epoch under way
        self._passed = 0  # sends of this run that the server let through
        self._at_once: float = math.inf  # how many may be in flight
        self._ceiling: int | None = None  # how many are let through in this run before one goes alone
        self._proven = 0  # how many the last whole run of this epoch let through
        self._dismissed = False

    def enter(self) -> int | None:
        """Return a permit, or `None` where the caller has to join the queue."""
        with self._lock:
            if self._queue or not self._has_room(self._clock()):
                return None
            if self._ceiling is None and self._in_flight == 0:
                self._passed = 0  # a lesson is what passes in one go, not in the hours before the first closing
            self._in_flight += 1
            return self._epoch

    def join(self, deadline: float) -> Waiter[EventT]:
        """Queue a caller who must be through by `deadline`; it then asks `next_pause` until its turn is decided."""
        waiter = Waiter(deadline, self._make_event())
        with self._lock:
            self._queue[waiter] = None
            self._soonest_deadline = min(self._soonest_deadline, deadline)
        return waiter

    def next_pause(self, waiter: Waiter[EventT]) -> tuple[EventT, float] | None:
        """Return an event and the most seconds to wait for it before asking again, or `None` once it is decided."""
        with self._lock:
            now = self._clock()
            self._advance(now)
            if waiter.permit is None and (self._dismissed or waiter.deadline <= max(now, self._opens_at)):
                self._refuse(waiter)
                self._advance(now)  # one that asked before it may be the head of the queue now
            if waiter.permit is not None or waiter.refused:
                return None
            waiter.event = self._make_event()
            # The head of the queue holds the timer; the others are woken by what it and the senders do.
            holds_timer = now < self._opens_at and next(iter(self._queue)) is waiter
            waiter.wakes_at = min(waiter.deadline, self._opens_at) if holds_timer else waiter.deadline
            return waiter.event, waiter.wakes_at - now

    def leave(self, waiter: Waiter[EventT]) -> None:
        """Take out a caller who gave up waiting (cancelled); a permit it was just given goes to the next."""
        with self._lock:
            self._queue.pop(waiter, None)
            if waiter.permit is not None:
                self._return(waiter.permit)
            self._advance(self._clock())

    def is_open(self, permit: int) -> bool:
        """Whether a send with this permit may still begin; a closing may have come between."""
        return permit == self._epoch and self._clock() >= self._opens_at

    def passed(self, permit: int) -> None:
        """Take back the permit of a send that the server let through, whatever it answered beside 429."""
        with self._lock:
            self._return(permit)
            if permit == self._epoch:
                self._passed += 1
                # Up to what is known to pass: one more per success. Beyond: one more every other round.
                self._at_once += 0.5 / self._at_once if self._proven else 1
                if self._ceiling is not None and self._passed > self._ceiling:
                    self._begin_next_run(self._ceiling)
            elif permit == self._epoch - 1 and self._ceiling is not None:
                self._ceiling += 1  # its answer was overtaken by a 429 of the same epoch
            self._advance(self._clock())

    def failed(self, permit: int) -> None:
        """Take back the permit of a send that taught nothing: cancelled, lost, or refused without a time."""
        with self._lock:
            self._return(permit)
            self._advance(self._clock())

    def close(self, permit: int, seconds: float, closing: Closing, *, passed: bool = False) -> None:
        """Close for `seconds`, taking back the permit of the send whose answer said so.

        `passed` says that the send itself was let through: its answer told that nothing remains.
        """
        with self._lock:
            now = self._clock()
            self._return(permit)
            if passed and permit == self._epoch:
                self._passed += 1
            self._opens_at = max(self._opens_at, now + seconds)
            self._closing = closing
            if permit == self._epoch:
                self._epoch += 1
                # Where not even the probe passed, the server's window had not turned: what was known still holds.
                self._ceiling = max(self._passed, self._proven) or self._ceiling or 0
                self._passed = self._proven = self._in_flight = 0
                self._at_once = 1
            if self._soonest_deadline <= self._opens_at:
                for waiter in [waiter for waiter in self._queue if waiter.deadline <= self._opens_at]:
                    self._refuse(waiter)
                self._soonest_deadline = min((waiter.deadline for waiter in self._queue), default=math.inf)
            self._advance(now)

    def refusal(self) -> tuple[Closing, float]:
        """Return what closed the gate last and the seconds until it opens."""
        with self._lock:
            return self._closing, max(0.0, self._opens_at - self._clock())

    def dismiss(self) -> None:
        """Refuse all who wait, and who will: the client is closed."""
        with self._lock:
            self._dismissed = True
            for waiter in list(self._queue):
                self._refuse(waiter)

    def forget_in_flight(self) -> None:
        """Count on no permit given so far to come back: an event loop ended with calls under way."""
        with self._lock:
            self._epoch += 1
            self._in_flight = 0
            self._advance(self._clock())

    def after_fork(self) -> None:
        """Start over with nobody waiting or in flight: a forked child has none of its parent's callers.

        The lock is replaced, not taken: a thread that does not exist in the child may have held it.
        """
        self._lock = threading.Lock()
        self._queue = OrderedDict()
        self._soonest_deadline = math.inf
        self._in_flight = 0

    def _has_room(self, now: float) -> bool:
        if now < self._opens_at or self._in_flight + 1 > self._at_once:
            return False
        return self._ceiling is None or self._in_flight == 0 or self._passed + self._in_flight < self._ceiling

    def _begin_next_run(self, proven: int) -> None:
        # The one that went alone got through: the server's window has turned, or is wider than it was.
        if self._proven:
            self._ceiling = 2 * proven
        else:
            self._at_once = 1
        self._proven = proven
        self._passed = 1

    def _return(self, permit: int) -> None:
        if permit == self._epoch:
            self._in_flight -= 1

    def _refuse(self, waiter: Waiter[EventT]) -> None:
        self._queue.pop(waiter, None)
        waiter.refused = True
        _wake(waiter)

    def _advance(self, now: float) -> None:
        while self._queue and self._has_room(now):
            waiter, _ = self._queue.popitem(last=False)
            waiter.permit = self._epoch
            if _wake(waiter):
                self._in_flight += 1
        # The head holds the timer now and may not know yet.
        while (head := next(iter(self._queue), None)) is not None and now < self._opens_at < head.wakes_at:
            if _wake(head):
                break
            del self._queue[head]


def _wake(waiter: Waiter[Any]) -> bool:
    """Wake the waiter; False where its event loop was closed over its head, and nobody is there any more."""
    try:
        waiter.event.set()
    except RuntimeError:
        return False
    return True
