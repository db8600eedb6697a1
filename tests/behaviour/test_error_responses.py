"""Each error status raises its class, with all that the response carried; a body that is odd takes nothing away."""

from typing import Any

import httpx
import pytest

from devrev_auth_client import UNSET, APIError, Attempt, RetryPolicy, errors
from devrev_auth_client.generated import models
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import sync_only
from tests.behaviour.bodies import ERROR, ERROR_TYPES, error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import TOKEN_ID, Operation, both_operations, endpoint, get, revoke

pytestmark = sync_only

CLASSES: dict[int, tuple[type[APIError], type]] = {
    400: (errors.BadRequestError, models.ErrorBadRequest),
    401: (errors.UnauthenticatedError, models.Error),
    403: (errors.ForbiddenError, models.ErrorForbidden),
    404: (errors.NotFoundError, models.Error),
    413: (errors.UnexpectedStatusError, models.ErrorRequestEntityTooLarge),
    429: (errors.TooManyRequestsError, models.ErrorTooManyRequests),
    500: (errors.InternalServerError, models.ErrorInternalServerError),
    503: (errors.ServiceUnavailableError, models.Error),
}


async def refused(make_client: MakeClient, operation: Operation = get) -> Any:
    """Give the error of a call that is not repeated."""
    with pytest.raises(APIError) as caught:
        await operation(make_client(retry=RetryPolicy(max_attempts=1)))
    return caught.value


@pytest.mark.parametrize("status", CLASSES)
@both_operations
async def test_each_status_raises_its_class_with_what_the_body_says(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, status: int
) -> None:
    if (operation, status) == (revoke, 500):
        return  # which leaves a doubt
    fake.respond_next(status, json=error_body(status), headers={"X-Request-Id": "r-1"})
    error = await refused(make_client, operation)
    name, token_id = ("auth_tokens_get", TOKEN_ID) if operation is get else ("auth_tokens_self_delete", None)
    assert (type(error), type(error.error)) == CLASSES[status]
    assert (error.status_code, error.type, error.message) == (status, ERROR_TYPES[status], "a message")
    assert (error.detail, error.operation, error.token_id) == ("a detail", name, token_id)
    assert isinstance(error.headers, httpx.Headers)
    assert error.headers["x-request-id"] == "r-1"
    assert error.error.to_dict() == error_body(status)
    assert error.attempts == (Attempt(status, None, 0.0),)
    assert str(error) == f"{name}: {status} {ERROR_TYPES[status]}: a message: a detail"


@pytest.mark.parametrize("status", [402, 418, 499, 501, 520, 599])
@both_operations
async def test_a_status_without_a_class_of_its_own_is_unexpected(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, status: int
) -> None:
    """Those in no registry, such as 520 of an edge proxy, included; where the server may have acted, a text says so."""
    fake.respond_next(status, json={"type": "odd", "message": "a message", "extra": 1})
    error = await refused(make_client, operation)
    assert type(error) is errors.UnexpectedStatusError
    assert (error.status_code, error.type, error.message, error.detail) == (status, "odd", "a message", None)
    assert error.error is not None
    assert error.error.additional_properties == {"extra": 1}
    doubtful = operation is revoke and status >= 500
    assert str(error).endswith("; whether the revocation happened is unknown") is doubtful


DETAILS: dict[str, dict[str, Any]] = {
    "artifact_already_attached_to_a_parent": {"existing_parent": "don:core:issue/1", "is_same": True},
    "bad_request": {},
    "invalid_api_version": {"value": "1999-01-01"},
    "invalid_enum_value": {"field_name": "f", "value": "v", "allowed_values": ["a", "b"]},
    "unexpected_json_type": {"field_name": "f", "actual": "number", "expected": "string"},
    "value_not_permitted": {"field_name": "f", "allowed_values": ["a"], "reason": "because"},
    "brand_new": {"field_name": "f", "is_same": False, "hint": ["h"]},
}


