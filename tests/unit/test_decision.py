"""What follows from what an attempt met: another attempt after so long, or the end of the call."""

from __future__ import annotations

from typing import Any, NamedTuple

import attrs
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devrev_auth_client import errors
from devrev_auth_client._credentials import Secret
from devrev_auth_client._decision import Again, Decision, Outcome, Repeatable
from devrev_auth_client._failures import Failure, FailureKind
from devrev_auth_client._response import ReceivedResponse
from devrev_auth_client._sending import RawResponse
from devrev_auth_client.errors import Attempt, RevocationUnconfirmedError
from devrev_auth_client.retry import RetryBudget, RetryPolicy

SUCCESS = "the response of a success"
READ, WRITE, REVOKE = Repeatable.ALWAYS, Repeatable.IF_UNPROCESSED, Repeatable.REVOCATION


def met(status: int, retry_after: float | None = None, *, waited: float = 0.0) -> ReceivedResponse:
    """A response without a body."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return ReceivedResponse(RawResponse(status, httpx.Headers(headers), b"", None), Secret("nobody's"), 0.0, waited)


def failed(kind: FailureKind, *, sent: bool = False, waited: float = 0.0) -> Failure:
    return Failure(kind, kind.name.lower(), sent, waited)


KIND = FailureKind
UNPROCESSED: list[Outcome] = [
    *(failed(kind) for kind in (KIND.UNREACHABLE, KIND.TIMED_OUT, KIND.LOST)),
    *(met(status, asked) for status in (429, 503) for asked in (None, 0, 2)),
]
UNCERTAIN: list[Outcome] = [
    *(failed(kind, sent=True) for kind in (KIND.TIMED_OUT, KIND.LOST)),
    *map(met, (408, 500, 502, 504)),
]
FINAL: list[Outcome] = [
    *(failed(kind) for kind in (KIND.REFUSED, KIND.OUT_OF_TIME)),
    *map(met, (100, 301, 307, 400, 401, 403, 404, 405, 409, 413, 418, 422, 451, 499, 501, 505, 520, 599)),
]


def named(value: object) -> str | None:
    """Name a parameter by what the server said, or by what went wrong."""
    if isinstance(value, ReceivedResponse):
        return f"{value.status_code}-{value.headers.get('Retry-After', 'no-time')}"
    return f"{value.kind.name}-{'sent' if value.sent else 'unsent'}" if isinstance(value, Failure) else None


@attrs.define
class Operation:
    """Knows the class of each outcome and nothing else."""

    repeatable: Repeatable
    name: str = "an_operation"

    def interpret(self, outcome: Outcome) -> Any:
        if isinstance(outcome, Failure):
            late = outcome.kind is KIND.OUT_OF_TIME
            return (errors.TotalTimeoutError if late else errors.TransportError)(outcome.text)
        if 200 <= outcome.status_code < 300:
            return SUCCESS
        if outcome.status_code in (429, 503):
            late_class = {429: errors.TooManyRequestsError, 503: errors.ServiceUnavailableError}[outcome.status_code]
            return late_class(retry_after=outcome.retry_after)
        known = {401: errors.UnauthenticatedError, 404: errors.NotFoundError}
        type_ = "not_found" if outcome.status_code == 404 else None
        return known.get(outcome.status_code, errors.UnexpectedStatusError)(type=type_)


class Played(NamedTuple):
    """What came of one call."""

    waits: list[float]
    """Before each repetition."""
    end: Any
    """A response, an error, or the `Again` that nothing was met after."""
    renewals: int


def play(
    outcomes: list[Outcome],
    repeatable: Repeatable = READ,
    *,
    policy: RetryPolicy | None = None,
    renewable: bool = False,
) -> Played:
    """Tell a decision of one outcome after another, until it is over."""
    decision = Decision(
        Operation(repeatable),
        policy or RetryPolicy(),
        RetryBudget(),
        deadline=1060.0,
        renewable=renewable,
        clock=lambda: 1000.0,
        jitter=max,
    )
    steps: list[Again] = []
    following: Any = Again()
    for outcome in outcomes:
        following = decision.after(outcome)
        if not isinstance(following, Again):
            break
        steps.append(following)
    return Played([step.wait for step in steps], following, sum(step.renew_token for step in steps))


@pytest.mark.parametrize("outcome", [*UNPROCESSED, *UNCERTAIN, *FINAL], ids=named)
def test_what_is_repeated_depends_on_whether_the_server_may_have_acted(outcome: Outcome) -> None:
    """Not acted: always. Perhaps: where that does no harm. The same again: never. Only a revocation is unconfirmed."""
    failure = outcome.text if isinstance(outcome, Failure) else None
    status = None if isinstance(outcome, Failure) else outcome.status_code
    for repeatable in Repeatable:
        repeats = outcome in UNPROCESSED or (outcome in UNCERTAIN and repeatable is not WRITE)
        assert isinstance(play([outcome], repeatable).end, Again) is repeats
        assert (play([outcome, met(200)], repeatable).end == SUCCESS) is repeats
        once = play([outcome], repeatable, policy=RetryPolicy(max_attempts=1)).end
        assert isinstance(once, RevocationUnconfirmedError) is (outcome in UNCERTAIN and repeatable is REVOKE)
        assert once.attempts == (Attempt(status, failure, 0.0),)


def test_a_call_that_cannot_make_its_next_attempt_ends_with_the_reason_or_the_401() -> None:
    """Nothing was sent, so that `attempts` has only those before."""
    decision = Decision(
        Operation(READ), RetryPolicy(), RetryBudget(), deadline=1e6, renewable=True, clock=float, jitter=min
    )
    assert decision.after(met(503, 1.0, waited=0.25)) == Again(1.0)
    assert decision.after(met(401, waited=1.5)) == Again(renew_token=True)
    told = (Attempt(503, None, 0.25), Attempt(401, None, 1.5))
    for reason in (None, errors.ConfigurationError("the token callable raised")):
        end = decision.without_attempt(reason)
        assert type(end) is (errors.UnauthenticatedError if reason is None else errors.ConfigurationError)
        assert end.attempts == told


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    repeatable=st.sampled_from(Repeatable),
    outcomes=st.lists(st.sampled_from([*UNPROCESSED, *UNCERTAIN, *FINAL, met(200), met(204)]), min_size=1, max_size=30),
    renewable=st.booleans(),
    most=st.integers(1, 5),
)
def test_no_series_of_outcomes_repeats_more_than_it_may_or_claims_what_was_not_proven(
    repeatable: Repeatable, outcomes: list[Outcome], renewable: bool, most: int
) -> None:
    """Counted repetitions stay below `max_attempts`, and a response is returned for a success alone."""
    waits, end, renewals = play(outcomes, repeatable, renewable=renewable, policy=RetryPolicy(max_attempts=most))
    seen = outcomes[: len(waits) + (not isinstance(end, Again))]
    asked = [one for one in seen if isinstance(one, ReceivedResponse) and one.status_code == 429 and one.retry_after]
    assert renewals <= renewable
    assert len(waits) <= most - 1 + len(asked) + renewals
    last = seen[-1]
    assert (end == SUCCESS) == (isinstance(last, ReceivedResponse) and 200 <= last.status_code < 300)
    if repeatable is REVOKE and any(one in UNCERTAIN for one in seen) and isinstance(end, errors.DevRevAuthError):
        assert type(end) is RevocationUnconfirmedError
