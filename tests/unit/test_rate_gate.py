"""The rate gate, move by move: it closes for everybody, opens for one, and then for more and more."""

from __future__ import annotations

import math

import httpx
import pytest

from devrev_auth_client._rate_gate import Closing
from tests.unit.gate_bench import CLOSING, LATE, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_an_open_gate_lets_everybody_through_at_once(bench: Bench) -> None:
    """Before a 429 there is no limit to keep."""
    permits = bench.send(1000)
    assert all(bench.gate.is_open(permit) for permit in permits)


def test_a_429_stops_everybody_and_the_first_in_the_queue_holds_the_timer(bench: Bench) -> None:
    """The others sleep until they are woken, or until their own time is over."""
    bench.close(10.0)
    bench.now = 4.0
    assert bench.gate.enter() is None
    first, second = bench.gate.join(LATE), bench.gate.join(50.0)
    pauses = [bench.gate.next_pause(first), bench.gate.next_pause(second)]
    assert [pause and pause[1] for pause in pauses] == [6.0, 46.0]


def test_a_permit_of_before_the_closing_is_no_longer_good(bench: Bench) -> None:
    """A caller who waited for a connection meanwhile has to come back."""
    early = bench.send()[0]
    bench.close(10.0)
    assert not bench.gate.is_open(early)
    bench.gate.failed(early)
    bench.now = 10.0
    assert not bench.gate.is_open(early)
    assert bench.gate.is_open(bench.send()[0])


def test_a_permit_is_no_good_either_while_an_older_429_lengthens_the_closing(bench: Bench) -> None:
    """The prober may still wait for a connection when it arrives."""
    late = bench.send()[0]
    bench.close(10.0)
    bench.now = 10.0
    probe = bench.send()[0]
    bench.gate.close(late, 5.0, CLOSING)
    assert not bench.gate.is_open(probe)
    bench.now = 15.0
    assert bench.gate.is_open(probe)


def test_when_the_time_is_up_one_probes_and_success_lets_a_growing_stream_follow(bench: Bench) -> None:
    """One more in flight for each success, in the order of the queue."""
    bench.close_after(40)
    waiters = bench.queue(40)
    bench.now = 9.999
    assert bench.gate.next_pause(waiters[0]) is not None
    bench.now = 10.0
    assert bench.gate.next_pause(waiters[0]) is None
    rounds = []
    while waiters:
        allowed = bench.through(waiters)
        assert allowed == waiters[: len(allowed)]
        rounds.append(len(allowed))
        waiters = bench.pass_all(waiters)
    assert rounds == [1, 2, 4, 8, 16, 9]


def test_no_more_follow_than_passed_before_the_last_closing_and_then_one_alone(bench: Bench) -> None:
    """That is what the server allows in a window; if the one gets through, the next run is twice as long."""
    bench.close_after(5)
    waiters = bench.queue(100)
    bench.now = 10.0
    bench.gate.next_pause(waiters[0])
    rounds = []
    while waiters:
        rounds.append(len(bench.through(waiters)))
        waiters = bench.pass_all(waiters)
    assert rounds[:4] == [1, 2, 2, 1]  # five as before, and one alone
    assert rounds[4:9] == [1] * 5  # it got through: as many again, with care, and again one alone
    assert rounds[9:14] == [2, 2, 3, 2, 1]  # then ten
    assert rounds[14:21] == [4, 4, 4, 5, 2, 1, 6]  # and twenty
    assert len(rounds) == 30


def test_a_429_of_the_one_alone_closes_until_the_next_window(bench: Bench) -> None:
    """And the number of those that passed still holds."""
    bench.close_after(3)
    waiters = bench.queue(20)
    for window in (10.0, 20.0, 30.0):
        bench.now = window
        bench.gate.next_pause(waiters[0])
        passed = 0
        while passed < 3:
            passed += len(bench.through(waiters))
            waiters = bench.pass_all(waiters)
        (alone,) = bench.through(waiters)
        assert alone.permit is not None
        bench.gate.close(alone.permit, 10.0, CLOSING)
        waiters.remove(alone)
        assert bench.through(waiters) == []


