"""A rate gate to move by hand: its clock, its callers, and events that only remember."""

from __future__ import annotations

import httpx

from devrev_auth_client._rate_gate import Closing, RateGate, Waiter
from devrev_auth_client.errors import RateLimit

CLOSING = Closing(httpx.Headers({"Retry-After": "10"}), RateLimit(100, 0, None))
LATE = 1000.0


class FakeEvent:
    """Remembers that it was set."""

    def __init__(self) -> None:
        self.is_set = False

    def set(self) -> None:
        self.is_set = True


class Bench:
    """A gate, its clock, and its callers by their numbers."""

    def __init__(self) -> None:
        self.now = 0.0
        self.gate: RateGate[FakeEvent] = RateGate(lambda: self.now, FakeEvent)

    def send(self, count: int = 1) -> list[int]:
        """Let so many callers in who need not wait."""
        permits = [self.gate.enter() for _ in range(count)]
        assert None not in permits
        return [permit for permit in permits if permit is not None]

    def close(self, seconds: float = 10.0) -> None:
        """One caller goes and meets a 429."""
        self.gate.close(self.send()[0], seconds, CLOSING)

    def close_after(self, count: int) -> None:
        """Send one more than `count` at once, let that many pass, and answer the last with a 429 of ten seconds."""
        *passing, last = self.send(count + 1)
        for permit in passing:
            self.gate.passed(permit)
        self.gate.close(last, 10.0, CLOSING)

    def queue(self, count: int = 1, deadline: float = LATE) -> list[Waiter[FakeEvent]]:
        """Have so many callers wait, each having asked once."""
        waiters = []
        for _ in range(count):
            assert self.gate.enter() is None
            waiters.append(self.gate.join(deadline))
            self.gate.next_pause(waiters[-1])
        return waiters

    def through(self, waiters: list[Waiter[FakeEvent]]) -> list[Waiter[FakeEvent]]:
        """Return those who have a permit."""
        return [waiter for waiter in waiters if waiter.permit is not None]

    def pass_all(self, waiters: list[Waiter[FakeEvent]]) -> list[Waiter[FakeEvent]]:
        """Let the server accept those who have a permit; return the others."""
        allowed = self.through(waiters)
        for waiter in allowed:
            assert waiter.permit is not None
            self.gate.passed(waiter.permit)
        return [waiter for waiter in waiters if waiter not in allowed]
