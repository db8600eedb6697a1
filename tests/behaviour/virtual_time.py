"""Time that passes only when somebody waits, and a jitter that is known: expected waits are exact values."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from devrev_auth_client._state import Clock

NOON = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp())
"""What the local clock says when a test begins; Unix time."""


class VirtualTime(Clock):
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

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return NOON + self.now

    def jitter(self, low: float, high: float) -> float:
        self.drawn.append((low, high))
        return low + (high - low) * self.jitter_share

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    async def sleep(self, runtime: Any, seconds: float) -> None:
        self.pause(seconds)

    async def wait(self, event: Any, seconds: float) -> None:
        self.pause(seconds)


def http_date(seconds: float) -> str:
    """Give the HTTP-date of so many seconds after noon."""
    return format_datetime(datetime.fromtimestamp(NOON + seconds, UTC), usegmt=True)
