"""How a server may say when to come again, and what of it counts."""

from __future__ import annotations

import json

import pytest

from devrev_auth_client import RetryPolicy, TooManyRequestsError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.bodies import error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import get
from tests.behaviour.transports import Answering, Chunks
from tests.behaviour.virtual_time import VirtualTime, http_date

BACKOFF = 0.5
"""The first wait where the server named no time."""


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("0.25", 0.25), ("7.5", 7.5), (" 7\t", 7.0), ("007.250", 7.25)],
)
async def test_seconds_in_the_header(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, value: str, seconds: float
) -> None:
    """Integer or decimal; the wait is exactly that long."""
    fake.respond_next(429, json=error_body(429), headers={"Retry-After": value})
    await get(make_client())
    assert time.waits == [seconds]


@pytest.mark.parametrize("local_clock_is_off_by", [0.0, -7200.0, 7200.0])
async def test_a_date_counts_against_the_answers_own_date(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, local_clock_is_off_by: float
) -> None:
    """The local clock may be wrong by hours."""
    server = -local_clock_is_off_by
    headers = {"Date": http_date(server), "Retry-After": http_date(server + 9)}
    fake.respond_next(429, json=error_body(429), headers=headers)
    await get(make_client())
    assert time.waits == [9.0]


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}, {"Date": ""}], ids=["absent", "garbage", "empty"])
async def test_a_date_counts_against_the_local_clock_where_there_is_no_other(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, headers: dict[str, str]
) -> None:
    """An answer without a valid `Date` leaves no better one."""
    fake.respond_next(429, json=error_body(429), headers={**headers, "Retry-After": http_date(9)})
    await get(make_client())
    assert time.waits == [9.0]


@pytest.mark.parametrize(
    "date",
    ["Thu, 01 Jan 2026 12:00:09 GMT", "Thursday, 01-Jan-26 12:00:09 GMT", "Thu Jan  1 12:00:09 2026"],
    ids=["IMF-fixdate", "RFC 850", "asctime"],
)
async def test_all_three_forms_of_a_date_are_read(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, date: str
) -> None:
    """RFC 9110 section 5.6.7: a recipient accepts the obsolete forms too."""
    fake.respond_next(429, json=error_body(429), headers={"Retry-After": date})
    await get(make_client())
    assert time.waits == [9.0]


@pytest.mark.parametrize(
    "value", ["0", "0.0", "-0", http_date(0), http_date(-3600)], ids=["0", "0.0", "-0", "now", "past"]
)
async def test_zero_is_answered_with_a_backoff(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, value: str
) -> None:
    """At once would be a storm; a date that has passed is zero too."""
    fake.respond_next(429, json=error_body(429), headers={"Retry-After": value})
    await get(make_client())
    assert time.waits == [BACKOFF]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "-1",
        "+5",
        "nan",
        "inf",
        "-inf",
        "1e3",
        "0x10",
        "1_0",
        "5s",
        "5 seconds",
        "5, 6",
        ".5",
        "5.",
        "soon",
        "9" * 400,
        "2026-01-01T12:00:09Z",
        "Thu, 32 Jan 2026 12:00:09 GMT",
        "Thu, 01 Jan 2026",
        "Thu, 01 Jan 10000 00:00:00 GMT",
        "GMT",
    ],
)
async def test_an_invalid_header_counts_as_absent(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, value: str
) -> None:
    """It neither raises nor shortens a wait."""
    fake.respond_next(429, json=error_body(429), headers={"Retry-After": value})
    await get(make_client())
    assert time.waits == [BACKOFF]


@pytest.mark.parametrize("value", ["\u0665", "\uff15", "\u00b2", "Thu, \u0660\u0661 Jan 2026 12:00:09 GMT"])
async def test_digits_of_other_scripts_are_no_digits(make_client: MakeClient, value: str) -> None:
    """Python's int() reads Arabic-Indic and full-width digits; HTTP does not know them."""
    transport = Answering(429, Chunks([]), [(b"Retry-After", value.encode())])
    with pytest.raises(TooManyRequestsError) as caught:
        await get(make_client(transport=transport, retry=RetryPolicy(max_attempts=1)))
    assert caught.value.retry_after is None


@pytest.mark.parametrize(("value", "seconds"), [(7, 7.0), (2.5, 2.5), (0, BACKOFF)])
async def test_seconds_in_the_body(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, value: float, seconds: float
) -> None:
    """`retry_after` of the error body, where there is no header."""
    fake.respond_next(429, json=error_body(429, retry_after=value))
    await get(make_client())
    assert time.waits == [seconds]


@pytest.mark.parametrize(
    "value", ["-1", '"5"', "true", "null", "[5]", '{"seconds": 5}', "NaN", "Infinity", "1e999", "9" * 400]
)
async def test_an_invalid_body_value_counts_as_absent(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, value: str
) -> None:
    """Whatever JSON, or Python's reading of it, allows."""
    fake.respond_next(429, content=f'{{"type": "too_many_requests", "retry_after": {value}}}'.encode())
    await get(make_client())
    assert time.waits == [BACKOFF]


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("3", 5, 5.0),
        ("5", 3, 5.0),
        ("5.5", 5, 5.5),
        (http_date(4), 2, 4.0),
        (http_date(4), 6, 6.0),
        ("0", 5, 5.0),
        ("5", 0, 5.0),
        ("-1", 5, 5.0),
        ("soon", 5, 5.0),
        ("5", -1, 5.0),
        ("5", "soon", 5.0),
        ("5", None, 5.0),
    ],
)
async def test_the_longer_of_header_and_body_counts(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, header: str, body: object, seconds: float
) -> None:
    """Never sooner than either asked; an invalid one has no say."""
    content = json.dumps(error_body(429, retry_after=body)).encode()
    fake.respond_next(429, content=content, headers={"Retry-After": header})
    await get(make_client())
    assert time.waits == [seconds]
