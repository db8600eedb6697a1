"""The attempt loop, driven by hand: exact waits, the bounds they keep, the budget, and what is told of it all."""

from __future__ import annotations

import logging

import pytest

from devrev_auth_client._attempt_loop import Effect, Next
from devrev_auth_client._outcomes import Cause, Outcome
from devrev_auth_client.errors import (
    Attempt,
    ConfigurationError,
    RevocationUnconfirmedError,
    ServiceUnavailableError,
    TooManyRequestsError,
    TransportError,
    UnexpectedStatusError,
)
from devrev_auth_client.retry import RetryBudget, RetryPolicy
from tests.unit.attempt_loop_play import REVOKED, Play, answer, failure

LONG = 1_000_000.0


def test_backoff_is_full_jitter_over_a_doubling_range() -> None:
    """Drawn from [0, min(max_delay, base_delay * 2**n)] seconds, n from 0; then the attempts are used up."""
    play = Play(policy=RetryPolicy(max_attempts=6)).meet(*[answer(500)] * 6)
    assert play.drawn == [(0.0, 0.5), (0.0, 1.0), (0.0, 2.0), (0.0, 4.0), (0.0, 8.0), (0.0, 8.0)]
    assert play.waits == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert type(play.error) is UnexpectedStatusError


def test_the_jitter_that_was_drawn_is_the_wait() -> None:
    """Nothing is added to it or taken away."""
    play = Play(jitter=lambda low, high: low + 0.25 * (high - low)).meet(*[answer(502)] * 3)
    assert play.waits == [0.125, 0.25, 0.5]


@pytest.mark.parametrize(
    ("policy", "waits"),
    [
        (RetryPolicy(), [0.5, 1.0, 2.0]),
        (RetryPolicy(max_attempts=1), []),
        (RetryPolicy(max_attempts=2), [0.5]),
        (RetryPolicy(base_delay=3, max_delay=5), [3.0, 5.0, 5.0]),
        (RetryPolicy(base_delay=9, max_delay=1), [1.0, 1.0, 1.0]),
        (RetryPolicy(base_delay=0), [0.0, 0.0, 0.0]),
        (RetryPolicy(max_delay=0), [0.0, 0.0, 0.0]),
    ],
)
def test_the_policy_bounds_how_often_and_how_long(policy: RetryPolicy, waits: list[float]) -> None:
    """`max_attempts` counts the first attempt too."""
    play = Play(policy=policy).meet(*[answer(500)] * policy.max_attempts)
    assert play.over
    assert play.waits == waits


@pytest.mark.parametrize("seconds", [0.001, 1, 59.9, 60])
def test_a_429_that_names_a_time_is_left_to_the_gate(seconds: float) -> None:
    """The loop itself waits for nothing, draws nothing and counts nothing: the closed gate holds everybody back."""
    play = Play(policy=RetryPolicy(max_attempts=2)).meet(*[answer(429, seconds)] * 50)
    assert play.steps == [Next()] * 51
    assert play.drawn == []
    assert play.meet(answer(500)).steps[-1] == Next(0.5)
    assert play.meet(answer(200)).result == REVOKED


@pytest.mark.parametrize("seconds", [None, 0])
def test_a_429_that_names_no_time_backs_off_and_counts(seconds: float | None) -> None:
    """Zero is no time either."""
    play = Play().meet(*[answer(429, seconds)] * 4)
    assert play.waits == [0.5, 1.0, 2.0]
    assert type(play.error) is TooManyRequestsError
    assert play.error.retry_after == seconds


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("asked", "left", "again"), [(10, 12, True), (12.1, 12, False), (LONG, 12, False)])
def test_a_time_that_does_not_fit_into_the_time_left_is_raised_at_once(
    status: int, asked: float, left: float, again: bool
) -> None:
    """With the time asked on the error, and without a sleep that leads nowhere."""
    play = Play(total_timeout=20.0)
    play.now += 20.0 - left
    play.meet(answer(status, asked))
    assert play.over is not again
    if not again:
        assert isinstance(play.error, TooManyRequestsError | ServiceUnavailableError)
        assert play.error.retry_after == asked


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("asked", "again"), [(86_400, True), (86_400.5, False)])
def test_a_server_that_asks_for_more_than_a_day_is_not_waited_for(status: int, asked: float, again: bool) -> None:
    """Even where the caller set no bound."""
    assert Play(total_timeout=float("inf")).meet(answer(status, asked)).over is not again


@pytest.mark.parametrize(
    ("asked", "drawn", "wait"), [(2, 0.2, 2.2), (0.5, 0.05, 0.55), (100, 0.5, 100.5), (0, 0.5, 0.5)]
)
def test_a_503_waits_as_long_as_it_asks_and_a_little_more(asked: float, drawn: float, wait: float) -> None:
    """At most a tenth more, and no more than a backoff: never sooner, and not everybody in the same instant."""
    play = Play(total_timeout=LONG).meet(answer(503, asked))
    ((low, high),) = play.drawn
    assert low == 0.0
    assert high == pytest.approx(drawn)
    assert play.waits == [pytest.approx(wait)]
    soonest = Play(total_timeout=LONG, jitter=lambda low, high: low).meet(answer(503, asked))
    assert soonest.waits == [asked]


def test_what_is_added_to_a_time_that_was_asked_for_does_not_end_the_call() -> None:
    """The time itself fits, so it is waited for, and no more."""
    play = Play(total_timeout=10.2).meet(answer(503, 10))
    assert play.drawn == [(0.0, 0.5)]
    assert play.waits == [10.0]


