"""The error tree: classes, bases and fields; and that each error, as a call raised it, pickles and copies whole."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import httpx
import pytest

import devrev_auth_client
from devrev_auth_client import UNSET, AuthToken, RetryPolicy, TokenStatus, TokenType, errors
from devrev_auth_client.generated.models import Error, ErrorBadRequest, ErrorTooManyRequests
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import sync_only
from tests.behaviour.bodies import error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.hiding import assert_hides
from tests.behaviour.operations import get, revoke
from tests.behaviour.transports import Hanging

pytestmark = sync_only

TREE: dict[str, tuple[str, ...]] = {
    "DevRevAuthError": ("Exception",),
    "ConfigurationError": ("DevRevAuthError", "ValueError"),
    "TransportError": ("DevRevAuthError",),
    "AttemptTimeoutError": ("TransportError", "TimeoutError"),
    "TotalTimeoutError": ("DevRevAuthError", "TimeoutError"),
    "InvalidResponseError": ("DevRevAuthError",),
    "APIError": ("DevRevAuthError",),
    "BadRequestError": ("APIError",),
    "UnauthenticatedError": ("APIError",),
    "ForbiddenError": ("APIError",),
    "NotFoundError": ("APIError",),
    "TooManyRequestsError": ("APIError",),
    "InternalServerError": ("APIError",),
    "ServiceUnavailableError": ("APIError",),
    "UnexpectedStatusError": ("APIError",),
    "RevocationUnconfirmedError": ("DevRevAuthError",),
}
CLASSES: list[type[errors.DevRevAuthError]] = [getattr(errors, name) for name in TREE]
API_FIELDS = {
    "status_code": 0,
    "type": None,
    "message": None,
    "detail": None,
    "headers": httpx.Headers(),
    "error": None,
}
FIELDS: dict[str, dict[str, Any]] = {
    "DevRevAuthError": {"attempts": (), "operation": None, "token_id": None},
    "InvalidResponseError": {"status_code": None},
    "APIError": API_FIELDS,
    "BadRequestError": {"field_name": None, "existing_parent": None, "is_same": None},
    "TooManyRequestsError": {"retry_after": None, "rate_limit": None},
    "InternalServerError": {"reference_id": None},
    "ServiceUnavailableError": {"retry_after": None},
    "RevocationUnconfirmedError": {"likely_revoked": False},
}
"""What each class adds, with its neutral value."""


def test_the_tree_is_that_of_the_documentation() -> None:
    """Every class with exactly its bases, drawn in the module, and the same wherever it is imported from."""
    found = {
        name: tuple(base.__name__ for base in value.__bases__)
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, BaseException)
    }
    assert found == TREE
    lines = (errors.__doc__ or "").partition("DevRevAuthError\n")[2].partition("\n\n")[0].splitlines()
    drawn = {line.split("- ")[1].split()[0]: (line.index("-") - 5) // 3 for line in lines}
    depths = {cls.__name__: len([base for base in cls.__mro__ if base in CLASSES]) - 2 for cls in CLASSES[1:]}
    assert drawn == depths
    for cls in CLASSES:
        assert getattr(devrev_auth_client, cls.__name__) is cls
        assert cls.__name__ in errors.__all__
        assert cls.__name__ in devrev_auth_client.__all__
        assert cls.__module__ == "devrev_auth_client.errors"
        assert (cls.__doc__ or "").strip()


@pytest.mark.parametrize("cls", CLASSES)
def test_each_can_be_made_of_its_text_alone(cls: type[errors.DevRevAuthError]) -> None:
    """For a test of one's own: its fields have neutral values then."""
    error = cls("text")
    assert (str(error), error.args, str(cls()), error.operation, error.token_id) == ("text", ("text",), "", None, None)
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


def pickled(protocol: int) -> Callable[[Any], Any]:
    return lambda value: pickle.loads(pickle.dumps(value, protocol))  # noqa: S301  # our own


AGAIN: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle-{protocol}": pickled(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)},
}
again = pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)


