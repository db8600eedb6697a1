"""100 calls at once against 25 a second, in simulated time: how many 429s they earn, and how soon they are through.

75 responses of 429 are unavoidable. The times that `Retry-After: 1` asks for begin where the calls began, not where the
server's window does, so up to one second more than the best possible is unavoidable too.
"""

from __future__ import annotations

import pytest

from tests.unit.admission_simulation import Simulation

PHASES = [number / 40 for number in range(40)]


@pytest.mark.parametrize("spread", [0.0, 0.5], ids=["steady", "uneven"])
@pytest.mark.parametrize("latency", [0.0005, 0.001, 0.002, 0.005])
def test_100_calls_at_once_are_through_about_a_second_after_the_best_possible(latency: float, spread: float) -> None:
    """From every phase of the server's window: all succeed, at most 80 responses of 429, at most 1.15 s longer."""
    for phase in PHASES:
        run = Simulation(100, 25, phase=phase, latency=latency, spread=spread)
        outcome = run.run()
        assert (outcome.succeeded, outcome.refused) == (100, 0), phase
        assert outcome.rate_limited <= 80, phase
        assert outcome.finished_at - run.best_possible() <= 1.15, phase


@pytest.mark.parametrize("latency", [0.01, 0.02, 0.03, 0.05])
def test_a_slower_connection_costs_some_thirty_round_trips(latency: float) -> None:
    """Each window's stream grows from one, and one goes alone at its end; the 429s do not grow in number."""
    for phase in PHASES:
        run = Simulation(100, 25, phase=phase, latency=latency, spread=0.5)
        outcome = run.run()
        assert (outcome.succeeded, outcome.refused) == (100, 0), phase
        assert outcome.rate_limited <= 80, phase
        assert outcome.finished_at - run.best_possible() <= phase + 30 * latency, phase


@pytest.mark.parametrize(("calls", "limit"), [(100, 1), (100, 99), (100, 100), (1000, 100), (7, 3), (1, 1)])
def test_other_numbers_of_calls_and_limits_lose_nobody(calls: int, limit: int) -> None:
    """A window's limit is learned from its first 429, whatever it is."""
    for phase in PHASES[::8]:
        outcome = Simulation(calls, limit, phase=phase, latency=0.002, total_timeout=300.0).run()
        assert (outcome.succeeded, outcome.refused) == (calls, 0)
        windows = -(-calls // limit)
        assert outcome.rate_limited <= calls - limit + 2 * windows


@pytest.mark.parametrize("total_timeout", [0.5, 1.5, 2.5])
def test_calls_that_cannot_make_it_are_refused_and_the_others_get_through(total_timeout: float) -> None:
    """As many windows as fit into the time serve their 25; everybody else gives up, nobody hangs."""
    for phase in PHASES:
        outcome = Simulation(100, 25, phase=phase, latency=0.002, total_timeout=total_timeout).run()
        assert outcome.succeeded + outcome.refused == 100
        assert outcome.succeeded >= 25 * (1 + int(total_timeout))
        assert outcome.finished_at <= total_timeout + 0.002
