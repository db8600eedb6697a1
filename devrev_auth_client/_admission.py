"""Who may send now: at most `max_connections` calls at once, and nobody while the rate limit says wait. No I/O.

DevRev limits per user, so one call's 429 concerns all. A 429 that names a time closes admission. When the time is up,
one call goes alone, and each success lets one more be in flight. A run lets through as many calls as the last one did
before its 429, because that is what the server allows in a window. Then one goes alone again; if it succeeds, the next
run is twice as long. Callers are admitted in the order in which they came.

Every slot carries the epoch it was admitted in. The first 429 of an epoch closes admission and begins the next one;
later ones of older slots only lengthen the closing, so that a hundred 429s at once count as one.

A slot that is lost (an interruption can strike between any two lines) gives itself back when it is collected, so that
nothing is counted that is not there. The clock is handed in, and so is the event that wakes a caller.
"""

from __future__ import annotations

import math
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable

import attrs

from ._httpx import httpx
from ._runtime.interface import Event, Runtime
from .errors import RateLimit


class Slot:
    """One call's place: in the queue, then among those who may send, until it is given back."""

    is_over = True  # nothing to give back: so far nobody has it, or an interruption struck while it was made

    def __init__(self, admission: Admission, runtime: Runtime, deadline: float) -> None:
        self._admission = admission
        self.group: set[weakref.ref[Slot]] = set()  # the one that counts it as in flight, once it is admitted
        self.ref = weakref.ref(self)
        hash(self.ref)  # cached here: once the slot is gone it cannot be computed
        self.runtime = runtime
        self.deadline = deadline
        self.event: Event | None = None
        self.wakes_at = math.inf  # when it asks again of its own accord
        self.epoch: int | None = None  # in which it was admitted
        self.is_refused = False
        self.refusal: tuple[Closing, float] | None = None
        """Where a closing is why it was refused: that, and the seconds until it is over."""
        self.is_over = False

    @property
    def is_decided(self) -> bool:
        """Whether it was admitted or refused."""
        return self.epoch is not None or self.is_refused

    def __del__(self) -> None:
        if not self.is_over:
            self._admission.give_back(self)


@attrs.frozen
class Closing:
    """The most recent response that closed admission."""

    headers: httpx.Headers
    rate_limit: RateLimit | None


