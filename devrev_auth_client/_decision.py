"""What follows from the outcome of an attempt: the result, an error, or another attempt. No I/O.

A call passes the outcome of each attempt to its `Decision`, which returns what comes next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Protocol

import attrs

from ._failures import Failure, FailureKind
from ._response import ReceivedResponse
from .errors import (
    Attempt,
    DevRevAuthError,
    NotFoundError,
    RevocationUnconfirmedError,
    ServiceUnavailableError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from .retry import RetryBudget, RetryPolicy

LONGEST_WAIT = 86_400.0
"""Seconds. A server that asks for more is not waited for."""

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())

_GONE: dict[type[DevRevAuthError], tuple[str | None, ...]] = {
    UnauthenticatedError: ("unauthenticated", None),
    NotFoundError: ("not_found",),
}
"""After an unconfirmed revocation, these error types mean that the token in use is gone."""

Outcome = ReceivedResponse | Failure
"""How an attempt ended."""


class Repeatable(Enum):
    """When an operation may be retried after a failure."""

    ALWAYS = auto()
    """A retry does no harm."""
    IF_UNPROCESSED = auto()
    """Only where the server surely did not act on it."""
    REVOCATION = auto()
    """Always; but once the server may have acted, only a success is proof of anything."""


class Interpreter(Protocol):
    """What a decision needs to know of an operation."""

    name: str
    repeatable: Repeatable

    def interpret(self, outcome: Outcome) -> Any:
        """Return the response, or (not raise) the `DevRevAuthError` that the outcome amounts to."""
        ...


@attrs.frozen
class Again:
    """Another attempt follows."""

    wait: float = 0.0
    """Seconds before it."""
    renew_token: bool = False
    """The last attempt got a 401: another one makes sense only with another token."""


class _Meaning(Enum):
    """What an outcome means for a retry."""

    FINAL = auto()
    UNAUTHENTICATED = auto()
    RATE_LIMITED = auto()
    UNPROCESSED = auto()
    UNCERTAIN = auto()


_STATUS_MEANING = {
    401: _Meaning.UNAUTHENTICATED,
    429: _Meaning.RATE_LIMITED,
    503: _Meaning.UNPROCESSED,
    **dict.fromkeys((408, 500, 502, 504), _Meaning.UNCERTAIN),
}


def _meaning(outcome: Outcome) -> _Meaning:
    if isinstance(outcome, ReceivedResponse):
        return _STATUS_MEANING.get(outcome.status_code, _Meaning.FINAL)
    if outcome.kind in (FailureKind.UNREACHABLE, FailureKind.TIMED_OUT, FailureKind.LOST):
        return _Meaning.UNCERTAIN if outcome.sent else _Meaning.UNPROCESSED
    return _Meaning.FINAL


class Decision:
    """The attempts of one call so far, and what follows from them."""

    def __init__(
        self,
        operation: Interpreter,
        policy: RetryPolicy,
        budget: RetryBudget,
        *,
        deadline: float,
        renewable: bool,
        clock: Callable[[], float],
        jitter: Callable[[float, float], float],
    ) -> None:
        self._operation = operation
        self._policy = policy
        self._budget = budget
        self._deadline = deadline  # by `clock`
        self._renewable = renewable
        self._clock = clock
        self._jitter = jitter
        self._attempts: list[Attempt] = []
        self._counted = 0
        self._is_ambiguous = False
        self._refused: DevRevAuthError | None = None  # the 401 after which another token was asked for

    @property
    def attempts_made(self) -> int:
        """How many attempts the call has made so far."""
        return len(self._attempts)

    def after(self, outcome: Outcome) -> Any:
        """Return the response or the error that the call ends with, or `Again`."""
        result = self._operation.interpret(outcome)
        if not isinstance(result, DevRevAuthError):
            if not self._attempts:
                self._budget.earn()
            self._log(outcome)
            return result
        self._note(outcome)
        following = self._next(outcome, result)
        if following is None:
            return self._conclusion(result)
        self._refused = result if following.renew_token else None
        return following

    def without_attempt(self, error: DevRevAuthError | None) -> DevRevAuthError:
        """Return the error for a call that could not make its next attempt.

        `None` says that there was no other token; the 401 stands.
        """
        return self._conclusion(error or self._refused or DevRevAuthError())

    def _note(self, outcome: Outcome) -> None:
        self._log(outcome)
        if isinstance(outcome, ReceivedResponse):
            self._attempts.append(Attempt(outcome.status_code, None, outcome.waited))
        else:
            self._attempts.append(Attempt(None, outcome.text, outcome.waited))
        # Whether the server may have acted although no response says so.
        is_doubtful = outcome.sent if isinstance(outcome, Failure) else _meaning(outcome) is _Meaning.UNCERTAIN
        if self._operation.repeatable is Repeatable.REVOCATION and is_doubtful:
            self._is_ambiguous = True

    def _log(self, outcome: Outcome) -> None:
        ended_with = outcome.status_code if isinstance(outcome, ReceivedResponse) else outcome.text
        logger.debug("%s: attempt %d: %s", self._operation.name, len(self._attempts) + 1, ended_with)

    def _next(self, outcome: Outcome, error: DevRevAuthError) -> Again | None:
        meaning = _meaning(outcome)
        if meaning is _Meaning.FINAL:
            return None
        if meaning is _Meaning.UNAUTHENTICATED:
            return self._renewed_token()
        if meaning is _Meaning.UNCERTAIN and self._operation.repeatable is Repeatable.IF_UNPROCESSED:
            return None
        asked = error.retry_after or 0.0 if isinstance(error, TooManyRequestsError | ServiceUnavailableError) else 0.0
        if asked > min(self._time_left(), LONGEST_WAIT):
            return None
        if meaning is _Meaning.RATE_LIMITED and asked > 0:
            # Admission, closed by this response, does the waiting, for everybody.
            return self._repeat(Again(), asked) if self._policy.max_attempts > 1 else None
        return self._counted_repetition(outcome, asked)

    def _renewed_token(self) -> Again | None:
        # After an ambiguous revocation the 401 may be its proof: a new token would only blur it.
        if not self._renewable or self._is_ambiguous:
            return None
        self._renewable = False
        return self._repeat(Again(renew_token=True), 0.0)

    def _counted_repetition(self, outcome: Outcome, asked: float) -> Again | None:
        longest = self._policy.longest_delay(self._counted)
        self._counted += 1
        # A time the server names is kept, and a little added so that not everybody comes back in the same instant.
        wait = asked + self._jitter(0.0, min(longest, 0.1 * asked) if asked else longest)
        if asked and wait > self._time_left():
            wait = asked  # what is added must not be what ends the call
        if self._counted >= self._policy.max_attempts or wait > self._time_left():
            return None
        timed_out = isinstance(outcome, Failure) and outcome.kind is FailureKind.TIMED_OUT
        if not self._budget.spend(10 if timed_out else 5):
            logger.info("%s: not retried, the client's retry budget is used up", self._operation.name)
            return None
        return self._repeat(Again(wait), wait)

    def _repeat(self, following: Again, wait: float) -> Again:
        last = self._attempts[-1]
        logger.info(
            "%s: attempt %d: %s; retrying in %.2f s",
            self._operation.name,
            len(self._attempts),
            last.failure or last.status_code,
            wait,
        )
        if self._policy.on_retry is not None:
            try:
                self._policy.on_retry(last, wait)
            except Exception as error:  # noqa: BLE001  # a broken observer must not break a revocation
                logger.warning("on_retry raised %s; ignored", type(error).__name__)
        return following

    def _conclusion(self, error: DevRevAuthError) -> DevRevAuthError:
        error.attempts = tuple(self._attempts)
        if not self._is_ambiguous:
            return error
        likely = isinstance(error, UnauthenticatedError | NotFoundError) and error.type in _GONE[type(error)]
        hint = (
            "the token in use no longer works; it was most likely revoked by an earlier attempt"
            if likely
            else "check with get_auth_token, or revoke again"
        )
        return RevocationUnconfirmedError(
            f"{self._operation.name}: the revocation may or may not have happened; {hint}",
            likely_revoked=likely,
            attempts=error.attempts,
        )

    def _time_left(self) -> float:
        return self._deadline - self._clock()
