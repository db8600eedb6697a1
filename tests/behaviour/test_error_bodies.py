"""Error bodies that are not what the reference page shows: the status and the headers still arrive."""

from __future__ import annotations

import pytest

from devrev_auth_client import (
    APIError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    RetryPolicy,
    TooManyRequestsError,
    UnauthenticatedError,
    UnexpectedStatusError,
)
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import Operation, both_operations, get

ONCE = RetryPolicy(max_attempts=1)


async def test_a_body_without_a_type_has_its_message(make_client: MakeClient, fake: FakeDevRev) -> None:
    """A wrong path answers so."""
    fake.respond_next(404, json={"message": "route not found"})
    with pytest.raises(NotFoundError) as caught:
        await get(make_client())
    assert (caught.value.type, caught.value.message, caught.value.detail) == (None, "route not found", None)
    assert str(caught.value) == "auth_tokens_get: 404 Not Found: route not found"


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>Bad Gateway</body></html>",
        b"",
        b"{",
        b'{"type": "unauthenticated"',
        b"[]",
        b'[["type", "unauthenticated"]]',
        b"null",
        b'"unauthenticated"',
        b"\xff\xfe\x00",
        b'{"type": "\xff"}',
        b"[" * 100_000,
        b"9" * 5_000,
    ],
    ids=["html", "empty", "brace", "cut", "array", "pairs", "null", "string", "binary", "bad-utf8", "deep", "digits"],
)
@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, UnauthenticatedError), (429, TooManyRequestsError), (502, UnexpectedStatusError), (400, BadRequestError)],
)
async def test_a_body_that_is_no_json_object_leaves_status_and_headers(
    make_client: MakeClient, fake: FakeDevRev, status: int, expected: type[APIError], content: bytes
) -> None:
    """Edge proxies answer HTML, or nothing at all; no foreign exception comes of it."""
    fake.respond_next(status, content=content, headers={"X-Request-Id": "r-1"})
    with pytest.raises(expected) as caught:
        await get(make_client(retry=ONCE))
    error = caught.value
    assert (error.status_code, error.type, error.message, error.detail) == (status, None, None, None)
    assert error.error is None
    assert error.headers["X-Request-Id"] == "r-1"


async def test_an_html_429_keeps_its_retry_after(make_client: MakeClient, fake: FakeDevRev) -> None:
    """The time in the header counts whatever the body is."""
    fake.respond_next(429, html="<h1>Slow down</h1>", retry_after=30)
    with pytest.raises(TooManyRequestsError) as caught:
        await get(make_client(retry=ONCE))
    assert caught.value.retry_after == 30.0


@pytest.mark.parametrize("value", [5, True, None, ["x"], {"x": 1}], ids=short)
async def test_fields_of_a_wrong_type_count_as_absent(make_client: MakeClient, fake: FakeDevRev, value: object) -> None:
    """Attributes of errors have the type they promise, whatever was sent."""
    names = ["type", "message", "detail", "field_name", "existing_parent", "is_same"]
    fake.respond_next(400, json=dict.fromkeys(names, value))
    with pytest.raises(BadRequestError) as caught:
        await get(make_client())
    error = caught.value
    assert [error.type, error.message, error.detail, error.field_name, error.existing_parent] == [None] * 5
    assert error.is_same is (True if value is True else None)


async def test_null_fields_of_a_500_count_as_absent(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Null is how some servers write what they do not have."""
    fake.respond_next(500, json={"type": "internal_error", "message": None, "reference_id": None})
    with pytest.raises(InternalServerError) as caught:
        await get(make_client(retry=ONCE))
    assert (caught.value.type, caught.value.message, caught.value.reference_id) == ("internal_error", None, None)


@both_operations
async def test_a_type_that_does_not_fit_the_status_changes_nothing(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation
) -> None:
    """The status decides the class and whether to repeat."""
    fake.respond_next(404, json={"type": "service_unavailable"}, retry_after=1)
    with pytest.raises(NotFoundError) as caught:
        await operation(make_client())
    assert caught.value.type == "service_unavailable"
    assert len(fake.requests) == 1


async def test_a_long_message_is_whole_in_its_field_and_short_in_the_text(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    """Logs do not fill with pages."""
    fake.respond_next(400, json={"type": "bad_request", "message": "x" * 10_000})
    with pytest.raises(BadRequestError) as caught:
        await get(make_client())
    assert caught.value.message == "x" * 10_000
    assert len(str(caught.value)) == 500


async def test_line_breaks_of_a_message_stay_out_of_the_text(make_client: MakeClient, fake: FakeDevRev) -> None:
    """An error's text is one line: a server cannot forge lines of a log."""
    fake.respond_next(400, json={"type": "bad_request", "message": "a\nERROR forged\r\n b"})
    with pytest.raises(BadRequestError) as caught:
        await get(make_client())
    assert str(caught.value) == "auth_tokens_get: 400 bad_request: a ERROR forged b"
    assert caught.value.message == "a\nERROR forged\r\n b"
