"""The error tree: its classes and bases, their fields, and that each of them pickles and copies whole."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import httpx
import pytest

import devrev_auth_client
from devrev_auth_client import UNSET, AuthToken, TokenStatus, TokenType, errors
from devrev_auth_client.generated.models import (
    Error,
    ErrorBadRequest,
    ErrorInternalServerError,
    ErrorTooManyRequests,
)

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


def test_the_tree_is_that_of_the_documentation() -> None:
    """Every class with exactly its bases, and no class beside them."""
    found = {
        name: tuple(base.__name__ for base in value.__bases__)
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, BaseException)
    }
    assert found == TREE


def test_the_tree_drawn_in_the_module_is_the_tree() -> None:
    """The first thing a reader sees names each class once, in its place."""
    lines = (errors.__doc__ or "").partition("DevRevAuthError\n")[2].partition("\n\n")[0].splitlines()
    drawn = {line.split("- ")[1].split()[0]: (line.index("-") - 5) // 3 for line in lines}
    depths = {name: len([base for base in getattr(errors, name).__mro__ if base in CLASSES]) - 2 for name in TREE}
    assert drawn == {name: depth for name, depth in depths.items() if depth >= 0}


def test_each_is_the_same_class_wherever_it_is_imported_from() -> None:
    """The package and its `errors` module list them all."""
    for cls in CLASSES:
        assert getattr(devrev_auth_client, cls.__name__) is cls
        assert cls.__name__ in errors.__all__
        assert cls.__name__ in devrev_auth_client.__all__
        assert cls.__module__ == "devrev_auth_client.errors"
        assert (cls.__doc__ or "").strip()


FIELDS: dict[str, set[str]] = {
    "InvalidResponseError": {"status_code"},
    "APIError": {"status_code", "type", "message", "detail", "headers", "error"},
    "BadRequestError": {"field_name", "existing_parent", "is_same"},
    "TooManyRequestsError": {"retry_after", "rate_limit"},
    "InternalServerError": {"reference_id"},
    "ServiceUnavailableError": {"retry_after"},
    "RevocationUnconfirmedError": {"likely_revoked"},
    "DevRevAuthError": {"attempts"},
}


@pytest.mark.parametrize("cls", CLASSES)
def test_each_has_its_fields_with_neutral_values(cls: type[errors.DevRevAuthError]) -> None:
    """An error can be made of its text alone, for a test of one's own."""
    error = cls("text")
    expected = set().union(*(FIELDS.get(base.__name__, set()) for base in cls.__mro__))
    assert set(vars(error)) == expected
    assert (str(error), error.args, error.attempts) == ("text", ("text",), ())
    neutral: dict[str, object] = {
        "attempts": (),
        "status_code": None,
        "headers": httpx.Headers(),
        "likely_revoked": False,
    }
    if isinstance(error, errors.APIError):
        neutral["status_code"] = 0
    assert vars(error) == {name: neutral.get(name) for name in expected}
    assert str(cls()) == ""


