"""`Admission` under any order of events: hypothesis looks for one that breaks what it promises."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from devrev_auth_client._admission import Admission, Slot
from tests.unit.admission_runtime import CLOSING, Event, Events

WHICH = st.sampled_from([-1, -1, -1, 0, 0, 1, 2])  # the latest in the first place, as they matter most
PATIENCE = st.sampled_from([0.25, 2.0, 8.0, 60.0, math.inf])
SECONDS = st.sampled_from([0.5, 1.0, 2.0, 5.0])


class Caller:
    """One call: in the queue, or admitted, and perhaps sending."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.event: Event | None = None  # None: it is awake
        self.wakes_at = math.inf
        self.sending = False

    def is_awake(self, now: float) -> bool:
        return self.event is None or self.event.is_set or self.wakes_at <= now


class AdmissionMachine(RuleBasedStateMachine):
    """Callers come, ask, sleep, send, give up and vanish in any order; the machine keeps book of what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.opens_at = 0.0
        self.epoch = 0
        self.passes = 0  # successes of this epoch
        self.queue: list[Caller] = []  # in the order in which they came; decided ones are taken out
        self.holders: list[Caller] = []  # admitted, with a slot that was not given back
        self.runtime = Events().runtime

    # What callers do.

    @initialize(
        size=st.sampled_from([1, 2, 4, 1000]),
        passed=st.integers(0, 6),
        under_way=st.integers(0, 2),
        waiting=st.integers(0, 3),
        seconds=SECONDS,
    )
    def begin_with_a_429(self, size: int, passed: int, under_way: int, waiting: int, seconds: float) -> None:
        self.size = size
        self.admission = Admission(size, lambda: self.now)
        self.come(passed + 1 + under_way, math.inf)
        for _ in range(passed):
            self.succeed(0)
            self.see_who_was_decided()
        self.close(0, seconds, passed=False)
        self.come(waiting, 60.0)

    @rule(count=st.integers(1, 4), patience=PATIENCE)
    def come(self, count: int, patience: float) -> None:
        for _ in range(count):
            caller = Caller(self.admission.enter(self.runtime, self.now + patience))
            if caller.slot.epoch is None:
                self.queue.append(caller)
            else:
                assert not self.queue, "overtook the queue"
                self.admitted(caller)

    @precondition(lambda self: self.queue)
    @rule(which=WHICH)
    def ask(self, which: int) -> None:
        self.ask_again(self.queue[which % len(self.queue)])

    @precondition(lambda self: self.queue)
    @rule(which=WHICH, vanishes=st.booleans())
    def give_up_waiting(self, which: int, vanishes: bool) -> None:
        caller = self.queue.pop(which % len(self.queue))
        if not vanishes:
            self.admission.give_back(caller.slot)

    @precondition(lambda self: self.holders)
    @rule(which=WHICH)
    def begin_to_send(self, which: int) -> None:
        caller = self.holders[which % len(self.holders)]
        if self.admission.may_send(caller.slot):
            assert self.now >= self.opens_at, "sends while the gate is closed"
            caller.sending = True
        elif not caller.sending:
            self.holders.remove(caller)
            self.admission.give_back(caller.slot)

    @precondition(lambda self: self.holders)
    @rule(which=WHICH)
    def succeed(self, which: int) -> None:
        caller = self.holders.pop(which % len(self.holders))
        if caller.slot.epoch == self.epoch:
            self.passes += 1
        self.admission.passed(caller.slot)

    @precondition(lambda self: self.holders)
    @rule(which=WHICH, vanishes=st.booleans())
    def fail(self, which: int, vanishes: bool) -> None:
        caller = self.holders.pop(which % len(self.holders))
        if not vanishes:
            self.admission.give_back(caller.slot)

    @precondition(lambda self: self.holders)
    @rule(which=WHICH, seconds=SECONDS, passed=st.booleans())
    def close(self, which: int, seconds: float, passed: bool) -> None:
        caller = self.holders.pop(which % len(self.holders))
        self.opens_at = max(self.opens_at, self.now + seconds)
        if caller.slot.epoch == self.epoch:
            self.epoch, self.passes = self.epoch + 1, 0
        self.admission.close(caller.slot, seconds, CLOSING, passed=passed)

    @rule(seconds=SECONDS)
    def timers_are_late(self, seconds: float) -> None:
        self.now += seconds

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        until = self.now + seconds
        while (due := self.wake_all()) <= until:
            self.now = max(self.now, due)
        self.now = until
        self.wake_all()

    # What the machine sees to.

    def admitted(self, caller: Caller) -> None:
        assert self.now >= self.opens_at, "admitted while the gate is closed"
        assert caller.slot.epoch == self.epoch
        self.holders.append(caller)
        assert len(self.holders) <= self.size, "more than there may be connections"
        if self.epoch:
            under_way = sum(holder.slot.epoch == self.epoch for holder in self.holders)
            assert under_way <= 1 + self.passes, "more than one goes alone, or a stream that grows too fast"

    def ask_again(self, caller: Caller) -> None:
        due = self.admission.next_wait(caller.slot)
        if due is None:
            assert caller.slot.epoch is not None or caller.slot.is_refused
        else:
            caller.event, caller.wakes_at = cast("Event", due[0]), self.now + due[1]
        self.see_who_was_decided()

    @invariant()
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
            self.ask_again(awake[-1])
        if self.queue:
            under_way = any(holder.slot.epoch == self.epoch for holder in self.holders)
            is_full = len(self.holders) == self.size
            assert self.now < self.opens_at or under_way or is_full, "the gate is open, nobody sends, somebody sleeps"
        return min((caller.wakes_at for caller in self.queue), default=math.inf)

    def teardown(self) -> None:
        """Once all sends succeed and time goes on, everybody's turn is decided."""
        for _ in range(10_000):
            while self.holders:
                self.succeed(0)
                self.see_who_was_decided()
            due = self.wake_all()
            if not self.queue:
                return
            if not self.holders:
                assert due < math.inf, "somebody sleeps for ever"
                self.now = max(self.now, due)
        raise AssertionError("somebody is never decided")


AdmissionMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


TestAdmission = AdmissionMachine.TestCase
"""Never sends while closed, never too many, never out of order, never refused in vain, never forgotten."""


@pytest.mark.parametrize("seed", range(8))
def test_long_random_walks(seed: int) -> None:
    """The same machine without hypothesis, which is slower to come to rare states."""
    random = Random(seed)
    for _ in range(40):
        machine = AdmissionMachine()
        size, seconds = random.choice([1, 2, 4, 1000]), random.choice([0.5, 5.0])
        machine.begin_with_a_429(size, random.randrange(7), random.randrange(3), random.randrange(4), seconds)
        for _ in range(60):
            random_step(machine, random)
            machine.see_who_was_decided()
        machine.teardown()


def random_step(machine: AdmissionMachine, random: Random) -> None:
    which, seconds = random.choice([-1, -1, 0, 1]), random.choice([0.5, 1.0, 2.0, 5.0])
    vanishes = random.random() < 0.5
    steps: list[Callable[[], None]] = [
        lambda: machine.come(random.randint(1, 3), random.choice([0.25, 2.0, 8.0, 60.0, math.inf])),
        lambda: machine.time_passes(seconds),
    ]
    if random.random() < 0.2:
        steps += [lambda: machine.timers_are_late(seconds)]
    if machine.queue:
        steps += [lambda: machine.ask(which), lambda: machine.give_up_waiting(which, vanishes)]
    if machine.holders:
        steps += [
            lambda: machine.begin_to_send(which),
            lambda: machine.succeed(which),
            lambda: machine.fail(which, vanishes),
            lambda: machine.close(which, seconds, random.random() < 0.3),
        ]
    random.choice(steps)()
