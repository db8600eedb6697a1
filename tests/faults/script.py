"""Which action comes next: a list of them, or a function of the request such as a rate limiter."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.faults.actions import Action, Respond, When


@dataclass(frozen=True)
class Request:
    """One request. ``complete`` is False where the script had the server stop before the body."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case; a repeated header is joined with commas."""
    body: bytes
    connection: int
    """Which connection it came on, counted from 1 in the order of accepting."""
    arrived: float
    """When its first byte came, in seconds of ``time.monotonic()``."""
    complete: bool

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
    """A script that lets ``limit`` requests through in each fixed window and answers 429 to the others.

    :param limit: requests a window.
    :param window: seconds.
    :param phase: how many seconds old the window is when the first request comes.
    :param retry_after: the value of the 429's Retry-After; None leaves the header out.
    :param response: the response to a request within the limit.
    :param announce: whether every response carries the X-Ratelimit headers (the reset rounded up to whole seconds).
    """

    def __init__(
        self,
        limit: int,
        window: float = 1.0,
        phase: float = 0.0,
        *,
        retry_after: str | None = "1",
        response: Respond | None = None,
        announce: bool = False,
    ) -> None:
        self.limit = limit
        self.window = window
        self.phase = phase
        self.retry_after = retry_after
        self.response = response or Respond()
        self.announce = announce
        self._counts: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._first: float | None = None
        self._window_number = 0
        self._used = 0

    @property
    def counts(self) -> Counter[int]:
        """How many responses of each status were given so far; a copy."""
        with self._lock:
            return Counter(self._counts)

    def __call__(self, request: Request) -> Action:
        """Decide on one request, by the time at which it arrived."""
        with self._lock:
            if self._first is None:
                self._first = request.arrived
            age = request.arrived - self._first + self.phase
            # Requests of one moment may be read in another order than they came: never back into an older window.
            number = max(int(age // self.window), self._window_number)
            if number > self._window_number:
                self._window_number, self._used = number, 0
            allowed = self._used < self.limit
            self._used += allowed
            status = self.response.status if allowed else 429
            self._counts[status] += 1
            headers = self._headers((number + 1) * self.window - age)
        if allowed:
            return self.response.with_headers(headers)
        if self.retry_after is not None:
            headers["Retry-After"] = self.retry_after
        return Respond(429, headers, json={"type": "too_many_requests", "message": "rate limit exceeded"})

    def _headers(self, left: float) -> dict[str, str]:
        if not self.announce:
            return {}
        return {
            "X-Ratelimit-Limit": str(self.limit),
            "X-Ratelimit-Remaining": str(self.limit - self._used),
            "X-Ratelimit-Reset": str(-int(-(time.time() + left) // 1)),
        }
