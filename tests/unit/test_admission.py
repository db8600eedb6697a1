"""Who may send: at most so many at once, nobody while the rate limit says wait, and first come, first served."""

import gc
import math
from typing import cast

import pytest

from devrev_auth_client._admission import Admission, Slot
from tests.unit.admission_runtime import CLOSING, Event, Loop

LATE = 1000.0


class Bench:
    """An admission, its clock, and its callers."""

    def __init__(self, size: int = 10_000) -> None:
        self.now = 0.0
        self.loop = Loop()
        self.admission = Admission(size, lambda: self.now)

    def enter(self, count: int = 1, deadline: float = LATE) -> list[Slot]:
        """Have so many callers come; each who was not admitted asks once how long to wait."""
        slots = []
        for _ in range(count):
            slots.append(self.admission.enter(self.loop.runtime, deadline))
            if slots[-1].epoch is None:
                self.admission.next_wait(slots[-1])
        return slots

    def wait(self, slot: Slot) -> float | None:
        """The seconds for which a caller is to wait now."""
        due = self.admission.next_wait(slot)
        return due and due[1]

    def close(self, slot: Slot | None = None, seconds: float = 10.0, **passed: bool) -> None:
        """A call, or a new one, meets a 429."""
        self.admission.close(slot or self.enter()[0], seconds, CLOSING, **passed)

    def close_after(self, passing: int) -> None:
        """So many calls pass and one meets a 429, all of them sent at once."""
        *passed, refused = self.enter(passing + 1)
        for slot in passed:
            self.admission.passed(slot)
        self.close(refused)

    def rounds(self, waiting: list[Slot]) -> list[int]:
        """Let the server accept whoever is admitted, round after round; the size of each."""
        self.wait(waiting[0])
        sizes = []
        while waiting:
            allowed = admitted(waiting)
            assert allowed, "nobody is admitted"
            assert allowed == waiting[: len(allowed)], "not in the order in which they came"
            sizes.append(len(allowed))
            waiting = waiting[len(allowed) :]
            for slot in allowed:
                self.admission.passed(slot)
        return sizes


def admitted(slots: list[Slot]) -> list[Slot]:
    return [slot for slot in slots if slot.epoch is not None]


def is_woken(slot: Slot) -> bool:
    return cast("Event", slot.event).is_set


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_slot_that_is_dropped_counts_as_given_back() -> None:
    """An interruption may strike between any two lines: of one that sends, or waits, or was admitted just now."""
    bench = Bench(size=1)
    slots = bench.enter(4)
    del slots[1]
    gc.collect()
    del slots[0]
    gc.collect()
    assert admitted(slots) == slots[:1]
    del slots[0]
    gc.collect()
    assert admitted(slots) == slots


def test_a_429_stops_everybody_and_the_first_in_the_queue_holds_the_timer(bench: Bench) -> None:
    """The others sleep until they are woken, or until their own time is over."""
    bench.close()
    bench.now = 4.0
    (first, second) = [*bench.enter(), *bench.enter(deadline=50.0)]
    assert [bench.wait(first), bench.wait(second)] == [6.0, 46.0]
    bench.admission.give_back(first)  # cancelled
    assert is_woken(second)
    assert bench.wait(second) == 6.0
    bench.now = 9.999
    assert bench.wait(second) is not None
    bench.now = 10.0
    assert bench.wait(second) is None
    assert second.epoch == 1


@pytest.mark.parametrize(
    ("passing", "waiting", "rounds"),
    [
        (40, 40, [1, 2, 4, 8, 16, 9]),
        # Five as before and one alone; it got through: five more with care, and one alone; then ten; then twenty.
        (5, 47, [1, 2, 2, 1, 1, 1, 1, 1, 1, 2, 2, 3, 2, 1, 4, 4, 4, 5, 2, 1, 6]),
        (0, 5, [1, 1, 1, 1, 1]),
    ],
)
def test_when_the_pause_is_over_one_goes_and_each_success_lets_more_follow(
    bench: Bench, passing: int, waiting: int, rounds: list[int]
) -> None:
    """But no more in all than passed before; then one goes alone, and each next run is twice as long."""
    bench.close_after(passing)
    slots = bench.enter(waiting)
    bench.now = 10.0
    assert bench.rounds(slots) == rounds


