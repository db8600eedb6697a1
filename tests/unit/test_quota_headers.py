"""The `X-Ratelimit-*` headers: what quota they name, and how long a used-up one lasts."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from devrev_auth_client._rate_headers import quota_pause, rate_limit
from devrev_auth_client.errors import RateLimit

NOW = 1_700_000_000.0
"""The local clock in these tests: Tue, 14 Nov 2023 22:13:20 GMT."""

RESET = datetime(2023, 11, 14, 22, 18, 20, tzinfo=UTC)
"""Five minutes from now."""


def wire_headers(**headers: str | None) -> httpx.Headers:
    """Headers as bytes from the wire: what is not ASCII arrives as UTF-8."""
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items() if value is not None]
    return httpx.Headers(given)


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "expected"),
    [
        ("100", "99", "1700000300", RateLimit(100, 99, RESET)),
        ("100", "0", "1700000300", RateLimit(100, 0, RESET)),
        ("100", None, None, RateLimit(100, None, None)),
        (None, "0", None, RateLimit(None, 0, None)),
        (None, None, "1700000300", RateLimit(None, None, RESET)),
        ("many", "0", "1700000300", RateLimit(None, 0, RESET)),
        ("100", "-1", "soon", RateLimit(100, None, None)),
        ("1e3", "1.0", "1700000300.5", None),
        ("\u0661\u0660", "\uff10", "", None),
        ("9" * 18, "9" * 19, "9" * 18, RateLimit(10**18 - 1, None, None)),
        ("5", "1", "1700000300000000", RateLimit(5, 1, None)),  # microseconds: beyond the calendar
        (None, None, None, None),
    ],
)
def test_the_quota_is_what_can_be_read_of_the_headers(
    limit: str | None, remaining: str | None, reset: str | None, expected: RateLimit | None
) -> None:
    """A header that is missing or garbled is `None` in it; where none can be read there is no quota."""
    headers = wire_headers(X_Ratelimit_Limit=limit, X_Ratelimit_Remaining=remaining, X_Ratelimit_Reset=reset)
    assert rate_limit(headers) == expected


@pytest.mark.parametrize(
    ("quota", "date", "seconds"),
    [
        (RateLimit(100, 0, RESET), None, 300.0),
        (RateLimit(None, 0, RESET), None, 300.0),
        (RateLimit(100, 0, RESET), "Tue, 14 Nov 2023 22:18:10 GMT", 10.0),
        (RateLimit(100, 0, RESET), "Tue, 14 Nov 2023 22:18:20 GMT", 0.0),
        (RateLimit(100, 0, RESET), "Tue, 14 Nov 2023 23:00:00 GMT", 0.0),
        (RateLimit(100, 0, RESET), "garbage", 300.0),
        (RateLimit(100, 1, RESET), None, 0.0),
        (RateLimit(100, None, RESET), None, 0.0),
        (RateLimit(100, 0, None), None, 0.0),
        (None, None, 0.0),
    ],
)
def test_a_used_up_quota_asks_for_a_pause_until_it_is_renewed(
    quota: RateLimit | None, date: str | None, seconds: float
) -> None:
    """Measured against the response's own `Date`, because the local clock may be wrong."""
    assert quota_pause(quota, wire_headers(Date=date), NOW) == seconds
