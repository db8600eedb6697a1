"""What an answer says about time: hostile and valid values, each with the exact seconds it must come to."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devrev_auth_client._rate_headers import retry_after
from tests.unit.wire_headers import NOW, wire_headers

IN_30_S = "Tue, 14 Nov 2023 22:13:50 GMT"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("1", 1.0),
        ("30", 30.0),
        ("300", 300.0),
        ("007", 7.0),
        ("1.5", 1.5),
        ("0.250", 0.25),
        (" 5 ", 5.0),
        ("\t5\t", 5.0),
        ("86400", 86_400.0),
        ("86401", 86_401.0),
        ("1700000030", 1_700_000_030.0),
        ("99999999999999999999", 1e20),
        ("0" * 5000 + "5", 5.0),
        ("9" * 400, None),
        ("9" * 5000, None),
        ("", None),
        (" ", None),
        ("-1", None),
        ("-0", None),
        ("-0.5", None),
        ("+5", None),
        ("+0", None),
        ("1e3", None),
        ("1E3", None),
        ("1.", None),
        (".5", None),
        ("1.2.3", None),
        ("1,5", None),
        ("5, 10", None),
        ("5;10", None),
        ("5s", None),
        ("5 s", None),
        ("5 5", None),
        ("PT5S", None),
        ("0x10", None),
        ("1_000", None),
        ("nan", None),
        ("NaN", None),
        ("inf", None),
        ("-inf", None),
        ("Infinity", None),
        ("None", None),
        ("null", None),
        ("true", None),
        ("soon", None),
        ("'5'", None),
        ('"5"', None),
        ("\u0665", None),  # ARABIC-INDIC DIGIT FIVE
        ("\u06f5", None),  # EXTENDED ARABIC-INDIC DIGIT FIVE
        ("\uff15", None),  # FULLWIDTH DIGIT FIVE
        ("\u096b", None),  # DEVANAGARI DIGIT FIVE
        ("\u00b2", None),  # SUPERSCRIPT TWO
        ("\u00bd", None),  # VULGAR FRACTION ONE HALF
        ("\u2164", None),  # ROMAN NUMERAL FIVE
        ("1\u0665", None),
        ("\u00a05", None),  # a no-break space is no white space of HTTP
        ("5\x00", None),
        ("5\x0b", None),
        ("\ud800", None),
    ],
)
def test_a_number_of_seconds_is_ascii_digits_with_or_without_decimals(value: str, seconds: float | None) -> None:
    """Everything else in the header counts as absent."""
    assert retry_after(wire_headers(Retry_After=value), None, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (IN_30_S, 30.0),
        ("Tuesday, 14-Nov-23 22:13:50 GMT", 30.0),
        ("Tue Nov 14 22:13:50 2023", 30.0),
        (f"  {IN_30_S}  ", 30.0),
        ("Wed, 15 Nov 2023 22:13:20 GMT", 86_400.0),
        ("Tue, 14 Nov 2023 22:13:20 GMT", 0.0),
        ("Tue, 14 Nov 2023 22:13:19 GMT", 0.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0),
        ("Sun Nov  6 08:49:37 1994", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 251_702_300_799.0),
        ("Wed, 31 Feb 2024 00:00:00 GMT", None),
        ("Tue, 32 Nov 2023 22:13:50 GMT", None),
        ("Tue, 14 Nov 2023 25:13:50 GMT", None),
        ("Tue, 14 Nov 2023 22:61:50 GMT", None),
        ("Tue, 14 Brumaire 2023 22:13:50 GMT", None),
        ("Tue, 14 Nov 0000 22:13:50 GMT", 0.0),  # read as 2000
        ("Tue, 14 Nov 99999 22:13:50 GMT", None),
        ("Tue, 14 Nov", None),
        ("Tue,", None),
        ("Tue", None),
        ("2023-11-14T22:13:50Z", None),
        ("14 Nov 2023 22:13:50 GMT", None),
        ("Tue, \u0661\u0664 Nov 2023 22:13:50 GMT", None),
        ("Tue, \uff11\uff14 Nov 2023 22:13:50 GMT", None),
    ],
)
def test_a_date_counts_from_the_local_clock_where_the_answer_has_no_date(value: str, seconds: float | None) -> None:
    """All three forms of RFC 9110 section 5.6.7; one that has passed is zero, an impossible one counts as absent."""
    assert retry_after(wire_headers(Retry_After=value), None, NOW) == seconds


@pytest.mark.parametrize(
    ("date", "value", "seconds"),
    [
        ("Tue, 14 Nov 2023 22:13:40 GMT", IN_30_S, 10.0),
        ("Tuesday, 14-Nov-23 22:13:40 GMT", IN_30_S, 10.0),
        ("Tue Nov 14 22:13:40 2023", IN_30_S, 10.0),
        ("Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 01 Jan 2000 00:00:05 GMT", 5.0),
        ("Sat, 01 Jan 2050 00:00:00 GMT", "Sat, 01 Jan 2050 00:00:05 GMT", 5.0),
        ("Sat, 01 Jan 2050 00:00:05 GMT", "Sat, 01 Jan 2050 00:00:00 GMT", 0.0),
        ("yesterday", IN_30_S, 30.0),
        ("", IN_30_S, 30.0),
        ("Wed, 31 Feb 2024 00:00:00 GMT", IN_30_S, 30.0),
        ("1700000010", IN_30_S, 30.0),
        ("Sat, 01 Jan 2050 00:00:00 GMT", "5", 5.0),
    ],
)
def test_a_date_counts_from_the_date_of_the_answer(date: str, value: str, seconds: float) -> None:
    """A wrong local clock does no harm; a `Date` that cannot be read is as good as none; seconds need no date."""
    assert retry_after(wire_headers(Retry_After=value, Date=date), None, NOW) == seconds


@pytest.mark.parametrize(
    ("values", "body", "seconds"),
    [
        (["5", "10"], None, 10.0),
        (["10", "5"], None, 10.0),
        (["garbage", "5"], None, 5.0),
        (["garbage", "-1"], None, None),
        (["5", IN_30_S], None, 30.0),
        ([], 5, 5.0),
        ([], 5.5, 5.5),
        ([], 0, 0.0),
        ([], -0.0, 0.0),
        ([], -1, None),
        ([], True, None),
        ([], False, None),
        ([], None, None),
        ([], "5", None),
        ([], [5], None),
        ([], {"seconds": 5}, None),
        ([], math.nan, None),
        ([], math.inf, None),
        ([], -math.inf, None),
        ([], 10**400, None),
        ([], -(10**400), None),
        ([], 2**63, 9_223_372_036_854_775_808.0),
        (["5"], 10, 10.0),
        (["10"], 5, 10.0),
        (["0"], 5, 5.0),
        (["5"], 0, 5.0),
        (["garbage"], 7, 7.0),
        (["7"], -1, 7.0),
        (["7"], "soon", 7.0),
        ([IN_30_S], 31, 31.0),
    ],
)
def test_the_longest_valid_statement_counts(values: list[str], body: object, seconds: float | None) -> None:
    """Header lines and the body's `retry_after` are weighed together; the invalid ones are left out."""
    assert retry_after(wire_headers(Retry_After=values), body, NOW) == seconds


FRAGMENTS = [
    "Tue",
    ",",
    " ",
    "14",
    "Nov",
    "2023",
    "22:13:50",
    "GMT",
    "-",
    ":",
    "+0100",
    "-9999",
    "99999999",
    "",
    "\u0665",
]
HEADER = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join),
    st.lists(st.sampled_from(FRAGMENTS), max_size=10).map(" ".join),
    st.floats().map(str),
    st.integers().map(str),
)
BODY = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just([]), st.just({}))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(values=st.lists(HEADER, max_size=3), date=HEADER, body=BODY)
def test_no_value_raises_or_gives_a_time_that_cannot_be_waited(values: list[str], date: str, body: Any) -> None:
    """Whatever the headers and the body hold: absent, or finite and not negative."""
    seconds: object = retry_after(wire_headers(Retry_After=values, Date=date), body, NOW)
    assert seconds is None or (isinstance(seconds, float) and math.isfinite(seconds) and seconds >= 0)