def test_a_503_counts_against_max_attempts() -> None:
    """Whether it names a time or not."""
    assert Play(policy=RetryPolicy(max_attempts=3)).meet(answer(503, 1), answer(503), answer(503, 1)).over


@pytest.mark.parametrize(("left", "again"), [(0.5, True), (0.49, False), (0.0, False), (-1.0, False)])
def test_a_backoff_that_does_not_fit_into_the_time_left_raises_what_was_met(left: float, again: bool) -> None:
    """Sleeping into a total timeout would only hide the cause."""
    play = Play()
    play.now += 60.0 - left
    assert play.meet(answer(500)).over is not again


@pytest.mark.parametrize("effect", Effect)
def test_retries_turned_off_raise_a_429_at_once(effect: Effect) -> None:
    """`RetryPolicy(max_attempts=1)`: also where the 429 names a time."""
    play = Play(effect, policy=RetryPolicy(max_attempts=1)).meet(answer(429, 1))
    assert type(play.error) is TooManyRequestsError
    assert play.error.retry_after == 1


@pytest.mark.parametrize(
    ("outcome", "repetitions"),
    [(answer(500), 100), (failure(Cause.UNREACHABLE), 100), (failure(Cause.TIMED_OUT), 50), (answer(503, 1), 100)],
)
def test_the_budget_ends_an_outage_that_is_repeated_by_all_calls(outcome: Outcome, repetitions: int) -> None:
    """500 tokens: a repetition costs 5, after a timeout 10; then each call is sent once."""
    budget = RetryBudget()
    sent = 0
    for _ in range(200):
        play = Play(budget=budget, total_timeout=LONG).meet_until_over([outcome] * 4)
        sent += len(play.steps)
    assert sent == 200 + repetitions


def test_waiting_for_the_rate_limit_and_renewing_a_token_cost_nothing() -> None:
    """A used-up budget stops repetitions of failures alone."""
    budget = RetryBudget()
    assert budget.spend(budget.CAPACITY)
    play = Play(budget=budget, renewable=True).meet(answer(429, 1), answer(401), answer(200))
    assert play.result == REVOKED
    assert Play(budget=budget).meet(answer(500)).over


def test_only_a_success_at_the_first_attempt_earns_budget_back() -> None:
    """One token each, and never more than there were at first."""
    budget = RetryBudget()
    Play(budget=budget).meet(answer(200))
    assert budget.spend(budget.CAPACITY)
    for _ in range(4):
        Play(budget=budget).meet(answer(200))
    Play(budget=budget).meet(answer(429, 1), answer(200))
    assert not budget.spend(5)
    assert budget.spend(4)


def test_the_error_tells_what_each_attempt_met_and_waited() -> None:
    """Status or failure, and the seconds before it was sent; what was not tried is no attempt."""
    outcomes: list[Outcome] = [
        answer(503, waited=0.25),
        failure(Cause.LOST, sent=True, waited=1.5),
        failure(Cause.NOT_TRIED, error=ConfigurationError("the token callable raised")),
    ]
    told = (Attempt(503, None, 0.25), Attempt(None, "lost", 1.5))
    read, revocation = (Play(effect).meet(*outcomes) for effect in (Effect.READ, Effect.REVOKE))
    assert type(read.error) is ConfigurationError
    assert read.error.attempts == told
    assert type(revocation.error) is RevocationUnconfirmedError
    assert revocation.error.attempts == told


def test_on_retry_is_told_what_was_met_and_the_coming_wait() -> None:
    """For each repetition: a backoff, the time a 429 asked for, a renewed token; not for what is final."""
    told: list[tuple[Attempt, float]] = []
    policy = RetryPolicy(on_retry=lambda met, wait: told.append((met, wait)))
    play = Play(policy=policy, renewable=True)
    play.meet(answer(500), answer(429, 7), failure(Cause.UNREACHABLE), answer(401), answer(403))
    assert told == [
        (Attempt(500, None, 0.0), 0.5),
        (Attempt(429, None, 0.0), 7.0),
        (Attempt(None, "unreachable", 0.0), 1.0),
        (Attempt(401, None, 0.0), 0.0),
    ]


def test_a_broken_on_retry_does_not_break_the_call(caplog: pytest.LogCaptureFixture) -> None:
    """What it raises is logged by type; its text may hold anything."""

    def broken(met: Attempt, wait: float) -> None:
        raise KeyError("what-it-says")

    play = Play(Effect.REVOKE, policy=RetryPolicy(on_retry=broken)).meet(answer(503), answer(200))
    assert play.result == REVOKED
    assert "KeyError" in caplog.text
    assert "what-it-says" not in caplog.text


def test_a_retry_is_logged_at_info_and_an_attempt_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    """Under the module's own logger."""
    caplog.set_level(logging.DEBUG)
    Play().meet(answer(500), failure(Cause.REFUSED))
    assert [(record.name, record.levelname, record.getMessage()) for record in caplog.records] == [
        ("devrev_auth_client._attempt_loop", "DEBUG", "fake: attempt 1 met 500"),
        ("devrev_auth_client._attempt_loop", "INFO", "fake: attempt 1 met 500, the next follows in 0.50 s"),
        ("devrev_auth_client._attempt_loop", "DEBUG", "fake: attempt 2 met refused"),
    ]


def test_a_used_up_budget_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Otherwise nobody would know why nothing is repeated."""
    caplog.set_level(logging.INFO)
    budget = RetryBudget()
    assert budget.spend(budget.CAPACITY)
    assert type(Play(budget=budget).meet(failure(Cause.LOST)).error) is TransportError
    assert "budget is used up" in caplog.text
