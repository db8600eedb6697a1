"""How often and how soon a failed attempt is retried: `RetryPolicy`, and the retry budget of a client."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable
from typing import Any

import attrs

from .errors import Attempt, ConfigurationError

__all__ = ["RetryPolicy"]


def _at_least_one(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{attribute.name} must be a whole number of at least 1")


def _seconds(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= sys.float_info.max:
        raise ConfigurationError(f"{attribute.name} must be a number of seconds, 0 or more")


def _callable_or_none(_: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is not None and (not callable(value) or inspect.iscoroutinefunction(value)):
        raise ConfigurationError(f"{attribute.name} must be a callable that is not async, or None")


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often and how soon a failed attempt is retried. Immutable.

    The backoff before retry n (counted from 0) is a random number of seconds from 0 to
    `min(max_delay, base_delay * 2**n)`. This full jitter spreads the retries of many clients. If the server gives a
    time, the client waits that long instead.

    Raises:
        ConfigurationError: for a value out of range.
    """

    max_attempts: int = attrs.field(default=4, validator=_at_least_one)
    """The most attempts. Not counted: a 429 that says how long to wait, and the attempt with a renewed token."""
    base_delay: float = attrs.field(default=0.5, validator=_seconds)
    """The longest backoff before the first retry, in seconds."""
    max_delay: float = attrs.field(default=8.0, validator=_seconds)
    """The longest backoff before any retry, in seconds."""
    on_retry: Callable[[Attempt, float], object] | None = attrs.field(default=None, validator=_callable_or_none)
    """Called before each retry with the failed attempt and the seconds until the next one.

    If it raises, the exception's type is logged and the call goes on. In the async client it runs in the event loop
    and must not block.
    """

    def longest_delay(self, retry: int) -> float:
        """Return the longest backoff before a retry, in seconds.

        Args:
            retry: the number of the retry, counted from 0.
        """
        return min(self.max_delay, self.base_delay * 2.0 ** min(retry, 1000))


class RetryBudget:
    """Limits the retries of all calls of a client together, so that retries do not multiply an outage.

    A retry costs 5 of 500 units, after a timeout 10. A call that succeeds at its first attempt earns 1 back.
    """

    CAPACITY = 500

    def __init__(self) -> None:
        self._tokens = self.CAPACITY
        self._lock = threading.RLock()  # a signal handler may make a call of its own in the middle

    def spend(self, cost: int) -> bool:
        """Take `cost` units; False, and nothing taken, where there are not enough."""
        with self._lock:
            affordable = self._tokens >= cost
            if affordable:
                self._tokens -= cost
        return affordable

    def earn(self) -> None:
        """Give one unit back."""
        if self._tokens < self.CAPACITY:
            with self._lock:
                self._tokens += 1

    def after_fork(self) -> None:
        """Replace the lock, which a thread that a forked child does not have may hold."""
        self._lock = threading.RLock()  # a signal handler may make a call of its own in the middle
