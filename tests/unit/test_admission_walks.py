"""`Admission` under any order of events: never sends while closed, never too many or out of order, nobody forgotten.

Random walks come to rare states sooner than hypothesis does. A walk that fails is the same in every run.
"""

import math
from collections.abc import Callable
from random import Random
from typing import cast

import pytest

from devrev_auth_client._admission import Admission, Slot
from tests.unit.admission_runtime import CLOSING, Event, Loop


class Caller:
    """One call: in the queue, or admitted, and perhaps sending."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.event: Event | None = None  # None: it is awake
        self.wakes_at = math.inf
        self.sending = False

    def is_awake(self, now: float) -> bool:
        return self.event is None or self.event.is_set or self.wakes_at <= now


class Walk:
    """Callers come, ask, sleep, send, give up and vanish in any order; the walk keeps book of what must hold."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)
        self.now = 0.0
        self.opens_at = 0.0
        self.epoch = 0
        self.passes = 0  # successes of this epoch
        self.queue: list[Caller] = []  # in the order in which they came; decided ones are taken out
        self.holders: list[Caller] = []  # admitted, with a slot that was not given back
        self.runtime = Loop().runtime
        self.size = self.random.choice([1, 2, 4, 1000])
        self.admission = Admission(self.size, lambda: self.now)

    def begin_with_a_429(self) -> None:
        passed = self.random.randrange(7)
        self.come(passed + 1 + self.random.randrange(3), math.inf)
        for _ in range(passed):
            self.succeed(self.holders[0])
            self.see_who_was_decided()
        self.meet_429(self.holders[0], passed=False)
        self.come(self.random.randrange(4), 60.0)

    def step(self) -> None:
        """Do any one thing that can happen now."""
        steps: list[Callable[[], None]] = [
            lambda: self.come(self.random.randint(1, 3), self.random.choice([0.25, 2.0, 8.0, 60.0, math.inf])),
            self.time_passes,
        ]
        if self.random.random() < 0.2:
            steps += [self.timers_are_late]
        if self.queue:
            waiting = self.any_of(self.queue)
            steps += [lambda: self.ask(waiting), lambda: self.leave(self.queue, waiting)]
        if self.holders:
            holder = self.any_of(self.holders)
            steps += [
                lambda: self.begin_to_send(holder),
                lambda: self.succeed(holder),
                lambda: self.leave(self.holders, holder),
                lambda: self.meet_429(holder, passed=self.random.random() < 0.3),
            ]
        self.random.choice(steps)()

    def any_of(self, callers: list[Caller]) -> Caller:
        """The latest in the first place, as they matter most."""
        return callers[self.random.choice([-1, -1, 0, 1]) % len(callers)]

    def seconds(self) -> float:
        return self.random.choice([0.5, 1.0, 2.0, 5.0])

    def come(self, count: int, patience: float) -> None:
        for _ in range(count):
            caller = Caller(self.admission.enter(self.runtime, self.now + patience))
            if caller.slot.epoch is None:
                self.queue.append(caller)
            else:
                assert not self.queue, "overtook the queue"
                self.admitted(caller)

    def leave(self, callers: list[Caller], caller: Caller) -> None:
        """It fails or gives up, or is gone without a word."""
        callers.remove(caller)
        if self.random.random() < 0.5:
            self.admission.give_back(caller.slot)

    def begin_to_send(self, caller: Caller) -> None:
        may_send = self.now >= self.opens_at and caller.slot.epoch == self.epoch
        assert self.admission.may_send(caller.slot) is may_send
        if may_send:
            caller.sending = True
        elif not caller.sending:
            self.holders.remove(caller)
            self.admission.give_back(caller.slot)

    def succeed(self, caller: Caller) -> None:
        self.holders.remove(caller)
        if caller.slot.epoch == self.epoch:
            self.passes += 1
        self.admission.passed(caller.slot)

    def meet_429(self, caller: Caller, *, passed: bool) -> None:
        self.holders.remove(caller)
        seconds = self.seconds()
        self.opens_at = max(self.opens_at, self.now + seconds)
        if caller.slot.epoch == self.epoch:
            self.epoch, self.passes = self.epoch + 1, 0
        self.admission.close(caller.slot, seconds, CLOSING, passed=passed)

    def timers_are_late(self) -> None:
        self.now += self.seconds()

    def time_passes(self) -> None:
        until = self.now + self.seconds()
        while (due := self.wake_all()) <= until:
            self.now = max(self.now, due)
        self.now = until
        self.wake_all()

    def admitted(self, caller: Caller) -> None:
        assert self.now >= self.opens_at, "admitted while the gate is closed"
        assert caller.slot.epoch == self.epoch
        self.holders.append(caller)
        assert len(self.holders) <= self.size, "more than there may be connections"
        if self.epoch:
            under_way = sum(holder.slot.epoch == self.epoch for holder in self.holders)
            assert under_way <= 1 + self.passes, "more than one goes alone, or a stream that grows too fast"

    def ask(self, caller: Caller) -> None:
        due = self.admission.next_wait(caller.slot)
        if due is None:
            assert caller.slot.is_decided
        else:
            caller.event, caller.wakes_at = cast("Event", due[0]), self.now + due[1]
        self.see_who_was_decided()

    def see_who_was_decided(self) -> None:
        earlier_waits = False
        for caller in list(self.queue):
            if caller.slot.is_refused:
                assert caller.slot.deadline <= max(self.now, self.opens_at), "refused, though it could have made it"
                assert caller.slot.epoch is None
                self.queue.remove(caller)
            elif caller.slot.epoch is not None:
                assert not earlier_waits, "admitted before one that came earlier"
                self.queue.remove(caller)
                self.admitted(caller)
            else:
                in_time = caller.slot.deadline > max(self.now, self.opens_at)
                assert in_time or caller.is_awake(self.now), "sleeps, though it cannot make it"
                earlier_waits = True

    def wake_all(self) -> float:
        """Have everybody ask who is awake; return when the next one wakes by itself."""
        while awake := [caller for caller in self.queue if caller.is_awake(self.now)]:
            self.ask(awake[-1])
        if self.queue:
            under_way = any(holder.slot.epoch == self.epoch for holder in self.holders)
            is_full = len(self.holders) == self.size
            assert self.now < self.opens_at or under_way or is_full, "the gate is open, nobody sends, somebody sleeps"
        return min((caller.wakes_at for caller in self.queue), default=math.inf)

    def end(self) -> None:
        """Once all sends succeed and time goes on, everybody's turn is decided."""
        for _ in range(10_000):
            while self.holders:
                self.succeed(self.holders[0])
                self.see_who_was_decided()
            due = self.wake_all()
            if not self.queue:
                return
            if not self.holders:
                assert due < math.inf, "somebody sleeps for ever"
                self.now = max(self.now, due)
        raise AssertionError("somebody is never decided")


@pytest.mark.parametrize("part", range(8))
def test_whatever_happens_in_whatever_order(part: int) -> None:
    for number in range(60):
        walk = Walk(f"{part} {number}")
        walk.begin_with_a_429()
        for _ in range(60):
            walk.step()
            walk.see_who_was_decided()  # now that a slot that vanished is collected
        walk.end()