@again
def test_the_body_arrives_as_its_model(again: Callable[[Any], Any]) -> None:
    """What was left out is still the one `UNSET`; unknown fields, enum values, headers and notes are kept."""
    for model in MODELS:
        error = errors.UnexpectedStatusError("text", error=model, headers=HEADERS)
        error.add_note("a note")
        twin = again(error)
        assert twin is not error
        assert (twin.headers.raw, twin.headers["x-odd"], twin.__notes__) == (HEADERS.raw, HEADERS["X-Odd"], ["a note"])
        assert type(twin.error) is type(model)
        assert twin.error == model
        assert twin.error.to_dict() == model.to_dict()
        left_out = [one.name for one in attrs.fields(type(model)) if getattr(model, one.name) is UNSET]
        assert all(getattr(twin.error, name) is UNSET for name in left_out)
    assert (type(twin.error.status), type(twin.error.requested_token_type)) == (TokenStatus, TokenType)


@again
def test_attempts_and_quotas_are_values(again: Callable[[Any], Any]) -> None:
    """They compare, hash, pickle, copy, and do not change."""
    for value in (errors.Attempt(503, None, 0.0), errors.RateLimit(100, 0, datetime(2024, 1, 1, tzinfo=UTC))):
        assert again(value) == value
        assert len({value, again(value)}) == 1
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, attrs.fields(type(value))[0].name, None)


Raising = Callable[[MakeClient, FakeDevRev], Awaitable[Any]]
ONCE = RetryPolicy(max_attempts=1)


def responded(status: int, **details: object) -> Raising:
    """Give a function whose call meets an error status."""

    async def call(make_client: MakeClient, fake: FakeDevRev) -> None:
        headers = {"X-Ratelimit-Limit": "5", "X-Ratelimit-Remaining": "1", "X-Ratelimit-Reset": "1767268830"}
        body = error_body(status, extra=[1], **details) if status != 520 else {"message": "odd"}
        fake.respond_next(status, json=body, headers=headers, retry_after=9)
        await get(make_client(retry=ONCE))

    return call


async def wrong_token(make_client: MakeClient, fake: FakeDevRev) -> None:
    fake.respond_next(401)
    tokens = iter(["a", 5])
    await get(make_client(token=lambda: next(tokens)))


async def lost(make_client: MakeClient, fake: FakeDevRev) -> None:
    fake.lose_connection(times=4)
    await get(make_client())


async def late(make_client: MakeClient, fake: FakeDevRev) -> None:
    await get(make_client(transport=Hanging(), timeout=0.01, retry=ONCE))


async def hanging(make_client: MakeClient, fake: FakeDevRev) -> None:
    await get(make_client(transport=Hanging(), total_timeout=0.01))


async def redirected(make_client: MakeClient, fake: FakeDevRev) -> None:
    fake.respond_next(302)
    await get(make_client())


async def unconfirmed(make_client: MakeClient, fake: FakeDevRev) -> None:
    fake.lose_connection(error=httpx.ReadError)
    fake.respond_next(401)
    await revoke(make_client())


RAISING: dict[type[errors.DevRevAuthError], Raising] = {
    errors.ConfigurationError: wrong_token,
    errors.TransportError: lost,
    errors.AttemptTimeoutError: late,
    errors.TotalTimeoutError: hanging,
    errors.InvalidResponseError: redirected,
    errors.BadRequestError: responded(400, field_name="f", existing_parent="p", is_same=False),
    errors.UnauthenticatedError: responded(401),
    errors.ForbiddenError: responded(403),
    errors.NotFoundError: responded(404),
    errors.TooManyRequestsError: responded(429, retry_after=11),
    errors.InternalServerError: responded(500, reference_id="r"),
    errors.ServiceUnavailableError: responded(503),
    errors.UnexpectedStatusError: responded(520),
    errors.RevocationUnconfirmedError: unconfirmed,
}


RAISED = [cls for cls in CLASSES if cls not in (errors.DevRevAuthError, errors.APIError)]


@pytest.mark.parametrize("expected", RAISED, ids=lambda expected: expected.__name__)
async def test_an_error_survives_copy_and_pickle_with_its_attempts(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, expected: type[errors.DevRevAuthError]
) -> None:
    """Class, text and every field are the same; nothing of it shows the token."""
    with pytest.raises(expected) as caught:
        await RAISING[expected](make_client, fake)
    error = caught.value
    assert type(error) is expected
    assert error.attempts
    assert error.operation in ("auth_tokens_get", "auth_tokens_self_delete")
    for how, again in AGAIN.items():
        twin = again(error)
        assert type(twin) is expected, how
        assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error)), how
    assert_hides(error, pat.secret)
