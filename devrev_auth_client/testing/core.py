"""One request from its arrival to its answer, under one lock: a fault or the API, the record, the journal. No I/O."""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import httpx

from . import journal
from .answers import Answer, LostConnection, Reply
from .api import MEMBERS, Api, parse_json
from .faults import Fault, Occasion, Play
from .records import FakeUser, RecordedRequest, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

Chosen = tuple[Play, str]  # what happens to a request, and who said so, for the journal
_NO_ANSWER = Answer(0, [], b"")


@dataclass(frozen=True)
class Schedule:
    """When a fault happens; what is not listed here is an argument of `FakeDevRev.inject`.

    :ivar now: when it was injected, epoch seconds; `after` counts from there, and `lasting` from the end of that.
    :raises ValueError: an argument is out of its range, or there is no such operation.
    """

    now: float
    probability: float
    requests: int | Container[int] | None
    after: float
    lasting: float
    times: int | None
    user: FakeUser | None
    operation: str | None

    def __post_init__(self) -> None:
        holds = {
            "probability must be a number from 0 to 1": 0 <= self.probability <= 1,
            "after must be a number of seconds, 0 or more": 0 <= self.after < math.inf,
            "lasting must be a number of seconds above 0": self.lasting > 0,
            "times must be at least 1": self.times is None or self.times >= 1,
            f"operation must be {' or '.join(MEMBERS)}": self.operation in {None, *MEMBERS},
        }
        broken = [rule for rule, is_kept in holds.items() if not is_kept]
        if broken:
            raise ValueError(broken[0])

    def __str__(self) -> str:
        conditions = [
            f"probability {self.probability:g}" if self.probability < 1 else "",
            f"requests {self.requests}" if self.requests is not None else "",
            f"after {self.after:.12g} s" if self.after else "",
            f"lasting {self.lasting:.12g} s" if self.lasting < math.inf else "",
            f"at most {self.times} times" if self.times is not None else "",
            f"for {self.user.display_id}" if self.user else "",
            f"in {self.operation}" if self.operation else "",
        ]
        return ", ".join(filter(None, conditions)) or "always"

    def seconds_left(self, number: int, now: float) -> float:
        """Tell how long it will go on, where it may happen to the request of this number; 0 where it may not."""
        wanted = self.requests
        is_wanted = wanted is None or (number == wanted if isinstance(wanted, int) else number in wanted)
        begins_at = self.now + self.after
        return max(0.0, begins_at + self.lasting - now) if is_wanted and begins_at <= now else 0.0


class Injection:
    """An injected fault. It is active until `stop()` or the end of its `with` block."""

    def __init__(self, _fault: Fault, _schedule: Schedule, _number: int, _seed: int) -> None:
        self._fault = _fault
        self._schedule = _schedule
        self._number = _number
        self._seed = _seed
        self._seen = self._played = 0
        self._stopped = False

    def __str__(self) -> str:
        return f"rule {self._number}: {self._fault.name} ({self._schedule})"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self}, played {self._played} times>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def played(self) -> int:
        """How many requests got the fault so far."""
        return self._played

    def stop(self) -> None:
        """Stop the fault. Calling it again does nothing."""
        self._stopped = True

    def __call__(self, user: FakeUser | None, operation: str, now: float) -> Callable[[], Chosen] | None:
        """Count a request, and give what lets the fault happen to it, if it is to; for the fake itself.

        Chance depends on the seed and on the request's number among those that it counts, and on nothing else: what
        other faults do changes nothing.
        """
        schedule = self._schedule
        if self._stopped or schedule.user not in {None, user} or schedule.operation not in {None, operation}:
            return None
        self._seen += 1
        random = repeatable(self._seed, self._number, self._seen)
        left = schedule.seconds_left(self._seen, now)
        is_used_up = schedule.times is not None and self._played >= schedule.times
        if not left or is_used_up or random.random() >= schedule.probability:
            return None

        def happen() -> Chosen:
            self._played += 1
            play = self._fault(Occasion(random, left))
            return play, f"rule {self._number}: {play.name}"

        return happen


def repeatable(*numbers: int) -> Random:
    """Give the chance that belongs to these numbers."""
    # A string, because Random takes no tuple; it hashes one in the same way everywhere.
    return Random(" ".join(map(str, numbers)))  # noqa: S311  # to be repeatable is its purpose


