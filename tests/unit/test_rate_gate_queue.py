"""The rate gate's queue: its order, who is refused, and who goes on when somebody leaves."""

from __future__ import annotations

import pytest

from tests.unit.gate_bench import CLOSING, LATE, Bench, FakeEvent


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_who_comes_later_does_not_overtake(bench: Bench) -> None:
    """Also when the time is up and nobody of the queue has noticed yet."""
    bench.close(10.0)
    first, second = bench.queue(2)
    bench.now = 10.0
    assert bench.gate.enter() is None
    third = bench.queue()[0]
    assert (first.permit is not None, second.permit, third.permit) == (True, None, None)


def test_who_cannot_make_it_is_refused_when_the_gate_closes(bench: Bench) -> None:
    """At once, not when the time is over; the others keep their places."""
    bench.close(10.0)
    early, late = bench.queue(1, deadline=12.0) + bench.queue(1, deadline=30.0)
    bench.now = 10.0
    bench.gate.next_pause(early)
    assert early.permit is not None
    hopeless, patient = bench.queue(1, deadline=20.0) + bench.queue(1, deadline=21.0)
    bench.gate.close(early.permit, 10.0, CLOSING)  # until 20
    assert (hopeless.refused, hopeless.event.is_set) == (True, True)
    assert bench.gate.next_pause(hopeless) is None
    assert not late.refused
    assert not patient.refused


def test_who_comes_to_a_gate_that_opens_too_late_is_refused_at_the_first_question(bench: Bench) -> None:
    """No pointless sleep."""
    bench.close(10.0)
    hopeless, hopeful = bench.gate.join(deadline=10.0), bench.gate.join(deadline=10.001)
    assert bench.gate.next_pause(hopeless) is None
    assert bench.gate.next_pause(hopeful) is not None
    assert (hopeless.refused, hopeful.refused) == (True, False)


def test_who_was_refused_before_it_slept_leaves_the_timer_to_the_next(bench: Bench) -> None:
    """Two threads may join before the first of them asks."""
    bench.close(10.0)
    hopeless = bench.gate.join(deadline=5.0)
    patient = bench.gate.join(deadline=LATE)
    pause = bench.gate.next_pause(patient)
    assert pause is not None
    assert bench.gate.next_pause(hopeless) is None
    assert pause[0].is_set, "the patient one holds the timer now and sleeps until its own deadline"


def test_who_is_out_of_time_behind_a_slow_prober_is_refused(bench: Bench) -> None:
    """The gate is open, but the one in front of it did not come back."""
    bench.close(10.0)
    first, second = bench.queue(2, deadline=15.0)
    bench.now = 10.0
    bench.gate.next_pause(first)
    bench.now = 15.0
    assert bench.gate.next_pause(second) is None
    assert second.refused


def test_closing_again_wakes_the_head_of_the_queue_which_holds_the_timer(bench: Bench) -> None:
    """It slept until its own deadline, because the gate was open and only full."""
    bench.close(10.0)
    probe, waiting = bench.queue(2)
    bench.now = 10.0
    bench.gate.next_pause(probe)
    pause = bench.gate.next_pause(waiting)
    assert pause is not None
    assert pause[1] == LATE - 10.0
    assert probe.permit is not None
    bench.gate.close(probe.permit, 10.0, CLOSING)
    assert pause[0].is_set
    again = bench.gate.next_pause(waiting)
    assert again is not None
    assert again[1] == 10.0


def test_a_longer_closing_lets_the_timer_run_again(bench: Bench) -> None:
    """An older send's 429 asked for more while the head slept."""
    permits = bench.send(2)
    bench.gate.close(permits[0], 10.0, CLOSING)
    waiter = bench.queue()[0]
    bench.gate.close(permits[1], 15.0, CLOSING)
    bench.now = 10.0
    pause = bench.gate.next_pause(waiter)
    assert pause is not None
    assert pause[1] == 5.0


def test_a_cancelled_head_hands_the_timer_to_the_next(bench: Bench) -> None:
    """Who then finds itself at the head."""
    bench.close(10.0)
    first, second = bench.queue(2)
    bench.gate.leave(first)
    assert second.event.is_set
    pause = bench.gate.next_pause(second)
    assert pause is not None
    assert pause[1] == 10.0


