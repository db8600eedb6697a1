"""One call, written once for asyncio, trio and threads: token -> admission -> send -> decide."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from ._admission import Closing, Slot
from ._credentials import Secret, conceal, token_callable_failed
from ._decision import LONGEST_WAIT, Again, Decision
from ._failures import Failure, FailureKind, failure_of
from ._httpx import httpx
from ._operations import Operation, Response
from ._options import Options
from ._response import ReceivedResponse
from ._runtime.interface import Runtime
from ._sending import Postponed, RequestBody, phases_within
from ._state import ClientState
from .errors import ConfigurationError, DevRevAuthError, TooManyRequestsError


async def run(call: Call) -> Response[Any]:
    """Return the call's response or raise its error.

    The functions below return errors; only this one raises them. So no frame that holds the request, and the token with
    it, is in the traceback.
    """
    try:
        result = await call.result()
    except BaseException as stopped:  # noqa: BLE001  # it is raised again
        # A cancellation, Ctrl-C, a worker's time limit: its traceback begins here too, and nothing refers to what was
        # being handled when it came.
        stopped.__cause__ = stopped.__context__ = None
        raise stopped.with_traceback(None)  # noqa: B904  # it is the one that was caught
    if not isinstance(result, DevRevAuthError):
        return result
    try:
        raise result.with_traceback(None)
    finally:
        del result  # it refers to this frame


class Call:
    """One call under way."""

    def __init__(
        self,
        operation: Operation,
        runtime: Runtime,
        state: ClientState,
        options: Options,
        timeout: float | httpx.Timeout | None,
        total_timeout: float | None,
    ) -> None:
        self._operation = operation
        self._runtime = runtime
        self._state = state
        self._options = options
        self._clock = state.clock
        self._body = operation.body
        self._token: Secret | None = None
        self._timeout = timeout
        self._deadline = math.inf if total_timeout is None else self._clock.monotonic() + total_timeout
        self._decision = Decision(
            operation,
            options.retry,
            state.budget,
            deadline=self._deadline,
            renewable=not isinstance(state.source, Secret),
            clock=self._clock.monotonic,
            jitter=self._clock.jitter,
        )

    async def result(self) -> Response[Any] | DevRevAuthError:
        """Make attempts until one decides the call."""
        following: Any = Again()
        while isinstance(following, Again):
            outcome = await self._attempt(following)
            if outcome is None or isinstance(outcome, DevRevAuthError):
                following = self._decision.without_attempt(outcome)
            else:
                following = self._decision.after(outcome)
        if isinstance(following, DevRevAuthError):
            following.operation, following.token_id = self._operation.name, self._scrubbed_token_id()
        return cast("Response[Any] | DevRevAuthError", following)

    def _scrubbed_token_id(self) -> str | None:
        # The token itself may have been passed in the place of an id.
        token_id = self._operation.token_id
        return token_id if token_id is None or self._token is None else self._token.scrub_text(token_id)

    async def _attempt(self, step: Again) -> ReceivedResponse | Failure | DevRevAuthError | None:
        """Return the outcome of an attempt, or the error why there was none; `None` where there is no other token."""
        begun = self._clock.monotonic()
        if step.wait:
            await self._clock.sleep(self._runtime, step.wait)
        # No local variable refers to a callable, which may show a token in its repr, while the request is sent.
        state = self._state
        token = state.source if isinstance(state.source, Secret) else await self._ask_for_token(state.source)
        if isinstance(token, DevRevAuthError | Failure):
            return token
        if step.renew_token and token == self._token:
            return None
        self._token = token
        if self._operation.body_for is not None:
            body = self._operation.body_for(token)
            if isinstance(body, ConfigurationError):
                return body
            self._body = body
        while True:
            slot = await self._admitted()
            if not isinstance(slot, Slot):
                return slot
            outcome = await self._send(token, slot, begun)
            if outcome is not None:
                return outcome

    async def _ask_for_token(self, source: Callable[[], object]) -> Secret | Failure | ConfigurationError:
        asked = await self._runtime.ask(source, self._time_left())
        if asked.is_late:
            return self._out_of_time("while waiting for the token callable")
        if asked.error is not None:
            return token_callable_failed(asked.error)
        if inspect.iscoroutine(asked.value):
            asked.value.close()
            return ConfigurationError("the token callable is async; the sync client needs one that returns the token")
        return conceal(asked.value, "what the token callable returned")

    async def _admitted(self) -> Slot | Failure | DevRevAuthError:
        """Return the slot of this call once it may send, or why it may not."""
        admission = self._state.admission
        slot = admission.enter(self._runtime, self._deadline)
        while not slot.is_decided and (due := admission.next_wait(slot)) is not None:
            event, seconds = due
            await self._clock.wait(event, seconds)
        if not slot.is_refused:
            return slot
        if self._state.is_closed:
            return self._state.closed_error()
        if slot.refusal is None:
            return self._out_of_time("while waiting for a free connection")
        closing, seconds = slot.refusal
        return TooManyRequestsError(
            f"{self._operation.name}: not sent, because an earlier response asked all of this client's calls to wait "
            f"{seconds:.1f} s more, which is longer than its total_timeout allows",
            retry_after=seconds,
            rate_limit=closing.rate_limit,
            status_code=HTTPStatus.TOO_MANY_REQUESTS,
            type="too_many_requests",
            headers=closing.headers,
        )

    async def _send(
        self, token: Secret, slot: Slot, begun: float
    ) -> ReceivedResponse | Failure | ConfigurationError | None:
        """Return the outcome of one request, or `None` where it was not sent because admission closed meanwhile."""
        response: ReceivedResponse | None = None
        waited = self._clock.monotonic() - begun
        body = RequestBody(self._body, lambda: self._state.admission.may_send(slot))
        seconds, overdue = self._bound()
        result: Any = None
        try:
            if seconds > 0:
                request = self._request(token, body, seconds)
                result = await self._state.sender.send(self._runtime, request, seconds)
            if result is not None and not isinstance(result, Exception):
                response = ReceivedResponse(result, token, self._clock.wall(), waited)
                return response
        except Postponed:
            return None
        except Exception as error:
            # What is not the network's passes through: a signal handler's time limit is its program's business.
            if not isinstance(error, ConfigurationError) and not token.is_in(f"{error} {error!r}"):
                raise
            result = error
        finally:
            self._settle(slot, response)
        if isinstance(result, ConfigurationError):
            return result
        failure = self._late(overdue) if result is None else failure_of(result, token)
        failure.waited = waited
        if failure.kind is not FailureKind.UNREACHABLE:
            # Without a body the headers are the whole request, and nobody says when they are sent.
            failure.sent = body.was_begun or (result is not None and not body.content)
        return failure

    def _request(self, token: Secret, body: RequestBody, seconds: float) -> httpx.Request:
        operation = self._operation
        url = self._state.url(operation.target)
        headers = self._options.request_headers(url.netloc, operation.headers, len(body.content), token)
        phases = phases_within(self._timeout, seconds)
        extensions = {"timeout": phases, "resend_count": self._decision.attempts_made}
        return httpx.Request(operation.method, url, headers=headers, stream=body, extensions=extensions)

    def _settle(self, slot: Slot, response: ReceivedResponse | None) -> None:
        """Give the slot back, and keep what the response says of the rate limit."""
        admission = self._state.admission
        if response is None:
            admission.give_back(slot)
            return
        quota = response.rate_limit
        if quota is not None:
            self._state.rate_limit = quota
        refused = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        seconds = min(response.pause, LONGEST_WAIT)
        if seconds > 0:
            admission.close(slot, seconds, Closing(response.headers, quota), passed=not refused)
        elif refused:
            admission.give_back(slot)
        else:
            admission.passed(slot)

    def _bound(self) -> tuple[float, FailureKind]:
        """Return the seconds an attempt may take from now on, and what it ends with when they are over."""
        left, timeout = self._time_left(), self._timeout
        if timeout is None or isinstance(timeout, httpx.Timeout) or left <= timeout:
            return left, FailureKind.OUT_OF_TIME
        return timeout, FailureKind.TIMED_OUT

    def _late(self, overdue: FailureKind) -> Failure:
        if overdue is FailureKind.OUT_OF_TIME:
            return self._out_of_time("before the response")
        return Failure(overdue, f"no response within {self._timeout:g} s")

    def _out_of_time(self, when: str) -> Failure:
        return Failure(FailureKind.OUT_OF_TIME, f"total_timeout ran out {when}")

    def _time_left(self) -> float:
        return self._deadline - self._clock.monotonic()