ATTEMPTS = (errors.Attempt(503, None, 0.0), errors.Attempt(None, "the connection was lost (reset)", 1.25))
LIMIT = errors.RateLimit(100, 0, datetime(2024, 1, 1, tzinfo=UTC))
HEADERS = httpx.Headers(
    [(b"Set-Cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"X-Odd", b"\xff\xfe"), (b"X-U", "ü".encode())]
)
UNKNOWN = {"new": [1, {"deep": None}], "\ud800": float("inf")}
MODELS: list[Any] = [
    Error.from_dict({}),
    Error.from_dict({"type": "a_new_one", "message": "m", **UNKNOWN}),
    ErrorBadRequest.from_dict({"type": "invalid_field", "field_name": "x", "is_same": False, **UNKNOWN}),
    ErrorBadRequest.from_dict({"type": 5, "message": ["wrong"], "allowed_values": "wrong"}),
    ErrorTooManyRequests.from_dict({"retry_after": 5, **UNKNOWN}),
    ErrorInternalServerError.from_dict({"reference_id": "r"}),
    AuthToken.from_dict({"id": "x", "status": "asleep", "requested_token_type": "urn:new", **UNKNOWN}),
]


def full(cls: type[errors.DevRevAuthError], model: Any = None) -> errors.DevRevAuthError:
    """An error of this class with every field set."""
    fields: dict[str, Any] = {"attempts": ATTEMPTS}
    if issubclass(cls, errors.APIError):
        fields |= {"status_code": 418, "type": "t", "message": "m", "detail": "d", "headers": HEADERS, "error": model}
    own: dict[str, dict[str, Any]] = {
        "InvalidResponseError": {"status_code": 200},
        "BadRequestError": {"field_name": "f", "existing_parent": "p", "is_same": True},
        "TooManyRequestsError": {"retry_after": 1.5, "rate_limit": LIMIT},
        "InternalServerError": {"reference_id": "r"},
        "ServiceUnavailableError": {"retry_after": 2.5},
        "RevocationUnconfirmedError": {"likely_revoked": True},
    }
    return cls("what happened", **fields, **own.get(cls.__name__, {}))


def through_pickle(protocol: int) -> Callable[[Any], Any]:
    return lambda value: pickle.loads(pickle.dumps(value, protocol))  # noqa: S301


WAYS = {
    **{f"pickle-{protocol}": through_pickle(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("cls", CLASSES)
def test_each_arrives_whole(cls: type[errors.DevRevAuthError], way: Callable[[Any], Any]) -> None:
    """Text, attempts, headers and all fields; from a process pool, for one."""
    error = full(cls, MODELS[1])
    error.add_note("a note")
    twin = way(error)
    assert type(twin) is cls
    assert twin is not error
    assert (str(twin), twin.args, vars(twin)) == (str(error), error.args, vars(error))
    assert twin.__notes__ == ["a note"]
    if isinstance(twin, errors.APIError):
        assert twin.headers.raw == HEADERS.raw
        assert twin.headers["x-odd"] == HEADERS["X-Odd"]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_the_body_arrives_as_its_model(model: Any, way: Callable[[Any], Any]) -> None:
    """What was left out is still the one `UNSET`; unknown fields and unknown enum values are kept."""
    twin = way(full(errors.UnexpectedStatusError, model)).error
    assert type(twin) is type(model)
    assert twin == model
    assert twin.to_dict() == model.to_dict()
    left_out = [attribute.name for attribute in attrs.fields(type(model)) if getattr(model, attribute.name) is UNSET]
    assert all(getattr(twin, name) is UNSET for name in left_out)
    if isinstance(twin, AuthToken):
        assert isinstance(twin.status, TokenStatus)
        assert isinstance(twin.requested_token_type, TokenType)
        assert (twin.status, twin.requested_token_type) == ("asleep", "urn:new")


def test_a_copy_of_headers_is_its_own() -> None:
    """Errors are made of the headers they are given, and do not change with them."""
    headers = httpx.Headers({"A": "1"})
    error = errors.NotFoundError("text", headers=headers)
    headers["A"] = "2"
    assert error.headers["a"] == "1"


def test_the_text_cannot_be_mistaken_for_the_message() -> None:
    """`message` is the body's; the text is positional."""
    error = errors.APIError("text", message="of the body")
    assert (str(error), error.message) == ("text", "of the body")
    with pytest.raises(TypeError):
        errors.DevRevAuthError(text="text")  # type: ignore[call-arg]


def test_standard_handlers_catch_what_they_should() -> None:
    """`except TimeoutError` and `except ValueError` of programs that know nothing of this package."""
    assert issubclass(errors.TotalTimeoutError, OSError)
    assert not issubclass(errors.TransportError, OSError)
    assert [cls.__name__ for cls in CLASSES if issubclass(cls, ValueError)] == ["ConfigurationError"]
    assert [cls.__name__ for cls in CLASSES if issubclass(cls, TimeoutError)] == [
        "AttemptTimeoutError",
        "TotalTimeoutError",
    ]


@pytest.mark.parametrize("value", [ATTEMPTS[0], LIMIT])
def test_attempts_and_quotas_are_values(value: Any) -> None:
    """They compare, hash, pickle, copy, and do not change."""
    for way in WAYS.values():
        assert way(value) == value
    assert len({value, copy.copy(value)}) == 1
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, attrs.fields(type(value))[0].name, None)
