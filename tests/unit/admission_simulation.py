"""A deterministic simulation: many calls at once, one `Admission`, a server that limits rates; time is a number."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Generator
from itertools import count
from random import Random
from typing import cast

import attrs

from devrev_auth_client._admission import Admission
from tests.unit.admission_runtime import CLOSING, Event, Events


@attrs.frozen
class Outcome:
    """What a simulated run came to."""

    succeeded: int
    refused: int
    rate_limited: int
    """Responses of 429."""
    finished_at: float
    """Seconds from the start to the last response."""


class Simulation:
    """Calls that begin together at second 0, against a server that allows `limit` requests a window of one second.

    :param phase: how old the server's window is at second 0, in seconds.
    :param latency: seconds from a request's departure to its response's arrival; half of it each way.
    :param spread: how far a single way may differ from that, as a part of it; drawn from a seeded source.
    :param total_timeout: seconds each call has.
    :param connections: how many calls may be under way at once.
    """

    def __init__(
        self,
        calls: int = 100,
        limit: int = 25,
        *,
        phase: float,
        latency: float,
        spread: float = 0.0,
        retry_after: float = 1.0,
        total_timeout: float = 60.0,
        connections: int = 1000,
    ) -> None:
        self._now = 0.0
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()
        self._runtime = Events().runtime
        self._admission = Admission(connections, lambda: self._now)
        self._calls, self._limit, self._phase = calls, limit, phase
        self._latency, self._retry_after, self._deadline = latency, retry_after, total_timeout
        self._spread, self._random = spread, Random(f"{phase} {latency}")
        self._window, self._used = 0, 0
        self._succeeded = self._refused = self._rate_limited = 0
        self._finished_at = 0.0

    def run(self) -> Outcome:
        """Play it to its end."""
        for _ in range(self._calls):
            self._step(self._call())
        while self._agenda:
            self._now, _, action = heapq.heappop(self._agenda)
            action()
        return Outcome(self._succeeded, self._refused, self._rate_limited, self._finished_at)

    def _at(self, when: float, action: Callable[[], None]) -> None:
        if when < math.inf:
            heapq.heappush(self._agenda, (when, next(self._number), action))

    def _step(self, call: Generator[tuple[float, Event | None], None, None]) -> None:
        """Let a call go on until it waits: for so many seconds, or until an event is set."""
        pause = next(call, None)
        if pause is None:
            return
        seconds, event = pause
        resumed = False

        def resume() -> None:
            nonlocal resumed
            if not resumed:
                resumed = True
                self._step(call)

        self._at(self._now + seconds, resume)
        if event is not None:
            event.wake = lambda: self._at(self._now, resume)
            if event.is_set:
                event.wake()

    def _call(self) -> Generator[tuple[float, Event | None], None, None]:
        while True:
            slot = self._admission.enter(self._runtime, self._deadline)
            if slot.epoch is None:
                while (due := self._admission.next_wait(slot)) is not None:
                    yield due[1], cast("Event", due[0])
            if slot.is_refused:
                self._refused += 1
                return
            if not self._admission.may_send(slot):
                self._admission.give_back(slot)
                continue
            yield self._one_way(), None
            allowed = self._server_allows()
            yield self._one_way(), None
            if allowed:
                self._admission.passed(slot)
                self._succeeded += 1
                self._finished_at = self._now
                return
            self._rate_limited += 1
            self._admission.close(slot, self._retry_after, CLOSING)

    def _one_way(self) -> float:
        return self._latency / 2 * (1 + self._random.uniform(-self._spread, self._spread))

    def _server_allows(self) -> bool:
        window = math.floor(self._now + self._phase + 1e-9)
        if window > self._window:
            self._window, self._used = window, 0
        allowed = self._used < self._limit
        self._used += allowed
        return allowed

    def best_possible(self) -> float:
        """Return the seconds in which a caller who knew the server's windows would be finished."""
        windows = math.ceil(self._calls / self._limit)
        # The first window is the one the first requests arrive in; each later one begins on the server's second.
        first = math.floor(self._latency / 2 + self._phase + 1e-9)
        arrival = max(self._latency / 2, first + windows - 1 - self._phase)
        return arrival + self._latency / 2
