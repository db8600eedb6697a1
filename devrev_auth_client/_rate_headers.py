"""What a response says about time: `Retry-After`, the body's `retry_after`, and the `X-Ratelimit-*` headers. Pure.

Whatever does not parse counts as absent: these values come from servers and proxies of all kinds, and none of them may
raise a foreign exception or shorten a wait.
"""

from __future__ import annotations

import math
import re
import sys
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ._httpx import httpx
from .errors import RateLimit

_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")  # [0-9], not \d: other scripts' digits are no HTTP
_MOST_DIGITS = 18


def retry_after(headers: httpx.Headers, body_value: object, wall_now: float) -> float | None:
    """Return the seconds the server asks to wait, the longest of all valid statements, or `None` where it names none.

    `Retry-After` is a number of seconds, decimals allowed, or an HTTP-date (RFC 9110 section 10.2.3). A date counts
    against the response's own `Date`, because the local clock may be wrong; `wall_now` (Unix time) stands in where the
    response has none. A date that has passed is zero. `body_value` is the error body's `retry_after`, in seconds.
    """
    statements = [_header_seconds(value.strip(" \t"), headers, wall_now) for value in headers.get_list("Retry-After")]
    statements.append(_number_seconds(body_value))
    return max((seconds for seconds in statements if seconds is not None), default=None)


def rate_limit(headers: httpx.Headers) -> RateLimit | None:
    """Return the quota of a response, or `None` where it has no valid `X-Ratelimit-*` header."""
    found = {name.lower(): value for name, value in headers.raw if name[:12].lower() == b"x-ratelimit-"}
    if not found:
        return None
    limit = _integer(found.get(b"x-ratelimit-limit"))
    remaining = _integer(found.get(b"x-ratelimit-remaining"))
    reset_at = _from_epoch(_integer(found.get(b"x-ratelimit-reset")))
    if limit is None and remaining is None and reset_at is None:
        return None
    return RateLimit(limit, remaining, reset_at)


def quota_pause(quota: RateLimit | None, headers: httpx.Headers, wall_now: float) -> float:
    """Return the seconds until a used-up quota is renewed, 0 where requests remain or nothing is said."""
    if quota is None or quota.remaining != 0 or quota.reset_at is None:
        return 0.0
    return max(0.0, quota.reset_at.timestamp() - _server_time(headers, wall_now))


def _header_seconds(value: str, headers: httpx.Headers, wall_now: float) -> float | None:
    date = _http_date(value)
    if date is not None:
        return max(0.0, date.timestamp() - _server_time(headers, wall_now))
    # A proxy may have joined two headers to one.
    numbers = [float(member) for member in re.split(r"[ \t]*,[ \t]*", value) if _DECIMAL.fullmatch(member)]
    return min(max(numbers), sys.float_info.max) if numbers else None


def _number_seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = float(value)
    except OverflowError:  # an integer of over 308 digits
        return sys.float_info.max if value > 0 else None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _server_time(headers: httpx.Headers, wall_now: float) -> float:
    date = _http_date(headers.get("Date", ""))
    return wall_now if date is None else date.timestamp()


def _http_date(value: str) -> datetime | None:
    # The library reads many mail dates; an HTTP-date begins with the day's name and is ASCII.
    if not value.isascii() or not value[:3].isalpha():
        return None
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def _integer(value: bytes | None) -> int | None:
    # bytes.isdigit knows ASCII's digits alone.
    return int(value) if value is not None and len(value) <= _MOST_DIGITS and value.isdigit() else None


def _from_epoch(seconds: int | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # beyond the calendar, e.g. microseconds taken for seconds
        return None
