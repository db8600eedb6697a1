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
LONG = 1_000_000.0


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


@attrs.frozen
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
    drawn: list[tuple[float, float]]
    renewals: int


def play(
    outcomes: list[Outcome],
    repeatable: Repeatable = READ,
    *,
    policy: RetryPolicy | None = None,
    budget: RetryBudget | None = None,
    left: float = 60.0,
    renewable: bool = False,
    share: float = 1.0,
) -> Played:
    """Tell a decision of one outcome after another, until it is over."""
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return low + share * (high - low)

    decision = Decision(
        Operation(repeatable),
        policy or RetryPolicy(),
        budget or RetryBudget(),
        deadline=1000.0 + left,
        renewable=renewable,
        clock=lambda: 1000.0,
        jitter=draw,
    )
    steps: list[Again] = []
    following: Any = Again()
    for outcome in outcomes:
        following = decision.after(outcome)
        if not isinstance(following, Again):
            break
        steps.append(following)
    return Played([step.wait for step in steps], following, drawn, sum(step.renew_token for step in steps))


@pytest.mark.parametrize("repeatable", Repeatable)
@pytest.mark.parametrize("outcome", [*UNPROCESSED, *UNCERTAIN, *FINAL], ids=named)
def test_what_is_repeated_depends_on_whether_the_server_may_have_acted(
    outcome: Outcome, repeatable: Repeatable
) -> None:
    """Not acted: always. Perhaps: where that does no harm. The same again: never. Only a revocation is unconfirmed."""
    repeats = outcome in UNPROCESSED or (outcome in UNCERTAIN and repeatable is not WRITE)
    assert isinstance(play([outcome], repeatable).end, Again) is repeats
    once = play([outcome], repeatable, policy=RetryPolicy(max_attempts=1)).end
    unconfirmed = outcome in UNCERTAIN and repeatable is REVOKE
    assert isinstance(once, RevocationUnconfirmedError) is unconfirmed
    failure = outcome.text if isinstance(outcome, Failure) else None
    status = None if isinstance(outcome, Failure) else outcome.status_code
    assert once.attempts == (Attempt(status, failure, 0.0),)
    assert (play([outcome, met(200)], repeatable).end == SUCCESS) is repeats


ENDS = [(met(401), True), (met(404), True), *((one, False) for one in (met(400), met(307), met(429, 1000), *FINAL[:2]))]


@pytest.mark.parametrize("first", [*UNCERTAIN, failed(KIND.OUT_OF_TIME, sent=True)], ids=named)
@pytest.mark.parametrize(("last", "likely"), ENDS, ids=named)
def test_an_ambiguous_revocation_is_unconfirmed_by_whatever_ends_it(
    first: Outcome, last: Outcome, likely: bool
) -> None:
    """401 and 404 alone make it likely; no new token is asked for, which would only blur that."""
    end, renewals = play([first, last], REVOKE, renewable=True)[1::2]
    assert type(end) is RevocationUnconfirmedError
    assert end.likely_revoked is (likely and first in UNCERTAIN)
    assert renewals == 0
    doubtless = play([UNPROCESSED[0], last], REVOKE).end
    assert type(doubtless) is type(Operation(REVOKE).interpret(last))


@pytest.mark.parametrize(
    ("outcomes", "options", "waits"),
    [
        ([met(500)] * 6, {"policy": RetryPolicy(max_attempts=6)}, [0.5, 1.0, 2.0, 4.0, 8.0]),
        ([met(502)] * 4, {"share": 0.25}, [0.125, 0.25, 0.5]),
        ([met(500)] * 4, {"policy": RetryPolicy(base_delay=3, max_delay=5)}, [3.0, 5.0, 5.0]),
        ([met(500)] * 2, {"policy": RetryPolicy(max_attempts=2, base_delay=9, max_delay=1)}, [1.0]),
        ([met(500)], {"left": 0.5}, [0.5]),
        ([met(500)], {"left": 0.49}, []),
        ([met(500)], {"left": -1.0}, []),
        ([met(429), met(429, 0)], {}, [0.5, 1.0]),
        ([met(429, 60)] * 50 + [met(500)], {"policy": RetryPolicy(max_attempts=2)}, [0.0] * 50 + [0.5]),
        ([met(429, 1)], {"policy": RetryPolicy(max_attempts=1)}, []),
        ([met(429, 60.1)], {}, []),
        ([met(429, 86_400)], {"left": LONG}, [0.0]),
        ([met(429, 86_400.5)], {"left": LONG}, []),
        ([met(503, 2)], {"share": 0.0}, [2.0]),
        ([met(503, 2), met(503, 2), met(503, 2)], {"policy": RetryPolicy(max_attempts=3)}, [2.2, 2.2]),
        ([met(503, 100)], {"left": LONG}, [100.5]),
        ([met(503, 60)], {}, [60.0]),  # what is added must not be what ends the call
        ([met(503, 60.1)], {}, []),
        ([met(503, 86_400.5)], {"left": LONG}, []),
        ([met(401)], {"renewable": True, "policy": RetryPolicy(max_attempts=1)}, [0.0]),
        ([met(401), met(401)], {"renewable": True}, [0.0]),
        ([met(401), *[met(500)] * 4], {"renewable": True}, [0.0, 0.5, 1.0, 2.0]),
    ],
)  # fmt: skip
def test_the_waits(outcomes: list[Outcome], options: dict[str, Any], waits: list[float]) -> None:
    """Full jitter over a doubling range; what a server asks for is kept where it fits, and a 429's is not counted."""
    played = play(outcomes, **options)
    assert played.waits == [pytest.approx(wait) for wait in waits]
    assert played.renewals == bool(options.get("renewable"))


def test_the_budget_is_spent_by_repetitions_that_nobody_asked_for() -> None:
    """500 tokens: 5 each, 10 after a timeout; a 429 that names a time and a new token cost nothing."""
    for outcome, repetitions in ((met(500), 100), (failed(KIND.TIMED_OUT), 50), (met(503, 1), 100)):
        budget = RetryBudget()
        assert sum(len(play([outcome] * 4, budget=budget, left=LONG).waits) for _ in range(200)) == repetitions
        assert play([met(429, 1), met(401), met(200)], budget=budget, renewable=True).end == SUCCESS
    for _ in range(4):
        play([met(200)], budget=budget)
    play([met(429, 1), met(200)], budget=budget)
    assert budget.spend(4)
    assert not budget.spend(1)


def test_a_call_that_cannot_make_its_next_attempt_ends_with_the_reason_or_the_401() -> None:
    """Nothing was sent, so that `attempts` has only those before."""
    decision = Decision(
        Operation(READ), RetryPolicy(), RetryBudget(), deadline=LONG, renewable=True, clock=float, jitter=min
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
    waits, end, _, renewals = play(outcomes, repeatable, renewable=renewable, policy=RetryPolicy(max_attempts=most))
    seen = outcomes[: len(waits) + (not isinstance(end, Again))]
    asked = [one for one in seen if isinstance(one, ReceivedResponse) and one.status_code == 429 and one.retry_after]
    assert renewals <= renewable
    assert len(waits) <= most - 1 + len(asked) + renewals
    last = seen[-1]
    assert (end == SUCCESS) == (isinstance(last, ReceivedResponse) and 200 <= last.status_code < 300)
    if repeatable is REVOKE and any(one in UNCERTAIN for one in seen) and isinstance(end, errors.DevRevAuthError):
        assert type(end) is RevocationUnconfirmedError
