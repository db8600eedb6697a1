"""The clock of `FakeDevRev`: it runs with the one it was handed until a test stops it or moves it on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """Tells epoch seconds. Not thread-safe: its owner holds a lock.

    :param base: the clock that it runs with.
    """

    def __init__(self, base: Callable[[], float]) -> None:
        self._base = base
        self._ahead = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self._base() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move it on; raises ValueError for anything but a finite number that is not below 0."""
        if not 0 <= seconds < math.inf:
            raise ValueError("a clock is advanced by a number of seconds, 0 or more")
        self._ahead += seconds

    def stop(self, at: float) -> None:
        """Let it stand still at this time."""
        self._base, self._ahead = lambda: at, 0.0
