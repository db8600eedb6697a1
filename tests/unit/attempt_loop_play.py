"""Drives the attempt loop by hand: no client, no clock that runs, no chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs
import httpx

from devrev_auth_client._attempt_loop import AttemptLoop, Effect, Next
from devrev_auth_client._credentials import Secret
from devrev_auth_client._outcomes import Answer, Cause, Failure, Outcome, Received
from devrev_auth_client.errors import (
    DevRevAuthError,
    NotFoundError,
    ServiceUnavailableError,
    TooManyRequestsError,
    TotalTimeoutError,
    TransportError,
    UnauthenticatedError,
    UnexpectedStatusError,
)
from devrev_auth_client.retry import RetryBudget, RetryPolicy

REVOKED = "the response of a success"


def answer(status: int, retry_after: float | None = None, *, waited: float = 0.0) -> Answer:
    """An answer without a body; `retry_after` goes into its header."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    received = Received(status, httpx.Headers(headers), b"", None)
    return Answer(received, Secret("a-token-of-nobody"), received_at=0.0, waited=waited)


def failure(cause: Cause, *, sent: bool = False, waited: float = 0.0, error: DevRevAuthError | None = None) -> Failure:
    """An attempt without an answer; its text is the cause's name in lower case."""
    return Failure(cause, cause.name.lower(), sent, error, waited)


@attrs.frozen
class FakeOperation:
    """An operation that knows the class of each outcome and nothing else."""

    effect: Effect
    name: str = "fake"

    def interpret(self, outcome: Outcome) -> Any:
        if isinstance(outcome, Failure):
            error = TotalTimeoutError if outcome.cause is Cause.OUT_OF_TIME else TransportError
            return outcome.error or error(outcome.text)
        status = outcome.status_code
        if 200 <= status < 300:
            return REVOKED
        if status in (429, 503):
            refused = TooManyRequestsError if status == 429 else ServiceUnavailableError
            return refused("later", status_code=status, retry_after=outcome.retry_after)
        return {401: UnauthenticatedError, 404: NotFoundError}.get(status, UnexpectedStatusError)(
            "", status_code=status
        )


class Play:
    """One call: what the loop was told, and what it said."""

    def __init__(
        self,
        effect: Effect = Effect.READ,
        *,
        policy: RetryPolicy | None = None,
        budget: RetryBudget | None = None,
        total_timeout: float = 60.0,
        renewable: bool = False,
        jitter: Callable[[float, float], float] = lambda low, high: high,
    ) -> None:
        self.now = 1000.0
        self.drawn: list[tuple[float, float]] = []
        self.steps: list[Next] = []
        self.result: Any = None
        self.error: DevRevAuthError | None = None
        self.over = False
        self._jitter = jitter
        self._loop = AttemptLoop(
            FakeOperation(effect),
            policy or RetryPolicy(),
            budget or RetryBudget(),
            deadline=self.now + total_timeout,
            renewable=renewable,
            clock=lambda: self.now,
            jitter=self._draw,
        ).run()
        self.steps.append(next(self._loop))

    def _draw(self, low: float, high: float) -> float:
        self.drawn.append((low, high))
        return self._jitter(low, high)

    def meet(self, *outcomes: Outcome) -> Play:
        """Tell the loop what attempt after attempt met; all of them must be asked for."""
        for outcome in outcomes:
            assert not self.over, f"the loop was over before {outcome}"
            try:
                self.steps.append(self._loop.send(outcome))
            except StopIteration as returned:
                self.result, self.over = returned.value, True
            except DevRevAuthError as error:
                self.error, self.over = error, True
        return self

    def meet_until_over(self, outcomes: Iterable[Outcome]) -> Play:
        """Tell it of one outcome after another for as long as it asks."""
        for outcome in outcomes:
            if self.over:
                break
            self.meet(outcome)
        return self

    @property
    def waits(self) -> list[float]:
        """The seconds before each repetition."""
        return [step.wait for step in self.steps[1:]]
