"""The tree of errors: its drawing and fields; and that each error, as a call raised it, pickles and copies whole."""

import inspect
from datetime import UTC, datetime
from typing import Any

import attrs
import httpx
import pytest

from devrev_auth_client import UNSET, AuthToken, TokenStatus, TokenType, errors
from devrev_auth_client.generated.models import Error, ErrorBadRequest, ErrorTooManyRequests
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import sync_only
from tests.behaviour.bodies import error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.copies import copies_of
from tests.behaviour.hiding import assert_hides
from tests.behaviour.operations import get, play, revoke

pytestmark = sync_only

ErrorClass = type[errors.DevRevAuthError]
CLASSES: list[ErrorClass] = [
    value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, errors.DevRevAuthError)
]
FIELDS: dict[str, dict[str, Any]] = {
    "DevRevAuthError": {"attempts": (), "operation": None, "token_id": None},
    "InvalidResponseError": {"status_code": None},
    "APIError": {"status_code": 0, **dict.fromkeys(["type", "message", "detail", "error"]), "headers": httpx.Headers()},
    "BadRequestError": {"field_name": None, "existing_parent": None, "is_same": None},
    "TooManyRequestsError": {"retry_after": None, "rate_limit": None},
    "InternalServerError": {"reference_id": None},
    "ServiceUnavailableError": {"retry_after": None},
    "RevocationUnconfirmedError": {"likely_revoked": False},
}
"""What each class adds, with its neutral value."""


def test_the_tree_is_drawn_in_the_module() -> None:
    lines = (errors.__doc__ or "").partition("DevRevAuthError\n")[2].partition("\n\n")[0].splitlines()
    drawn = {line.split("- ")[1].split()[0]: (line.index("-") - 5) // 3 for line in lines}
    depths = {cls.__name__: len([base for base in cls.__mro__ if base in CLASSES]) - 2 for cls in CLASSES[1:]}
    assert drawn == depths
    assert set(CLASSES) - RAISING.keys() == {errors.DevRevAuthError, errors.APIError}


@pytest.mark.parametrize("cls", CLASSES)
def test_each_can_be_made_of_its_text_alone(cls: ErrorClass) -> None:
    """For a test of one's own: its fields have neutral values then."""
    error = cls("text")
    assert (str(error), error.args, str(cls())) == ("text", ("text",), "")
    expected: dict[str, Any] = {}
    for base in cls.__mro__:
        expected = {**FIELDS.get(base.__name__, {}), **expected}
    assert vars(error) == expected


def test_a_copy_of_headers_is_its_own() -> None:
    """Errors do not change with the headers that they were made of; the text is not the body's message."""
    headers = httpx.Headers({"A": "1"})
    error = errors.NotFoundError("text", headers=headers, message="of the body")
    headers["A"] = "2"
    assert (error.headers["a"], str(error), error.message) == ("1", "text", "of the body")
    with pytest.raises(TypeError):
        errors.DevRevAuthError(text="text")  # type: ignore[call-arg]  # which is the point


HEADERS = httpx.Headers([(b"Set-Cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"X-Odd", b"\xff\xfe")])
UNKNOWN = {"new": [1, {"deep": None}], "\ud800": float("inf")}
MODELS: list[Any] = [
    Error.from_dict({"type": "a_new_one", "message": "m", **UNKNOWN}),
    ErrorBadRequest.from_dict({"type": 5, "message": ["wrong"], "allowed_values": "wrong", "is_same": False}),
    ErrorTooManyRequests.from_dict({"retry_after": 5, **UNKNOWN}),
    AuthToken.from_dict({"id": "x", "status": "asleep", "requested_token_type": "urn:new", **UNKNOWN}),
]


def test_the_body_arrives_as_its_model() -> None:
    """What was left out is still the one `UNSET`; unknown fields, enum values, headers and notes are kept."""
    for model in MODELS:
        error: Any = errors.UnexpectedStatusError("text", error=model, headers=HEADERS)
        error.add_note("a note")
        left_out = [one.name for one in attrs.fields(type(model)) if getattr(model, one.name) is UNSET]
        for twin in copies_of(error):
            assert twin is not error
            assert (twin.headers.raw, twin.headers["x-odd"]) == (HEADERS.raw, HEADERS["X-Odd"])
            assert twin.__notes__ == ["a note"]
            assert type(twin.error) is type(model)
            assert twin.error == model
            assert twin.error.to_dict() == model.to_dict()
            assert all(getattr(twin.error, name) is UNSET for name in left_out)
    assert (type(twin.error.status), type(twin.error.requested_token_type)) == (TokenStatus, TokenType)


@pytest.mark.parametrize("value", [errors.Attempt(503, None, 0.0), errors.RateLimit(100, 0, datetime.now(UTC))])
def test_attempts_and_quotas_are_values(value: Any) -> None:
    assert set(copies_of(value)) == {value}
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, attrs.fields(type(value))[0].name, None)


def full(status: int, **details: object) -> dict[str, Any]:
    """Give a response that has all that an error of its status can carry."""
    quota = {"X-Ratelimit-Limit": "5", "X-Ratelimit-Remaining": "1", "X-Ratelimit-Reset": "1767268830"}
    return {"status": status, "json": error_body(status, extra=[1], **details), "headers": quota, "retry_after": 900}


RAISING: dict[ErrorClass, tuple[list[Any], dict[str, Any]]] = {
    errors.ConfigurationError: ([401], {"token": iter(["a", 5]).__next__}),
    errors.TransportError: ([httpx.ConnectError] * 4, {}),
    errors.AttemptTimeoutError: ([httpx.ReadTimeout] * 4, {}),
    errors.TotalTimeoutError: ([httpx.ConnectError] * 4, {"total_timeout": 1.5}),
    errors.InvalidResponseError: ([302], {}),
    errors.BadRequestError: ([full(400, field_name="f", existing_parent="p", is_same=False)], {}),
    errors.UnauthenticatedError: ([full(401)], {}),
    errors.ForbiddenError: ([full(403)], {}),
    errors.NotFoundError: ([full(404)], {}),
    errors.TooManyRequestsError: ([full(429, retry_after=901)], {}),
    errors.InternalServerError: ([full(500, reference_id="r")] * 4, {}),
    errors.ServiceUnavailableError: ([full(503)], {}),
    errors.UnexpectedStatusError: ([{"status": 520, "json": {"message": "odd"}}], {}),
    errors.RevocationUnconfirmedError: ([httpx.ReadError, 401], {}),
}


@pytest.mark.parametrize("expected", RAISING)
async def test_an_error_survives_copy_and_pickle_with_its_attempts(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, expected: ErrorClass
) -> None:
    script, options = RAISING[expected]
    play(fake, script)
    with pytest.raises(expected) as caught:
        await (revoke if expected is errors.RevocationUnconfirmedError else get)(make_client(**options))
    error = caught.value
    assert type(error) is expected
    assert error.attempts
    assert error.operation in ("auth_tokens_get", "auth_tokens_self_delete")
    for twin in copies_of(error):
        assert type(twin) is expected
        assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))
    assert_hides(error, pat.secret)
