"""How a server may say when to come again, and what of it counts."""

import sys
from typing import Any

import pytest

from devrev_auth_client import RetryPolicy, ServiceUnavailableError, TooManyRequestsError
from tests.behaviour.backends import SYNC, sync_only
from tests.behaviour.transports import Answering, Chunks
from tests.behaviour.virtual_time import VirtualTime, http_date

pytestmark = sync_only


def asked(*values: str, date: str | None = None, body: str = "null", status: int = 429) -> float | None:
    """Give the seconds that a response of these header lines asks for at noon, as its error tells them."""
    headers = [(b"Retry-After", value.encode("utf-8", "surrogatepass")) for value in values]
    headers += [] if date is None else [(b"Date", date.encode("utf-8", "surrogatepass"))]
    content = f'{{"type": "too_many_requests", "retry_after": {body}}}'.encode()
    options: dict[str, Any] = {"transport": Answering(status, Chunks([content]), headers)}
    client: Any = SYNC.client(VirtualTime(), token="bearer-of-the-tests", retry=RetryPolicy(max_attempts=1), **options)
    with pytest.raises((TooManyRequestsError, ServiceUnavailableError)) as caught:
        client.plain.get_auth_token("x")
    assert isinstance(caught.value, TooManyRequestsError | ServiceUnavailableError)
    return caught.value.retry_after


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0), ("0.0", 0.0), ("1", 1.0), ("300", 300.0), ("007", 7.0), ("1.5", 1.5), ("0.25", 0.25),
        ("007.250", 7.25), (" 5 ", 5.0), ("\t5\t", 5.0), ("86401", 86_401.0), ("1700000030", 1_700_000_030.0),
        ("99999999999999999999", 1e20), ("0" * 5000 + "5", 5.0),
        ("Thu, 01 Jan 2026 12:00:09 GMT", 9.0),
        ("Thursday, 01-Jan-26 12:00:09 GMT", 9.0),  # RFC 9110 section 5.6.7: the obsolete forms too
        ("Thu Jan  1 12:00:09 2026", 9.0),
        ("Fri, 02 Jan 2026 12:00:00 GMT", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 251_635_031_999.0),
        ("Thu, 01 Jan 2026 12:00:00 GMT", 0.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0), ("Sun Nov  6 08:49:37 1994", 0.0),
    ],
)  # fmt: skip
def test_a_number_of_seconds_or_a_date(value: str, seconds: float, status: int) -> None:
    """ASCII digits with or without decimals; a date that has passed is zero."""
    assert asked(value, status=status) == seconds


INVALID = """
-1 -0 -0.5 +5 +0 1e3 1E3 1. .5 1.2.3  5;10 5s PT5S 0x10 1_000 nan NaN inf -inf Infinity None null true soon '5' "5"
\u0665 \u06f5 \uff15 \u096b \xb2 \xbd \u2164 1\u0665 5\x00 2026-01-01T12:00:09Z GMT Thu Thu,
"""
INVALID_DATES = [
    "Thu, 32 Jan 2026 12:00:09 GMT",
    "Wed, 31 Feb 2026 00:00:00 GMT",
    "Thu, 01 Jan 2026 25:13:50 GMT",
    "Thu, 01 Jan 2026 22:61:50 GMT",
    "Thu, 01 Brumaire 2026 12:00:09 GMT",
    "Thu, 01 Jan 10000 00:00:00 GMT",
    "Thu, 01 Jan 2026",
    "01 Jan 2026 12:00:09 GMT",
    "Thu, \u0660\u0661 Jan 2026 12:00:09 GMT",
]
OTHERS = ["", " ", "5 s", "5 5", "5 seconds", "\xa05", "\x0b5 s", "\ud800"]


@pytest.mark.parametrize("value", [*INVALID.split(), *INVALID_DATES, *OTHERS], ids=lambda value: ascii(value)[:40])
def test_anything_else_counts_as_absent(value: str) -> None:
    """It neither raises nor shortens a wait; digits of other scripts are none, though Python's int() reads them."""
    assert asked(value) is None
    assert asked(value, "5") == 5.0


@pytest.mark.parametrize(
    ("date", "value", "seconds"),
    [
        ("Thu, 01 Jan 2026 13:00:00 GMT", "Thu, 01 Jan 2026 13:00:09 GMT", 9.0),
        ("Thu, 01 Jan 2026 10:00:00 GMT", "Thu, 01 Jan 2026 10:00:09 GMT", 9.0),
        ("Saturday, 01-Jan-00 00:00:00 GMT", "Sat, 01 Jan 2000 00:00:05 GMT", 5.0),
        ("Sat Jan  1 00:00:00 2050", "Sat, 01 Jan 2050 00:00:05 GMT", 5.0),
        ("Sat, 01 Jan 2050 00:00:05 GMT", "Sat, 01 Jan 2050 00:00:00 GMT", 0.0),
        *((date, http_date(30), 30.0) for date in ("yesterday", "", "Wed, 31 Feb 2024 00:00:00 GMT", "1700000010")),
        ("Sat, 01 Jan 2050 00:00:00 GMT", "5", 5.0),
    ],
)
def test_a_date_counts_from_the_date_of_the_response(date: str, value: str, seconds: float) -> None:
    """A wrong local clock does no harm; a `Date` that cannot be read is as good as none; seconds need no date."""
    assert asked(value, date=date) == seconds


@pytest.mark.parametrize(
    ("values", "body", "seconds"),
    [
        (["5, 10"], "null", 10.0), (["1,5"], "null", 5.0), (["10 ,soon"], "null", 10.0),
        (["9" * 5000], "null", sys.float_info.max),
        (["5", "10"], "null", 10.0), (["10", "5"], "null", 10.0), (["soon", "5"], "null", 5.0),
        (["5", http_date(30)], "null", 30.0), ([http_date(30)], "31", 31.0), ([http_date(30)], "2", 30.0),
        ([], "5", 5.0), ([], "5.5", 5.5), ([], "0", 0.0), ([], "-0.0", 0.0), ([], str(2**63), 2.0**63),
        *(([], wrong, None) for wrong in ("-1", "true", "false", '"5"', "[5]", '{"seconds": 5}', "NaN", "Infinity")),
        ([], "1e999", None), ([], "9" * 400, sys.float_info.max), ([], "-" + "9" * 400, None),
        (["5"], "10", 10.0), (["10"], "5", 10.0), (["0"], "5", 5.0), (["5"], "0", 5.0), (["5.5"], "5", 5.5),
        (["soon"], "7", 7.0), (["7"], "-1", 7.0), (["7"], '"soon"', 7.0),
    ],
)  # fmt: skip
def test_the_longest_valid_statement_counts(values: list[str], body: str, seconds: float | None) -> None:
    """Header lines and the body's `retry_after` are weighed together: never sooner than any of them asked."""
    assert asked(*values, body=body) == seconds
