"""The attempt loop, driven by hand: what is repeated, what is final, and what a revocation may claim."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devrev_auth_client._attempt_loop import Effect, Next
from devrev_auth_client._outcomes import Answer, Cause, Failure, Outcome
from devrev_auth_client.errors import (
    Attempt,
    ConfigurationError,
    DevRevAuthError,
    NotFoundError,
    RevocationUnconfirmedError,
    TooManyRequestsError,
    TotalTimeoutError,
    TransportError,
    UnauthenticatedError,
    UnexpectedStatusError,
)
from devrev_auth_client.retry import RetryPolicy
from tests.unit.attempt_loop_play import REVOKED, Play, answer, failure

UNPROCESSED: list[Outcome] = [
    failure(Cause.UNREACHABLE),
    failure(Cause.TIMED_OUT),
    failure(Cause.LOST),
    answer(503),
    answer(503, 2),
    answer(429),
    answer(429, 0),
    answer(429, 2),
]
UNCERTAIN: list[Outcome] = [
    failure(Cause.TIMED_OUT, sent=True),
    failure(Cause.LOST, sent=True),
    *map(answer, (408, 500, 502, 504)),
]
FINAL: list[Outcome] = [
    failure(Cause.REFUSED),
    failure(Cause.OUT_OF_TIME),
    failure(Cause.NOT_TRIED, error=ConfigurationError("no token")),
    *map(answer, (100, 301, 307, 400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 451, 499, 501, 505, 507, 520, 599)),
]


def named(outcome: object) -> str:
    """An outcome as a test's name."""
    if isinstance(outcome, Answer):
        return f"{outcome.status_code}-{outcome.headers.get('Retry-After', 'no-time')}"
    if isinstance(outcome, Failure):
        return f"{outcome.cause.name}-{'sent' if outcome.sent else 'unsent'}"
    return str(outcome)


def test_the_first_attempt_follows_at_once() -> None:
    """Before anything was met there is nothing to wait for."""
    assert Play().steps == [Next(wait=0.0, renew_token=False)]


def test_a_success_ends_the_loop_with_the_response() -> None:
    """The response is returned as the operation gave it."""
    play = Play().meet(answer(200))
    assert (play.result, play.error, play.over) == (REVOKED, None, True)


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("outcome", UNPROCESSED, ids=named)
def test_what_the_server_surely_did_not_act_on_is_repeated(outcome: Outcome, effect: Effect) -> None:
    """Whatever the operation does."""
    play = Play(effect).meet(outcome)
    assert not play.over
    assert play.meet(answer(200)).result == REVOKED


@pytest.mark.parametrize(("effect", "again"), [(Effect.READ, True), (Effect.REVOKE, True), (Effect.WRITE, False)])
@pytest.mark.parametrize("outcome", UNCERTAIN, ids=named)
def test_what_the_server_may_have_acted_on_is_repeated_where_that_does_no_harm(
    outcome: Outcome, effect: Effect, again: bool
) -> None:
    """A write of an unknown kind is not: doing it twice might."""
    assert Play(effect).meet(outcome).over is not again


@pytest.mark.parametrize("effect", Effect)
@pytest.mark.parametrize("outcome", FINAL, ids=named)
def test_what_would_be_the_same_next_time_is_final(outcome: Outcome, effect: Effect) -> None:
    """The error that the operation made of it is raised; nothing was ambiguous before."""
    play = Play(effect).meet(outcome)
    assert play.over
    assert type(play.error) not in (type(None), RevocationUnconfirmedError)


def test_a_401_is_final_where_the_token_is_fixed() -> None:
    """There is nobody to ask for another."""
    assert type(Play(renewable=False).meet(answer(401)).error) is UnauthenticatedError


@pytest.mark.parametrize("max_attempts", [1, 4])
def test_a_401_asks_the_token_callable_once_more_without_a_wait(max_attempts: int) -> None:
    """Whatever `max_attempts` says; the second 401 is final."""
    play = Play(renewable=True, policy=RetryPolicy(max_attempts=max_attempts)).meet(answer(401))
    assert play.steps[1] == Next(wait=0.0, renew_token=True)
    assert type(play.meet(answer(401)).error) is UnauthenticatedError
    assert len(play.steps) == 2


def test_a_token_that_did_not_change_raises_the_401_it_met() -> None:
    """Nothing was sent the second time, so only one attempt is told."""
    play = Play(renewable=True).meet(answer(401), failure(Cause.TOKEN_UNCHANGED))
    assert type(play.error) is UnauthenticatedError
    assert play.error.attempts == (Attempt(401, None, 0.0),)


def test_a_renewed_token_does_not_use_up_an_attempt() -> None:
    """After it, as many repetitions are left as before."""
    play = Play(renewable=True, policy=RetryPolicy(max_attempts=2)).meet(answer(401), answer(500))
    assert not play.over
    assert play.meet(answer(500)).over


