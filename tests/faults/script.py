"""Which action comes next: a list of them, or a function of the request such as a rate limiter."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.faults.actions import Action, Respond, When


@dataclass(frozen=True)
class Request:
    """One request; without its body where the script had the server stop before it."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case; a repeated header is joined with commas."""
    body: bytes
    connection: int
    """Which connection it came on, counted from 1 in the order of accepting."""
    arrived: float
    """When its first byte came, in seconds of ``time.monotonic()``."""

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


ScriptSource = Action | Iterable[Action] | Callable[[Request], Action]


class Script:
    """One action for each request, in the order in which the requests begin to arrive; the last one repeats.

    An iterable is read as it is needed, one action ahead, and may be endless. A function is asked when a request is
    read whole; its actions can therefore be none of those that come before that (``When``).
    """

    def __init__(self, source: ScriptSource) -> None:
        self._decide = source if callable(source) else None
        if callable(source):
            source = Respond()
        self._rest = iter([source] if isinstance(source, Action) else source)
        first = next(self._rest, None)
        if first is None:
            raise ValueError("a script needs at least one action")
        self._next = first

    def take_if(self, when: When) -> Action | None:
        """Take the next action if its time is ``when``."""
        return self._take() if self._decide is None and self._next.when is when else None

    def take(self) -> Action | None:
        """Take the next action; None if the request itself must decide."""
        if self._decide is not None:
            return None
        if self._next.when.needs_new_connection:
            raise ValueError(f"{self._next} needs a new connection: end the one before it, say with close=True")
        return self._take()

    def decide(self, request: Request) -> Action:
        """Ask the function for its action."""
        assert self._decide is not None
        action = self._decide(request)
        if action.when is not When.AFTER_REQUEST:
            raise ValueError(f"{action} comes too late: a function is asked when the request is read")
        return action

    def _take(self) -> Action:
        action = self._next
        self._next = next(self._rest, action)
        return action


class RateLimiter:
    """A script that lets ``limit`` requests through in each second and responds with 429 to the others.

    :param limit: requests a window.
    :param phase: how many seconds old the window is when the first request comes.
    :param response: the response to a request within the limit.
    :param announce: whether every response carries the X-Ratelimit headers (the reset rounded up to whole seconds).
    """

    def __init__(self, limit: int, phase: float = 0.0, *, response: Respond, announce: bool = False) -> None:
        self.counts: Counter[int] = Counter()
        """How many responses of each status there were."""
        self._limit = limit
        self._phase = phase
        self._response = response
        self._announce = announce
        self._first: float | None = None
        self._window = 0
        self._used = 0

    def __call__(self, request: Request) -> Action:
        """Decide on one request, by the time at which it arrived."""
        if self._first is None:
            self._first = request.arrived
        age = request.arrived - self._first + self._phase
        # Requests of one moment may be read in another order than they came: never back into an older window.
        if int(age) > self._window:
            self._window, self._used = int(age), 0
        allowed = self._used < self._limit
        self._used += allowed
        response = self._response if allowed else Respond(429, {"Retry-After": "1"}, json={"type": "too_many_requests"})
        self.counts[response.status] += 1
        if not self._announce:
            return response
        reset = str(-int(-(time.time() + self._window + 1 - age) // 1))
        left = str(self._limit - self._used)
        return response.with_headers({"X-Ratelimit-Remaining": left, "X-Ratelimit-Reset": reset})
