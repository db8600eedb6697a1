"""The `X-Ratelimit-*` headers: what quota they tell, and how long a used-up one lasts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from devrev_auth_client._rate_headers import quota_pause, rate_limit
from devrev_auth_client.errors import RateLimit
from tests.unit.wire_headers import NOW, wire_headers

RESET = datetime(2023, 11, 14, 22, 18, 20, tzinfo=UTC)
"""Five minutes from now."""


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "told"),
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
    limit: str | None, remaining: str | None, reset: str | None, told: RateLimit | None
) -> None:
    """A header that is missing or garbled is `None` in it; where none can be read there is no quota."""
    given_headers = {"X_Ratelimit_Limit": limit, "X_Ratelimit_Remaining": remaining, "X_Ratelimit_Reset": reset}
    assert (
        rate_limit(wire_headers(**{name: value for name, value in given_headers.items() if value is not None})) == told
    )


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
    """Measured against the answer's own `Date`, because the local clock may be wrong."""
    assert quota_pause(quota, wire_headers(Date=[] if date is None else date), NOW) == seconds
