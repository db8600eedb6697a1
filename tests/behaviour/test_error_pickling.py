"""Every error, as a call raised it, pickles and copies with its attempts and all its fields."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from devrev_auth_client import (
    APIError,
    AttemptTimeoutError,
    BadRequestError,
    ConfigurationError,
    DevRevAuthError,
    ForbiddenError,
    InternalServerError,
    InvalidResponseError,
    NotFoundError,
    RetryPolicy,
    RevocationUnconfirmedError,
    ServiceUnavailableError,
    TooManyRequestsError,
    TotalTimeoutError,
    TransportError,
    UnauthenticatedError,
    UnexpectedStatusError,
    errors,
)
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.bodies import error_body
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import get, revoke
from tests.behaviour.transports import Hanging

Raising = Callable[[MakeClient, FakeDevRev], Awaitable[Any]]
ONCE = RetryPolicy(max_attempts=1)


def answered(status: int, **details: object) -> Raising:
    """Give a function whose call is answered with an error."""

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


RAISING: dict[type[DevRevAuthError], Raising] = {
    ConfigurationError: wrong_token,
    TransportError: lost,
    AttemptTimeoutError: late,
    TotalTimeoutError: hanging,
    InvalidResponseError: redirected,
    BadRequestError: answered(400, field_name="f", existing_parent="p", is_same=False),
    UnauthenticatedError: answered(401),
    ForbiddenError: answered(403),
    NotFoundError: answered(404),
    TooManyRequestsError: answered(429, retry_after=11),
    InternalServerError: answered(500, reference_id="r"),
    ServiceUnavailableError: answered(503),
    UnexpectedStatusError: answered(520),
    RevocationUnconfirmedError: unconfirmed,
}


def pickled(protocol: int) -> Callable[[Any], Any]:
    return lambda error: pickle.loads(pickle.dumps(error, protocol))  # noqa: S301


AGAIN: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle-{protocol}": pickled(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)},
}


def test_every_error_class_is_in_the_table() -> None:
    """A class added to the tree is added here."""
    classes = {getattr(errors, name) for name in errors.__all__}
    tree = {each for each in classes if isinstance(each, type) and issubclass(each, DevRevAuthError)}
    assert tree - {DevRevAuthError, APIError} == set(RAISING)


@pytest.mark.parametrize("expected", RAISING, ids=lambda expected: expected.__name__)
async def test_an_error_survives_copy_and_pickle_with_its_attempts(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, expected: type[DevRevAuthError]
) -> None:
    """Class, text and every field are the same; nothing of it shows the token."""
    with pytest.raises(expected) as caught:
        await RAISING[expected](make_client, fake)
    error = caught.value
    assert type(error) is expected
    assert error.attempts
    for how, again in AGAIN.items():
        twin = again(error)
        assert type(twin) is expected, how
        assert (str(twin), twin.args) == (str(error), error.args), how
        assert vars(twin) == vars(error), how
        assert twin.attempts == error.attempts, how
    assert pat.secret.encode() not in pickle.dumps(error)
    assert pat.secret not in repr(error) + repr(vars(error))
    assert (error.__cause__, error.__context__) == (None, None)


async def test_headers_of_a_pickled_error_stay_case_insensitive(make_client: MakeClient, fake: FakeDevRev) -> None:
    """They come back as what they were."""
    fake.respond_next(404, headers={"X-Request-Id": "r-1"})
    with pytest.raises(NotFoundError) as caught:
        await get(make_client())
    twin = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert isinstance(twin.headers, httpx.Headers)
    assert twin.headers["x-REQUEST-id"] == "r-1"