class Admission:
    """Admits calls. Every slot is given back: by `passed`, `close` or `give_back`. `clock` counts seconds."""

    def __init__(self, size: int, clock: Callable[[], float]) -> None:
        self._size = size
        self._clock = clock
        # Reentrant: a lost slot may be collected, and give itself back, in the middle of anything.
        self._lock = threading.RLock()
        self._queue: OrderedDict[weakref.ref[Slot], None] = OrderedDict()
        self._soonest_deadline = math.inf  # no queued slot's deadline is before it
        self._in_flight: set[weakref.ref[Slot]] = set()  # admitted in this epoch
        self._older: list[set[weakref.ref[Slot]]] = []  # admitted in earlier ones
        self._runtimes: dict[object, Runtime] = {}  # by event loop, of the calls in flight
        self._opens_at = -math.inf
        self._closing = Closing(httpx.Headers(), None)
        self._epoch = 0
        self._passed = 0  # calls of this run that the server let through
        self._at_once: float = math.inf  # how many may be in flight
        self._ceiling: int | None = None  # how many are let through in this run before one goes alone
        self._proven = 0  # how many the last whole run of this epoch let through
        self._is_closed = False

    def enter(self, runtime: Runtime, deadline: float) -> Slot:
        """Return the slot of a call that must be admitted by `deadline`: admitted, or queued for `next_wait`."""
        slot = Slot(self, runtime, deadline)
        with self._lock:
            if not self._queue and self._has_room(self._clock()):
                self._admit(slot)
            else:
                self._queue[slot.ref] = None
                self._soonest_deadline = min(self._soonest_deadline, deadline)
        return slot

    def next_wait(self, slot: Slot) -> tuple[Event, float] | None:
        """Return an event and the most seconds to wait for it before asking again, or `None` once it is decided."""
        with self._lock:
            now = self._clock()
            self._forget_ended_loops(slot.runtime)
            self._advance(now)
            if slot.epoch is None and (self._is_closed or slot.deadline <= max(now, self._opens_at)):
                self._refuse(slot)
                self._advance(now)  # one that asked before it may be the head of the queue now
            if slot.is_decided:
                return None
            slot.event = slot.runtime.event()
            # The head of the queue holds the timer; the others are woken by what it and the senders do.
            holds_timer = now < self._opens_at and self._head() is slot
            slot.wakes_at = min(slot.deadline, self._opens_at) if holds_timer else slot.deadline
            return slot.event, slot.wakes_at - now

    def may_send(self, slot: Slot) -> bool:
        """Whether an admitted call may still send: admission may have closed while it was connecting."""
        return slot.epoch == self._epoch and self._clock() >= self._opens_at

    def passed(self, slot: Slot) -> None:
        """Give back the slot of a call that got any response but a 429."""
        with self._lock:
            if slot.ref in self._in_flight:
                self._passed += 1
                # Up to what is known to pass: one more per success. Beyond: one more every other round.
                self._at_once += 0.5 / self._at_once if self._proven else 1
                if self._ceiling is not None and self._passed > self._ceiling:
                    self._begin_next_run(self._ceiling)
            elif slot.epoch == self._epoch - 1 and self._ceiling is not None:
                self._ceiling += 1  # its response was overtaken by a 429 of the same epoch
            self.give_back(slot)

    def give_back(self, slot: Slot) -> None:
        """Give back a slot without counting a success: its call was cancelled, lost or refused. Twice does no harm."""
        with self._lock:
            slot.group.discard(slot.ref)
            self._queue.pop(slot.ref, None)
            slot.is_over = True
            if self._queue:
                self._advance(self._clock())

    def close(self, slot: Slot, seconds: float, closing: Closing, *, passed: bool = False) -> None:
        """Close for `seconds`, giving back the slot of the call whose response said so.

        `passed` says that the call itself was let through: its response said that nothing remains.
        """
        with self._lock:
            now = self._clock()
            self._opens_at = max(self._opens_at, now + seconds)
            self._closing = closing
            if slot.ref in self._in_flight:
                self._passed += passed
                self._epoch += 1
                # Where not even the first call passed, the server's window had not turned: what was known still holds.
                self._ceiling = max(self._passed, self._proven) or self._ceiling or 0
                self._passed = self._proven = 0
                self._older = list(filter(None, (*self._older, self._in_flight)))
                self._in_flight = set()
                self._at_once = 1
            if self._soonest_deadline <= self._opens_at:
                self._refuse_until(self._opens_at)
            self.give_back(slot)

    def shut(self) -> None:
        """Refuse all callers from now on: the client is closed."""
        with self._lock:
            self._is_closed = True
            self._refuse_until(math.inf)

    def after_fork(self) -> None:
        """Start over with nobody queued or in flight: a forked child has none of its parent's callers.

        The lock is replaced, not taken: a thread that does not exist in the child may have held it.
        """
        self._lock = threading.RLock()
        self._queue = OrderedDict()
        self._soonest_deadline = math.inf
        self._in_flight, self._older = set(), []

    def _under_way(self) -> int:
        return len(self._in_flight) + sum(map(len, self._older))

    def _has_room(self, now: float) -> bool:
        in_flight = len(self._in_flight)
        if self._is_closed or now < self._opens_at or in_flight + 1 > self._at_once or self._under_way() >= self._size:
            return False
        return self._ceiling is None or in_flight == 0 or self._passed + in_flight < self._ceiling

    def _admit(self, slot: Slot) -> None:
        if self._ceiling is None and not self._in_flight:
            self._passed = 0  # only this burst counts, not the hours before the first closing
        slot.epoch = self._epoch
        if slot.runtime.loop not in self._runtimes:
            self._forget_ended_loops(slot.runtime)
            self._runtimes[slot.runtime.loop] = slot.runtime
        # A slot that is collected leaves its group by itself.
        slot.group, slot.ref = self._in_flight, weakref.ref(slot, self._in_flight.discard)
        slot.group.add(slot.ref)

    def _begin_next_run(self, proven: int) -> None:
        # The one that went alone got through: the server's window has turned, or is wider than it was.
        if self._proven:
            self._ceiling = 2 * proven
        else:
            self._at_once = 1
        self._proven = proven
        self._passed = 1

    def _refuse_until(self, moment: float) -> None:
        # No loop stands in a `with` block: on Python 3.13.0, what interrupts its turn leaves the block's lock locked.
        queued = [one for one in (ref() for ref in list(self._queue)) if one is not None]
        for slot in (one for one in queued if one.deadline <= moment):
            self._refuse(slot)
        self._soonest_deadline = min((one.deadline for one in queued if one.deadline > moment), default=math.inf)

    def _refuse(self, slot: Slot) -> None:
        self._queue.pop(slot.ref, None)
        closed_for = max(0.0, self._opens_at - self._clock())
        if closed_for or self._under_way() < self._size:
            slot.refusal = self._closing, closed_for
        slot.is_refused = True
        _wake(slot)

    def _head(self) -> Slot | None:
        while self._queue:
            ref = next(iter(self._queue))
            slot = ref()
            if slot is not None:
                return slot
            self._queue.pop(ref, None)
        return None

    def _advance(self, now: float) -> None:
        while (head := self._head()) is not None and self._has_room(now):
            self._queue.pop(head.ref, None)
            if _wake(head):
                self._admit(head)
        # The head holds the timer now and may not know yet.
        while (head := self._head()) is not None and now < self._opens_at < head.wakes_at:
            if _wake(head):
                break
            self._queue.pop(head.ref, None)

    def _forget_ended_loops(self, running: Runtime) -> None:
        ended = [one.loop for one in self._runtimes.values() if one.loop is not running.loop and one.has_ended()]
        for loop in ended:
            del self._runtimes[loop]
            for group in (self._in_flight, *self._older):
                group -= {ref for ref in list(group) if (slot := ref()) is not None and slot.runtime.loop is loop}


def _wake(slot: Slot) -> bool:
    """Wake the caller; False where its event loop is closed."""
    if slot.event is None:
        return True
    try:
        slot.event.set()
    except RuntimeError:
        return False
    return True
