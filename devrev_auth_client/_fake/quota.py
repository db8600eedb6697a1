"""The rate limit of `FakeDevRev`: so many requests per user and window, told in X-Ratelimit-* headers."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class _Window:
    ends_at: float
    used: int = 0


class Quota:
    """Counts requests per user in fixed windows; a window opens with the first request after the last one ended.

    :param limit: requests per user and window, at least 1.
    :param window: the window's length in seconds, more than 0.
    :raises ValueError: an argument is out of its range.
    """

    def __init__(self, limit: int, window: float) -> None:
        if limit < 1:
            raise ValueError("rate_limit must be at least 1")
        if not 0 < window < math.inf:
            raise ValueError("rate_window must be a number of seconds above 0")
        self._limit = limit
        self._length = window
        self._windows: dict[str, _Window] = {}

    def take(self, user_id: str, now: float) -> tuple[int | None, dict[str, str]]:
        """Count a request of this user at `now` (epoch seconds), unless the window is used up; refusals do not count.

        :returns: the whole seconds to wait, or `None` where the request may go on; and the X-Ratelimit-* headers.
            Seconds are rounded up: who waits that long is never too early.
        """
        window = self._windows.get(user_id)
        if window is None or window.ends_at <= now:
            window = self._windows[user_id] = _Window(ends_at=now + self._length)
        refused = window.used >= self._limit
        if not refused:
            window.used += 1
        headers = {
            "X-Ratelimit-Limit": str(self._limit),
            "X-Ratelimit-Remaining": str(self._limit - window.used),
            "X-Ratelimit-Reset": str(math.ceil(window.ends_at)),
        }
        return (max(1, math.ceil(window.ends_at - now)) if refused else None), headers