class Arrival(NamedTuple):
    """A request that begins to arrive; header names are in lower case."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    play: Play
    source: str


class Core:
    """Plays a scripted or injected fault, or lets the API answer, and records. Use all but two methods under `lock`."""

    def __init__(self, api: Api, clock: Callable[[], float], seed: int) -> None:
        self.api = api
        self.seed = seed
        self.lock = threading.Lock()
        self.requests: list[RecordedRequest] = []
        self.script: deque[Fault] = deque()
        self._clock = clock
        self._ahead = 0.0
        self.journal = journal.Journal(seed, self.now)
        self._injections: list[Injection] = []
        self._arrived = 0

    def now(self) -> float:
        """Tell the time, in epoch seconds."""
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the clock on; raises ValueError for anything but a finite number that is not below 0."""
        if not 0 <= seconds < math.inf:
            raise ValueError("seconds must be a number, 0 or more")
        self._ahead += seconds
        self.journal.note(f"clock advanced by {seconds:.12g} s")

    def stop_clock(self, at: float) -> None:
        """Let the clock stand still at this time."""
        self.journal.jumped(at - self.now())
        self._clock, self._ahead = lambda: at, 0.0
        self.journal.note(f"clock stopped at {instant(at).isoformat()}")

    def end(self, token_id: str, *, revoke: bool) -> None:
        """Revoke a token or let it expire; raises KeyError."""
        held, now = self.api.tokens[token_id], self.now()
        if revoke:
            held.revoke(now)
        else:
            held.expires_at = held.modified_at = now
        self.journal.note(f"{held.display_id} {held.status(now)} by the test")

    def inject(self, fault: Fault, schedule: Schedule) -> Injection:
        """Let a fault happen from now on."""
        injection = Injection(fault, schedule, len(self._injections) + 1, self.seed)
        self._injections.append(injection)
        self.journal.note(f"{injection} injected")
        return injection

    def arrives(self, method: str, path: str, headers: Iterable[tuple[str, str]]) -> Arrival:
        """Settle what happens to a request; a transport does so when it begins to arrive. Takes the lock."""
        fields = [(name.lower(), value) for name, value in headers]
        with self.lock:
            return Arrival(method, path, fields, *self._choose(path, dict(fields)))

    def _choose(self, path: str, headers: Mapping[str, str]) -> Chosen:
        self._arrived += 1
        held = self.api.bearer(headers)
        user = held.issued.user if held else None
        # Each injection sees each request, so that its count is that of the requests whatever else is played.
        chosen = [happen for one in self._injections if (happen := one(user, path[1:], self.now()))]
        if self.script:
            play = self.script.popleft()(Occasion(repeatable(self.seed, self._arrived)))
            return play, f"script: {play.name}"
        return chosen[0]() if chosen else (Play("API", Reply, processed=True), "API")

    def exchange(self, arrival: Arrival, body: bytes) -> Reply | LostConnection:
        """Answer a request, or lose its connection. Takes the lock."""
        method, path, fields, play, source = arrival
        headers = dict(fields)
        parsed = _readable(body)
        with self.lock:
            now = self.now()
            held = self.api.bearer(headers)
            caller = journal.caller(held, headers, now)
            revoked_before = len(self.api.revocations)
            answer = self.api.answer(method, path, headers, body, now) if play.processed else _NO_ANSWER
            result = play.outcome(answer)
            recorded = RecordedRequest(
                method=method,
                path=path,
                headers=httpx.Headers(
                    [(name, _shown(value) if name == "authorization" else value) for name, value in fields]
                ),
                body=parsed,
                token_id=held.issued.id if held else None,
                status=None if isinstance(result, LostConnection) else result.answer.status,
                received_at=instant(now),
            )
            self.requests.append(recorded)
            operation = journal.operation(method, path, parsed, self.api.tokens)
            self.journal.exchange(caller, operation, source, result, self.api.revocations[revoked_before:])
        return result


def _shown(authorization: str) -> str:
    return f"{authorization[: authorization.find(' ') + 1]}[hidden]"  # the scheme, where there is one


def _readable(body: bytes) -> Any:
    try:
        return parse_json(body) if body else None
    except ValueError:
        return body
