"""The lane book under any order of events: hypothesis looks for one that breaks what it promises."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from devrev_auth_client._lane_book import ClosedClientError, LaneBook, LaneWaiter
from tests.unit.gate_bench import FakeEvent

KEEP = 2.0
WHICH = st.integers(0, 20)


class Lane:
    """Open from when the book makes it until somebody closes it."""

    def __init__(self) -> None:
        self.is_open = True


class LaneMachine(RuleBasedStateMachine):
    """Callers take, wait, release, discard and give up in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.closed = False
        self.lanes: list[Lane] = []
        self.in_use: list[Lane] = []
        self.queue: list[LaneWaiter[Lane, FakeEvent]] = []
        self.served: dict[
            Lane, LaneWaiter[Lane, FakeEvent]
        ] = {}  # by the lane in hand, until they do something with it

    @initialize(size=st.integers(1, 4))
    def begin(self, size: int) -> None:
        self.size = size
        self.book: LaneBook[Lane, FakeEvent] = LaneBook(size, self.open_lane, FakeEvent)

    def open_lane(self, book: LaneBook[Lane, FakeEvent]) -> Lane:
        self.lanes.append(Lane())
        return self.lanes[-1]

    @rule(late=st.booleans())
    def come(self, late: bool) -> None:
        """Come as the clients do: take a lane or else join; `late` joins without having tried."""
        try:
            lane = None if late else self.book.take()
            if lane is None:
                self.queue.append(self.book.join())
            else:
                assert not self.queue, "overtook the queue"
                self.use(lane)
        except ClosedClientError:
            assert self.closed

    @precondition(lambda self: self.queue)
    @rule(which=WHICH)
    def give_up(self, which: int) -> None:
        assert self.book.leave(self.queue.pop(which % len(self.queue))) is None

    @precondition(lambda self: self.served)
    @rule(which=WHICH)
    def give_up_too_late(self, which: int) -> None:
        lane = list(self.served)[which % len(self.served)]
        assert self.book.leave(self.served[lane]) is lane
        self.release(self.in_use.index(lane))

    @precondition(lambda self: self.in_use)
    @rule(which=WHICH)
    def release(self, which: int) -> None:
        lane = self.in_use.pop(which % len(self.in_use))
        self.served.pop(lane, None)
        to_close = self.book.give_back(lane, self.now, KEEP)
        assert not self.closed or to_close == [lane]
        assert not any(stale in self.in_use for stale in to_close), "closes a lane that is in use"
        for stale in to_close:
            stale.is_open = False

    @precondition(lambda self: self.in_use)
    @rule(which=WHICH)
    def discard(self, which: int) -> None:
        lane = self.in_use.pop(which % len(self.in_use))
        self.served.pop(lane, None)
        lane.is_open = False
        self.book.replace()

    @rule(seconds=st.sampled_from([0.5, 1.5, 3.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: not self.closed and len(self.lanes) > 5)
    @rule()
    def close(self) -> None:
        self.closed = True
        for lane in self.book.close():
            assert lane.is_open
            assert lane not in self.in_use
            lane.is_open = False

    @invariant()
    def see_who_was_served(self) -> None:
        earlier_waits = False
        for waiter in list(self.queue):
            if waiter.lane is not None:
                assert not earlier_waits, "served before one that came earlier"
                assert waiter.event.is_set
                self.queue.remove(waiter)
                self.served[waiter.lane] = waiter
                self.use(self.book.collect(waiter))
            elif self.closed:
                assert waiter.event.is_set, "was not told that the client is closed"
                with pytest.raises(ClosedClientError):
                    self.book.collect(waiter)
                self.queue.remove(waiter)
            else:
                earlier_waits = True
                assert len(self.in_use) == self.size, "waits although there is a lane"

    def use(self, lane: Lane) -> None:
        assert lane.is_open, "was given a closed lane"
        assert lane not in self.in_use, "was given a lane that somebody has"
        self.in_use.append(lane)
        assert sum(lane.is_open for lane in self.lanes) <= self.size, "more lanes than there may be"

    def teardown(self) -> None:
        """Once all is given back, every lane there may be is there again."""
        if not hasattr(self, "book"):
            return
        while self.in_use or self.queue:
            self.see_who_was_served()
            if self.in_use:
                self.release(0)
        if self.closed:
            assert not any(lane.is_open for lane in self.lanes), "a lane was left open"
            return
        for _ in range(self.size):
            lane = self.book.take()
            assert lane is not None, "a lane was lost"
            self.use(lane)
        assert self.book.take() is None


LaneMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


TestLaneBook = LaneMachine.TestCase
"""Never more lanes than there may be, first come first served, and none lost."""


@pytest.mark.parametrize("seed", range(4))
def test_long_random_walks(seed: int) -> None:
    """The same machine without hypothesis, which is slower to come to rare states."""
    random = Random(seed)
    for _ in range(50):
        machine = LaneMachine()
        machine.begin(random.randint(1, 4))
        for _ in range(60):
            random_step(machine, random)
            machine.see_who_was_served()
        machine.teardown()


def random_step(machine: LaneMachine, random: Random) -> None:
    steps = [lambda: machine.come(random.random() < 0.5), lambda: machine.time_passes(random.choice([0.5, 3.0]))]
    if machine.queue:
        steps.append(lambda: machine.give_up(random.randrange(9)))
    if machine.served:
        steps.append(lambda: machine.give_up_too_late(-1))
    if machine.in_use:
        steps += [lambda: machine.release(random.randrange(9)), lambda: machine.discard(random.randrange(9))]
    if not machine.closed and random.random() < 0.1:
        steps.append(machine.close)
    random.choice(steps)()
