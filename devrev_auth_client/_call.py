"""One call: what it shares with the others of its client, its bounds, its requests, and what its answers mean."""

from __future__ import annotations

import inspect
import random
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import attrs
import httpx

from . import _fork
from ._attempt_loop import LONGEST_WAIT, AttemptLoop, Next
from ._credentials import Secret, TokenSource, conceal
from ._lane_book import ClosedClientError
from ._operations import Operation
from ._outcomes import Answer, Cause, Failure, Received
from ._rate_gate import Closing, EventT, RateGate
from ._settings import Options
from ._wire import NotedBody, failure_of
from .errors import ConfigurationError, DevRevAuthError, RateLimit, TooManyRequestsError
from .retry import RetryBudget

ConnectionsT = TypeVar("ConnectionsT", bound=_fork.Forkable)


@attrs.frozen
class Surroundings:
    """Time and chance, handed in so that tests can hold them still."""

    pause: Callable[..., Any]
    """`pause(seconds, event=None)`: wait so many seconds, or until the event is set; awaited by the async client."""
    clock: Callable[[], float] = time.monotonic
    """Seconds; measures waits and deadlines."""
    wall_clock: Callable[[], float] = time.time
    """Unix time; stands in for an answer's missing `Date`."""
    jitter: Callable[[float, float], float] = random.uniform


class Shared(Generic[ConnectionsT, EventT]):
    """What a client and its `with_options` copies have in common."""

    def __init__(
        self,
        source: TokenSource,
        base_url: httpx.URL,
        connections: ConnectionsT,
        surroundings: Surroundings,
        make_event: Callable[[], EventT],
    ) -> None:
        self.source = source
        self.base_url = base_url
        self.connections = connections
        self.surroundings = surroundings
        self.gate: RateGate[EventT] = RateGate(surroundings.clock, make_event)
        self.budget = RetryBudget()
        self.rate_limit: RateLimit | None = None
        self.closed = False
        _fork.watch(self)
        self._urls: dict[str, httpx.URL] = {}
        self._base = str(base_url).rstrip("/")

    def url(self, target: str) -> httpx.URL:
        """Return the absolute URL; parsing one takes as long as the rest of a request."""
        if target in self._urls:
            return self._urls[target]
        url = httpx.URL(self._base + target)
        if "?" not in target and len(self._urls) < 100:
            self._urls[target] = url
        return url

    def close(self) -> None:
        """Refuse further calls, and those that wait at the gate; closing the connections is the client's part."""
        self.closed = True
        self.gate.dismiss()

    def after_fork(self) -> None:
        """Forget the parent's callers and connections."""
        self.gate.after_fork()
        self.budget.after_fork()
        self.connections.after_fork()