def test_a_cancelled_caller_who_was_just_let_through_hands_the_probe_on(bench: Bench) -> None:
    """It never learned that it had a permit."""
    bench.close(10.0)
    first, second, third = bench.queue(3)
    bench.now = 10.0
    bench.gate.next_pause(first)
    assert first.permit is not None
    bench.gate.leave(first)
    assert (second.permit is not None, second.event.is_set, third.permit) == (True, True, None)


def test_a_failed_prober_hands_the_probe_on(bench: Bench) -> None:
    """A lost connection teaches nothing: again one alone."""
    bench.close(10.0)
    waiters = bench.queue(3)
    bench.now = 10.0
    bench.gate.next_pause(waiters[0])
    assert waiters[0].permit is not None
    bench.gate.failed(waiters[0].permit)
    assert bench.through(waiters) == waiters[:2]
    assert waiters[1].permit is not None
    bench.gate.passed(waiters[1].permit)
    assert bench.through(waiters) == waiters


def test_a_cancelled_caller_in_the_middle_of_the_queue_is_not_missed(bench: Bench) -> None:
    """Nor is one that left twice, or after it was refused."""
    bench.close(10.0)
    waiters = bench.queue(5)
    for waiter in (waiters[2], waiters[2], bench.gate.join(1.0)):
        bench.gate.next_pause(waiter)
        bench.gate.leave(waiter)
    bench.now = 10.0
    bench.gate.next_pause(waiters[0])
    for waiter in (waiters[0], waiters[1], waiters[3], waiters[4]):
        assert waiter.permit is not None
        bench.gate.passed(waiter.permit)


def test_a_forked_child_starts_with_nobody_waiting_but_keeps_the_closing(bench: Bench) -> None:
    """Its parent's callers do not exist in it; the server's word still holds."""
    bench.close(10.0)
    bench.queue(3)
    bench.gate.after_fork()
    assert bench.gate.refusal()[1] == 10.0
    assert bench.gate.enter() is None
    bench.now = 10.0
    assert bench.gate.enter() is not None


def test_a_closed_client_refuses_all_who_wait_and_who_will(bench: Bench) -> None:
    """They are woken: nobody waits for a gate that is of no use any more."""
    bench.close(10.0)
    waiters = bench.queue(3)
    bench.gate.dismiss()
    assert all(waiter.refused and waiter.event.is_set for waiter in waiters)
    late = bench.gate.join(LATE)
    assert bench.gate.next_pause(late) is None
    assert late.refused


def test_calls_lost_with_their_event_loop_do_not_hold_the_gate(bench: Bench) -> None:
    """Their permits never come back; the next one probes in their place."""
    bench.close(10.0)
    bench.now = 10.0
    lost = bench.send()[0]
    waiters = bench.queue(2)
    assert bench.through(waiters) == []
    bench.gate.forget_in_flight()
    assert bench.through(waiters) == waiters[:1]
    bench.gate.failed(lost)
    assert bench.through(waiters) == waiters[:1]


class DeadEvent(FakeEvent):
    """Belongs to an event loop that was closed over the waiter's head."""

    def set(self) -> None:
        raise RuntimeError("Event loop is closed")


def test_a_waiter_whose_event_loop_is_gone_is_passed_over(bench: Bench) -> None:
    """As the one to go next."""
    bench.close(10.0)
    dead, alive = bench.queue(2)
    dead.event = DeadEvent()
    bench.now = 10.0
    bench.gate.next_pause(alive)
    assert alive.permit is not None


def test_a_waiter_whose_event_loop_is_gone_does_not_hold_the_timer(bench: Bench) -> None:
    """It slept until its own deadline when the gate closed again."""
    bench.close(10.0)
    probe, dead, alive = bench.queue(3)
    bench.now = 10.0
    bench.gate.next_pause(probe)
    bench.gate.next_pause(dead)
    dead.event = DeadEvent()
    assert probe.permit is not None
    bench.gate.close(probe.permit, 10.0, CLOSING)
    assert alive.event.is_set
    pause = bench.gate.next_pause(alive)
    assert pause is not None
    assert pause[1] == 10.0