LESSONS = ["before a pause", "of a probe that was refused", "overtaken", "not as far as before", "with the last one"]


@pytest.mark.parametrize("lesson", LESSONS)
def test_what_the_number_that_passed_is_taken_from(bench: Bench, lesson: str) -> None:
    """The burst that met the 429, with the calls that it overtook; a probe that is refused teaches nothing."""
    if lesson == "before a pause":
        for slot in bench.enter(1000):
            bench.admission.passed(slot)
        bench.close_after(3)
    elif lesson == "of a probe that was refused":
        bench.close_after(3)
        bench.now = 10.0
        bench.close()
    elif lesson == "overtaken":
        *allowed, refused = bench.enter(4)
        bench.close(refused)
        for slot in allowed:
            bench.admission.passed(slot)
    elif lesson == "not as far as before":
        bench.close_after(3)
        *allowed, refused = bench.enter(6)
        bench.now = 10.0
        bench.wait(refused)
        for slot in allowed:  # three, one alone, and one of the next three
            bench.admission.passed(slot)
        bench.close(refused)
    else:
        *allowed, last = bench.enter(3)
        for slot in allowed:
            bench.admission.passed(slot)
        bench.close(last, passed=True)  # `X-Ratelimit-Remaining: 0`
    slots = bench.enter(10)
    bench.now += 10.0
    assert bench.rounds(slots)[:3] == [1, 2, 1]  # three as before, and one alone


def test_whoever_cannot_make_it_is_refused_at_once_and_the_others_keep_their_places(bench: Bench) -> None:
    bench.close()
    (probe,) = bench.enter()
    patient, hopeless, endless = (bench.enter(deadline=end)[0] for end in (20.001, 20.0, math.inf))
    bench.now = 10.0
    bench.wait(probe)
    bench.close(probe)
    assert hopeless.is_refused
    assert is_woken(hopeless)
    assert bench.wait(hopeless) is None
    assert not patient.is_refused
    assert (endless.is_refused, bench.wait(endless)) == (False, math.inf)
    assert bench.enter(deadline=20.0)[0].is_refused
    # The patient one slept until its own deadline while the gate was only full; now it holds the timer.
    assert is_woken(patient)
    assert bench.wait(patient) == 10.0
    bench.now = 20.0
    bench.wait(patient)
    assert (patient.epoch, endless.epoch) == (2, None)


@pytest.mark.parametrize("closed", [False, True], ids=["full", "after a 429"])
def test_calls_lost_with_their_event_loop_hold_nobody_up(closed: bool) -> None:
    """Those under way, and those in the queue, be it as its head that holds the timer."""
    bench = Bench(size=1)
    if closed:
        bench.close()
        bench.now = 10.0
    lost, queued = bench.enter(2)
    bench.loop.ended = True
    bench.loop = Loop()
    (alive,) = bench.enter()
    assert bench.wait(alive) is None
    assert admitted([lost, queued, alive]) == [lost, alive]
    bench.admission.give_back(lost)  # its coroutine was collected
    (another,) = bench.enter()
    assert another.epoch is None


def test_a_caller_of_a_closed_event_loop_does_not_keep_the_timer(bench: Bench) -> None:
    """It slept until its own deadline when the gate closed again."""
    bench.close()
    (probe,) = bench.enter()
    closed = Loop()
    dead = bench.admission.enter(closed.runtime, LATE)
    (alive,) = bench.enter()
    bench.now = 10.0
    bench.wait(probe)
    bench.wait(dead)
    closed.ended = True
    bench.close(probe)
    assert is_woken(alive)
    assert bench.wait(alive) == 10.0