def test_what_passed_before_a_pause_is_no_lesson(bench: Bench) -> None:
    """A client that was in use for hours learns from the burst that met the 429, not from all it ever sent."""
    for permit in bench.send(1000):
        bench.gate.passed(permit)
    bench.close_after(2)
    waiters = bench.queue(10)
    bench.now = 10.0
    bench.gate.next_pause(waiters[0])
    rounds = []
    while waiters:
        rounds.append(len(bench.through(waiters)))
        waiters = bench.pass_all(waiters)
    assert rounds[:4] == [1, 1, 1, 1]  # two as before, one alone, and on with care


def test_a_window_that_lets_not_even_the_probe_through_teaches_nothing(bench: Bench) -> None:
    """What was known before still holds: the probe came before the server's window had turned."""
    bench.close_after(4)
    waiters = bench.queue(20)
    for window in (10.0, 20.0):
        bench.now = window
        bench.gate.next_pause(waiters[0])
        probe = waiters.pop(0)
        assert probe.permit is not None
        if window == 10.0:
            bench.gate.close(probe.permit, 10.0, CLOSING)
        else:
            bench.gate.passed(probe.permit)
    assert len(bench.through(waiters)) == 2


def test_a_hundred_sends_under_way_are_one_lesson(bench: Bench) -> None:
    """The first 429 of an epoch closes; later ones of older sends only lengthen it, and never shorten it."""
    permits = bench.send(100)
    bench.gate.close(permits.pop(), 10.0, CLOSING)
    for seconds in (5.0, 12.0, 1.0):
        bench.gate.close(permits.pop(), seconds, CLOSING)
    assert bench.gate.refusal()[1] == 12.0
    waiters = bench.queue(5)
    bench.now = 12.0
    bench.gate.next_pause(waiters[0])
    assert bench.through(waiters) == waiters[:1]
    for permit in permits:
        bench.gate.failed(permit)
    assert bench.through(waiters) == waiters[:1]


def test_a_success_overtaken_by_a_429_of_its_epoch_still_counts_for_the_next_run(bench: Bench) -> None:
    """Of six under way five passed, though their answers came after the 429."""
    *allowed, refused = bench.send(6)
    bench.gate.close(refused, 10.0, CLOSING)
    for permit in allowed:
        bench.gate.passed(permit)
    waiters = bench.queue(10)
    bench.now = 10.0
    bench.gate.next_pause(waiters[0])
    rounds = []
    while waiters:
        rounds.append(len(bench.through(waiters)))
        waiters = bench.pass_all(waiters)
    assert rounds[:4] == [1, 2, 2, 1]  # five as before, then one alone


def test_an_announced_end_of_the_quota_closes_without_a_429(bench: Bench) -> None:
    """`X-Ratelimit-Remaining: 0`: the send itself was let through, and counts."""
    permits = bench.send(3)
    for permit in permits[:2]:
        bench.gate.passed(permit)
    bench.gate.close(permits[2], 10.0, CLOSING, passed=True)
    waiters = bench.queue(10)
    bench.now = 10.0
    bench.gate.next_pause(waiters[0])
    waiters = bench.pass_all(waiters)
    assert len(bench.through(waiters)) == 2  # three may follow in all


def test_the_refusal_tells_what_closed_the_gate_and_for_how_long_still(bench: Bench) -> None:
    """Zero seconds once it is open, and nothing before the first closing."""
    assert bench.gate.refusal() == (Closing(httpx.Headers(), None), 0.0)
    bench.close(10.0)
    bench.now = 4.0
    assert bench.gate.refusal() == (CLOSING, 6.0)
    bench.now = 11.0
    assert bench.gate.refusal() == (CLOSING, 0.0)


def test_a_caller_without_a_bound_waits_for_ever(bench: Bench) -> None:
    """`total_timeout=None`: an infinite deadline is no reason to refuse."""
    bench.close(10.0)
    waiters = bench.queue(2, deadline=math.inf)
    assert not any(waiter.refused for waiter in waiters)
    assert waiters[1].wakes_at == math.inf