@pytest.mark.parametrize("type_", DETAILS)
async def test_each_type_of_a_400_arrives_with_its_details(
    make_client: MakeClient, fake: FakeDevRev, type_: str
) -> None:
    details = DETAILS[type_]
    body = {**ERROR, "type": type_, **details}
    fake.respond_next(400, json=body)
    error = await refused(make_client)
    assert (type(error), error.status_code, error.type) == (errors.BadRequestError, 400, type_)
    for name in ("field_name", "existing_parent", "is_same"):
        assert getattr(error, name) == details.get(name)
    for name in ("value", "allowed_values", "reason", "actual", "expected"):
        assert getattr(error.error, name) == details.get(name, UNSET)
    assert error.error.to_dict() == body
    assert error.error.additional_properties == ({"hint": ["h"]} if type_ == "brand_new" else {})


NO_OBJECT = {
    "html": b"<html><body>Bad Gateway</body></html>",
    "empty": b"",
    "array": b"[]",
    "pairs": b'[["type", "unauthenticated"]]',
    "null": b"null",
    "binary": b"\xff\xfe\x00",
    "bad-utf8": b'{"type": "\xff"}',
    "deep": b"[" * 100_000,
    "digits": b"9" * 5_000,
}


@pytest.mark.parametrize("content", NO_OBJECT.values(), ids=NO_OBJECT)
async def test_a_body_that_is_no_json_object_leaves_status_and_headers(
    make_client: MakeClient, fake: FakeDevRev, content: bytes
) -> None:
    """Edge proxies answer HTML, or nothing at all; no foreign exception comes of it."""
    for status in (401, 429, 502, 520):
        fake.respond_next(status, content=content, headers={"X-Request-Id": "r-1"})
        error = await refused(make_client)
        assert type(error) is (CLASSES[status][0] if status in CLASSES else errors.UnexpectedStatusError)
        assert (error.status_code, error.type, error.message, error.detail, error.error) == (status, *[None] * 4)
        assert error.headers["X-Request-Id"] == "r-1"
        assert str(error) == f"auth_tokens_get: {status} {httpx.codes.get_reason_phrase(status)}".rstrip()


@pytest.mark.parametrize("value", [5, True, None, ["x"], {"x": 1}], ids=short)
async def test_fields_of_a_wrong_type_count_as_absent(make_client: MakeClient, fake: FakeDevRev, value: object) -> None:
    names = ["type", "message", "detail", "field_name", "existing_parent", "is_same", "reference_id"]
    fake.respond_next(400, json=dict.fromkeys(names, value))
    error = await refused(make_client)
    assert [getattr(error, name) for name in names[:5]] == [None] * 5
    assert error.is_same is (True if value is True else None)
    fake.respond_next(500, json=dict.fromkeys(names, value))
    assert (await refused(make_client)).reference_id is None


async def test_a_body_that_its_model_refuses_still_says_what_it_says(make_client: MakeClient, fake: FakeDevRev) -> None:
    """A detail that cannot be read is no reason to lose the message."""

    def refuse(**_: object) -> None:
        raise ValueError("no such date")

    fake.respond_next(500, json={"message": "broken", "detail": "for now", "reference_id": "r-9"})
    with pytest.raises(errors.InternalServerError) as caught:
        await make_client().call(endpoint(refuse))
    assert (caught.value.error, caught.value.message, caught.value.reference_id) == (None, "broken", "r-9")
    assert str(caught.value) == "things_update: 500 Internal Server Error: broken: for now (reference_id r-9)"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("a\nERROR forged\r\n b", "auth_tokens_get: 404 Not Found: a ERROR forged b"),
        ("x" * 10_000, "auth_tokens_get: 404 Not Found: " + "x" * 465 + "..."),
        ("x" * 468, "auth_tokens_get: 404 Not Found: " + "x" * 468),
    ],
    ids=short,
)
async def test_the_text_is_one_short_line(make_client: MakeClient, fake: FakeDevRev, message: str, text: str) -> None:
    """A server cannot forge lines of a log, nor fill it; the field has the whole message."""
    fake.respond_next(404, json={"message": message})
    error = await refused(make_client)
    assert (error.message, str(error)) == (message, text)
