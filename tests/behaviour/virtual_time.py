"""Time that passes only when somebody waits, and a jitter that is known: expected waits are exact values."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from devrev_auth_client._call import Surroundings

NOON = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp())
"""What the local clock says when a test begins; Unix time."""


class VirtualTime:
    """Seconds since the test began. A pause passes at once, and is recorded.

    :ivar waits: every pause, in order.
    :ivar drawn: the bounds of every jitter drawn, in order.
    :ivar jitter_share: where in its bounds a jitter falls; 1.0 is the upper one.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self.drawn: list[tuple[float, float]] = []
        self.jitter_share = 1.0

    def clock(self) -> float:
        return self.now

    def wall_clock(self) -> float:
        return NOON + self.now

    def jitter(self, low: float, high: float) -> float:
        self.drawn.append((low, high))
        return low + (high - low) * self.jitter_share

    def pause(self, seconds: float, event: object = None) -> None:
        self.waits.append(seconds)
        self.now += seconds

    async def pause_async(self, seconds: float, event: object = None) -> None:
        self.pause(seconds, event)

    def surroundings(self, *, is_async: bool) -> Surroundings:
        pause: Any = self.pause_async if is_async else self.pause
        return Surroundings(clock=self.clock, wall_clock=self.wall_clock, jitter=self.jitter, pause=pause)


def http_date(seconds: float) -> str:
    """Give the HTTP-date of so many seconds after noon."""
    return format_datetime(datetime.fromtimestamp(NOON + seconds, UTC), usegmt=True)
