"""The attempt loop: what follows from what an attempt met. Pure.

A generator. A client's driver tells it what an attempt met and is told what comes next: a `Next` (wait so many seconds,
perhaps ask for the token again, send), or it is over: the loop returns the response or raises. It does no I/O, reads no
clock and draws no random number of its own; clock and jitter are handed in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from enum import Enum, auto
from typing import Any, Protocol

import attrs

from ._outcomes import Answer, Cause, Failure, Outcome
from .errors import (
    Attempt,
    DevRevAuthError,
    RevocationUnconfirmedError,
    ServiceUnavailableError,
    TooManyRequestsError,
)
from .retry import RetryBudget, RetryPolicy

LONGEST_WAIT = 86_400.0
"""Seconds. A server that asks for more is not waited for."""

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())


class Effect(Enum):
    """What repeating an operation may do."""

    READ = auto()
    """Safe to repeat at any time."""
    WRITE = auto()
    """Repeated only where the server surely did not act on it."""
    REVOKE = auto()
    """Repeated, but once the server may have acted, only a success is proof of anything."""


class Repeatable(Protocol):
    """What the loop needs to know of an operation."""

    @property
    def name(self) -> str:
        """The operation's name, for texts."""
        ...

    @property
    def effect(self) -> Effect:
        """What repeating it may do."""
        ...

    def interpret(self, outcome: Outcome) -> Any:
        """Return the response, or (not raise) the `DevRevAuthError` that the outcome amounts to."""
        ...


@attrs.frozen
class Next:
    """What the driver does next: wait, fetch a token, and send."""

    wait: float = 0.0
    """Seconds."""
    renew_token: bool = False
    """The last token met a 401: ask again, and answer `TOKEN_UNCHANGED` without sending where it is the same."""


_FIRST = Next()


class _Meaning(Enum):
    """What an outcome means for repeating the call."""

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
    if isinstance(outcome, Answer):
        return _STATUS_MEANING.get(outcome.status_code, _Meaning.FINAL)
    if outcome.cause in (Cause.UNREACHABLE, Cause.TIMED_OUT, Cause.LOST):
        return _Meaning.UNCERTAIN if outcome.sent else _Meaning.UNPROCESSED
    return _Meaning.FINAL


def _may_have_been_processed(outcome: Outcome) -> bool:
    """Whether the server may have acted although no answer says so."""
    if isinstance(outcome, Answer):
        return _meaning(outcome) is _Meaning.UNCERTAIN
    return outcome.sent


class AttemptLoop:
    """The life of one call, from its first attempt to its end."""

    def __init__(
        self,
        operation: Repeatable,
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
        self._met: list[Attempt] = []
        self._counted = 0
        self._ambiguous = False

    def run(self) -> Generator[Next, Outcome, Any]:
        """Yield what comes next, be sent what was met; return the response or raise a `DevRevAuthError`."""
        step = _FIRST
        refused: DevRevAuthError | None = None
        while True:
            outcome = yield step
            if refused is not None and isinstance(outcome, Failure) and outcome.cause is Cause.TOKEN_UNCHANGED:
                following = None
            else:
                result = self._operation.interpret(outcome)
                if not isinstance(result, DevRevAuthError):
                    if not self._met:
                        self._budget.earn()
                    self._log(outcome)
                    return result
                self._note(outcome)
                result.attempts = tuple(self._met)
                following = self._next(outcome, result)
                refused = result if following is not None else self._conclusion(outcome, result)
                del result
            if following is None:
                try:
                    raise refused
                finally:
                    # An error refers to its frames: one that referred back would keep the answer until a collection.
                    del refused, outcome
            step = following

    def _note(self, outcome: Outcome) -> None:
        if isinstance(outcome, Failure) and outcome.cause is Cause.NOT_TRIED:
            return
        self._log(outcome)
        if isinstance(outcome, Answer):
            self._met.append(Attempt(outcome.status_code, None, outcome.waited))
        else:
            self._met.append(Attempt(None, outcome.text, outcome.waited))
        if self._operation.effect is Effect.REVOKE and _may_have_been_processed(outcome):
            self._ambiguous = True

    def _log(self, outcome: Outcome) -> None:
        met = outcome.status_code if isinstance(outcome, Answer) else outcome.text
        logger.debug("%s: attempt %d met %s", self._operation.name, len(self._met) + 1, met)

    def _next(self, outcome: Outcome, error: DevRevAuthError) -> Next | None:
        meaning = _meaning(outcome)
        if meaning is _Meaning.FINAL:
            return None
        if meaning is _Meaning.UNAUTHENTICATED:
            return self._renewed_token()
        if meaning is _Meaning.UNCERTAIN and self._operation.effect is Effect.WRITE:
            return None
        asked = error.retry_after or 0.0 if isinstance(error, TooManyRequestsError | ServiceUnavailableError) else 0.0
        if asked > min(self._time_left(), LONGEST_WAIT):
            return None
        if meaning is _Meaning.RATE_LIMITED and asked > 0:
            # The gate, closed by this answer, does the waiting, for everybody.
            return self._repeat(Next(), asked) if self._policy.max_attempts > 1 else None
        return self._counted_repetition(outcome, asked)

    def _renewed_token(self) -> Next | None:
        # After an ambiguous revocation the 401 may be its proof: a new token would only blur it.
        if not self._renewable or self._ambiguous:
            return None
        self._renewable = False
        return self._repeat(Next(renew_token=True), 0.0)

    def _counted_repetition(self, outcome: Outcome, asked: float) -> Next | None:
        longest = self._policy.longest_delay(self._counted)
        self._counted += 1
        # A time the server names is kept, and a little added so that not everybody comes back in the same instant.
        wait = asked + self._jitter(0.0, min(longest, 0.1 * asked) if asked else longest)
        if asked and wait > self._time_left():
            wait = asked  # what is added must not be what ends the call
        if self._counted >= self._policy.max_attempts or wait > self._time_left():
            return None
        timed_out = isinstance(outcome, Failure) and outcome.cause is Cause.TIMED_OUT
        if not self._budget.spend(10 if timed_out else 5):
            logger.info("%s: not repeated, the client's retry budget is used up", self._operation.name)
            return None
        return self._repeat(Next(wait), wait)

    def _repeat(self, step: Next, wait: float) -> Next:
        met = self._met[-1]
        logger.info(
            "%s: attempt %d met %s, the next follows in %.2f s",
            self._operation.name,
            len(self._met),
            met.failure or met.status_code,
            wait,
        )
        if self._policy.on_retry is not None:
            try:
                self._policy.on_retry(met, wait)
            except Exception as error:  # noqa: BLE001  # a broken observer must not break a revocation
                logger.warning("on_retry raised %s; ignored", type(error).__name__)
        return step

    def _conclusion(self, outcome: Outcome, error: DevRevAuthError) -> DevRevAuthError:
        if not self._ambiguous:
            return error
        likely = isinstance(outcome, Answer) and outcome.status_code in (401, 404)
        hint = (
            "the token in use is no longer valid, so it was most likely revoked by the first try"
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
