"""The moment by which an attempt has to be over, looked at before each step on the network."""

from __future__ import annotations

import math
import threading
import time

import httpcore


class Deadline:
    """When the attempt under way ends, by `time.monotonic`.

    httpx bounds each step by itself, so that a server that drips a byte now and then outlives any timeout of it.
    """

    def __init__(self) -> None:
        self.at = math.inf

    def bound(self, timeout: float | None, timed_out: type[httpcore.TimeoutException]) -> float | None:
        """Return the seconds a step may take, `None` for any; raise `timed_out` where none are left."""
        left = self.at - time.monotonic()
        seconds = left if timeout is None else min(timeout, left)
        if seconds <= 0:
            raise timed_out("the deadline has passed")
        return None if seconds > threading.TIMEOUT_MAX else seconds  # more than a socket takes