class Call:
    """One call under way: its bounds, its requests, and what its answers mean to the others."""

    def __init__(
        self,
        operation: Operation,
        options: Options,
        shared: Shared[Any, Any],
        timeout: float | httpx.Timeout,
        total_timeout: float | None,
    ) -> None:
        self._operation = operation
        self._body = operation.body
        self._options = options
        self._shared = shared
        self._timeout = timeout
        self.clock = shared.surroundings.clock
        self.deadline = float("inf") if total_timeout is None else self.clock() + total_timeout
        self._token: Secret | None = None

    def loop(self) -> AttemptLoop:
        """Return the attempt loop of this call."""
        return AttemptLoop(
            self._operation,
            self._options.retry,
            self._shared.budget,
            deadline=self.deadline,
            renewable=self._shared.source.fixed is None,
            clock=self.clock,
            jitter=self._shared.surroundings.jitter,
        )

    def time_left(self) -> float:
        """Return the seconds until `total_timeout` runs out; infinity where there is none."""
        return self.deadline - self.clock()

    def bound(self) -> tuple[float, Cause]:
        """Return the seconds an attempt may take from now on, and what it ends with when they are over."""
        left = self.time_left()
        if isinstance(self._timeout, httpx.Timeout) or left <= self._timeout:
            return left, Cause.OUT_OF_TIME
        return self._timeout, Cause.TIMED_OUT

    def out_of_time(self, when: str) -> Failure:
        """Return what a call ends with when `total_timeout` is over."""
        return Failure(Cause.OUT_OF_TIME, f"total_timeout ran out {when}")

    def token(self, given: object, step: Next) -> Secret | Failure:
        """Return the token for the coming attempt, from what the token callable gave."""
        if inspect.iscoroutine(given):
            given.close()
            given = ConfigurationError("the token callable is async; the sync client needs one that returns the token")
        token = given if isinstance(given, ConfigurationError) else conceal(given, "what the token callable returned")
        if isinstance(token, ConfigurationError):
            return self.not_tried(token)
        if step.renew_token and token == self._token:
            return Failure(Cause.TOKEN_UNCHANGED, "the token callable gave the same token again")
        self._token = token
        if self._operation.body_for is not None:
            body = self._operation.body_for(token)
            if isinstance(body, ConfigurationError):
                return self.not_tried(body)
            self._body = body
        return token

    def refused_by_gate(self) -> Failure:
        """Return what a caller ends with whom the cool-down could not let through in time."""
        if self._shared.closed:
            return self.not_tried(closed_client())
        closing, seconds = self._shared.gate.refusal()
        error = TooManyRequestsError(
            f"{self._operation.name}: not sent, because an earlier answer asked all of this client's calls to wait "
            f"{seconds:.1f} s more, and this one may not wait so long",
            retry_after=seconds,
            rate_limit=closing.rate_limit,
            status_code=HTTPStatus.TOO_MANY_REQUESTS,
            type="too_many_requests",
            headers=closing.headers,
        )
        return self.not_tried(error)

    def request(self, token: Secret, bound: float | None = None) -> tuple[httpx.Request, NotedBody]:
        """Return the request of one attempt and its body, which notes when it is sent.

        `bound` limits each phase, in seconds, for transports that know of phases only.
        """
        operation = self._operation
        url = self._shared.url(operation.target)
        body = NotedBody(self._body)
        headers = [
            *self._options.wire_headers(url.netloc, operation.headers),
            (b"Content-Length", b"%d" % len(self._body)),
            (b"Authorization", token.authorization()),
        ]
        phases = self._timeout.as_dict() if isinstance(self._timeout, httpx.Timeout) else {}
        if bound is not None and bound != float("inf"):
            phases = {name: min(phases.get(name) or bound, bound) for name in ("connect", "read", "write")}
        extensions = {"timeout": {**phases, "pool": bound}}
        return httpx.Request(operation.method, url, headers=headers, stream=body, extensions=extensions), body

    def answer(self, received: Received, token: Secret, waited: float) -> Answer:
        """Return what arrived, without the token in it."""
        return Answer(received, token, self._shared.surroundings.wall_clock(), waited)

    def settle(self, permit: int, answer: Answer | None) -> None:
        """Hand the permit back to the gate and keep the quota that the answer tells."""
        gate = self._shared.gate
        if answer is None:
            gate.failed(permit)
            return
        quota = answer.rate_limit
        if quota is not None:
            self._shared.rate_limit = quota
        refused = answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
        seconds = (answer.retry_after or 0.0) if refused else answer.quota_pause
        if 0 < seconds <= LONGEST_WAIT:
            gate.close(permit, seconds, Closing(answer.headers, quota), passed=not refused)
        elif refused:
            gate.failed(permit)
        else:
            gate.passed(permit)

    def failed(self, error: Exception, token: Secret) -> Failure:
        """Return what an exception on the way to an answer amounts to."""
        if isinstance(error, ClosedClientError):
            return self.not_tried(closed_client())
        return self.not_tried(error) if isinstance(error, ConfigurationError) else failure_of(error, token)

    def not_tried(self, error: DevRevAuthError) -> Failure:
        """Return what an attempt ends with that could not begin."""
        return Failure(Cause.NOT_TRIED, "not tried", error=error)

    def no_answer(self, failure: Failure | None, overdue: Cause, body: NotedBody | None, waited: float) -> Failure:
        """Return what an attempt without an answer met: the failure, or else its time was over."""
        if failure is None and overdue is Cause.OUT_OF_TIME:
            failure = self.out_of_time("while waiting for a free connection" if body is None else "before the answer")
        elif failure is None:
            failure = Failure(overdue, f"no answer within {self._timeout:g} s")
        failure.waited = waited
        failure.sent = body is not None and body.was_sent(failure)
        return failure


def closed_client() -> ConfigurationError:
    """Return the error for a call on a closed client."""
    return ConfigurationError("the client is closed; make a new one, or make the calls inside its `with` block")