@pytest.mark.parametrize("first", UNCERTAIN, ids=named)
@pytest.mark.parametrize(
    ("last", "likely"),
    [
        (answer(401), True),
        (answer(404), True),
        (answer(400), False),
        (answer(403), False),
        (answer(307), False),
        (answer(429, 1000), False),
        (failure(Cause.REFUSED), False),
        (failure(Cause.OUT_OF_TIME), False),
        (failure(Cause.NOT_TRIED, error=TooManyRequestsError("not sent")), False),
    ],
    ids=named,
)
def test_an_ambiguous_revocation_is_unconfirmed_by_whatever_ends_it(
    first: Outcome, last: Outcome, likely: bool
) -> None:
    """Only 401 and 404 make it likely; and no new token is asked for, which would only blur that."""
    play = Play(Effect.REVOKE, renewable=True).meet(first, last)
    assert type(play.error) is RevocationUnconfirmedError
    assert play.error.likely_revoked is likely
    assert not any(step.renew_token for step in play.steps)


@pytest.mark.parametrize("first", UNCERTAIN, ids=named)
def test_an_ambiguous_revocation_that_then_succeeds_is_proven(first: Outcome) -> None:
    """Revoking what is revoked already succeeds again."""
    assert Play(Effect.REVOKE).meet(first, answer(200)).result == REVOKED


@pytest.mark.parametrize("first", UNCERTAIN, ids=named)
def test_an_ambiguous_revocation_that_runs_out_of_attempts_is_unconfirmed(first: Outcome) -> None:
    """The last attempt may have been refused for sure: the first one was not."""
    play = Play(Effect.REVOKE, policy=RetryPolicy(max_attempts=2)).meet(first, failure(Cause.UNREACHABLE))
    assert type(play.error) is RevocationUnconfirmedError
    assert play.error.likely_revoked is False


@pytest.mark.parametrize("first", UNPROCESSED, ids=named)
@pytest.mark.parametrize(("status", "error"), [(401, UnauthenticatedError), (404, NotFoundError)])
def test_a_revocation_that_was_surely_not_acted_on_keeps_the_error_it_ends_with(
    first: Outcome, status: int, error: type[DevRevAuthError]
) -> None:
    """A 401 without ambiguity before it is a 401."""
    assert type(Play(Effect.REVOKE).meet(first, answer(status)).error) is error


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (failure(Cause.OUT_OF_TIME, sent=True), RevocationUnconfirmedError),
        (failure(Cause.OUT_OF_TIME, sent=False), TotalTimeoutError),
        (failure(Cause.REFUSED, sent=True), RevocationUnconfirmedError),
        (failure(Cause.REFUSED, sent=False), TransportError),
    ],
    ids=named,
)
def test_a_revocation_cut_while_it_is_sent_is_unconfirmed(outcome: Outcome, error: type[DevRevAuthError]) -> None:
    """Where nothing was sent, it is what it is."""
    assert type(Play(Effect.REVOKE).meet(outcome).error) is error


@pytest.mark.parametrize("effect", [Effect.READ, Effect.WRITE])
@pytest.mark.parametrize("outcome", UNCERTAIN, ids=named)
def test_only_a_revocation_is_ever_unconfirmed(outcome: Outcome, effect: Effect) -> None:
    """Other operations end with what they met last."""
    play = Play(effect, policy=RetryPolicy(max_attempts=1)).meet(outcome)
    assert type(play.error) in (TransportError, UnexpectedStatusError)


OUTCOMES = st.lists(st.sampled_from([*UNPROCESSED, *UNCERTAIN, *FINAL, answer(200), answer(204)]), max_size=30)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(effect=st.sampled_from(Effect), outcomes=OUTCOMES, renewable=st.booleans(), most=st.integers(1, 5))
def test_no_series_of_outcomes_repeats_more_than_it_may_or_claims_what_was_not_proven(
    effect: Effect, outcomes: list[Outcome], renewable: bool, most: int
) -> None:
    """Counted repetitions stay below `max_attempts`, and a response is returned for a success alone."""
    play = Play(effect, renewable=renewable, policy=RetryPolicy(max_attempts=most)).meet_until_over(outcomes)
    uncounted = [
        1
        for outcome in outcomes
        if isinstance(outcome, Answer) and (outcome.retry_after, outcome.status_code) == (2.0, 429)
    ]
    assert len(play.steps) - 1 <= most - 1 + len(uncounted) + renewable
    assert sum(step.renew_token for step in play.steps) <= renewable
    met = outcomes[: len(play.steps)]
    assert (play.result == REVOKED) == (play.over and isinstance(met[-1], Answer) and 200 <= met[-1].status_code < 300)
    acted = [outcome for outcome in met if outcome in UNCERTAIN]
    if effect is Effect.REVOKE and acted and play.error is not None:
        assert type(play.error) is RevocationUnconfirmedError
