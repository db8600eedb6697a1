"""get_own_auth_token: the metadata of the token in use, whose id is the claim `jti` of the token itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from devrev_auth_client import (
    AsyncDevRevAuthClient,
    ConfigurationError,
    TokenType,
    TooManyRequestsError,
    TotalTimeoutError,
    UnauthenticatedError,
)
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import SYNC, Backend, async_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.test_secrets_out_of_sight import assert_hides
from tests.behaviour.transports import Hanging, Recorder
from tests.behaviour.virtual_time import VirtualTime
from tests.jwts import jwt

FIRST = "don:identity:dvrv-us-1:devo/1:token/1"


@pytest.fixture
def own(fake: FakeDevRev) -> IssuedToken:
    """The fake's first token, which is a JWT that says so."""
    return fake.issue_token(fake.add_user(), TokenType.PAT, secret=jwt({"jti": FIRST}))


@pytest.fixture
def pat(own: IssuedToken) -> IssuedToken:
    return own


async def test_a_fixed_token_is_asked_about_by_its_own_id(
    make_client: MakeClient, fake: FakeDevRev, own: IssuedToken
) -> None:
    token = await make_client().get_own_auth_token()
    assert token.id == own.id == FIRST
    (request,) = fake.requests
    assert (request.path, request.body, request.token_id) == ("/auth-tokens.get", {"token_id": FIRST}, FIRST)


async def test_the_environments_token_too(
    make_client: MakeClient, own: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVREV_TOKEN", f"{own.secret}\n")
    assert (await make_client(token=None).get_own_auth_token()).id == FIRST


async def test_a_callable_is_asked_once_for_the_attempt(
    make_client: MakeClient, fake: FakeDevRev, own: IssuedToken
) -> None:
    """Not once more for the id: what is sent is about the very token that it is sent with."""
    asked: list[int] = []

    def ask() -> str:
        asked.append(1)
        return own.secret

    assert (await make_client(token=ask).get_own_auth_token()).id == FIRST
    assert len(asked) == len(fake.requests) == 1


@async_only
async def test_an_async_callable_too(make_client: MakeClient, own: IssuedToken) -> None:
    async def ask() -> str:
        return own.secret

    assert (await make_client(token=ask).get_own_auth_token()).id == FIRST


def in_turn(*tokens: str) -> Callable[[], str]:
    given: Iterator[str] = iter(tokens)
    return lambda: next(given)


async def test_after_a_401_it_is_about_the_renewed_token(
    make_client: MakeClient, fake: FakeDevRev, own: IssuedToken
) -> None:
    client = make_client(token=in_turn(jwt({"jti": "don:expired"}), own.secret))
    assert (await client.get_own_auth_token()).id == FIRST
    assert [request.body["token_id"] for request in fake.requests] == ["don:expired", FIRST]


async def test_a_repetition_is_about_the_token_it_is_sent_with(
    make_client: MakeClient, fake: FakeDevRev, own: IssuedToken, recorder: Recorder
) -> None:
    """A longer id gives a longer body, and its length is told."""
    fake.respond_next(502)
    other = fake.issue_token(own.user, secret=jwt({"jti": "don:identity:dvrv-us-1:devo/1:token/2"}))
    client = make_client(token=in_turn(jwt({"jti": "don:x"}), other.secret), transport=recorder)
    assert (await client.get_own_auth_token()).id == other.id
    for request in recorder.requests:
        assert int(request.headers["Content-Length"]) == len(request.read())
    assert len(recorder.requests) == 2


async def test_the_call_keeps_to_the_rate_limit(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """All of the client's guarantees hold."""
    fake.respond_next(429, retry_after=20)
    assert (await make_client().get_own_auth_token()).id == FIRST
    assert sum(time.waits) >= 20
    fake.respond_next(429, retry_after=20)
    with pytest.raises(TooManyRequestsError):
        await make_client().get_own_auth_token(total_timeout=10)


async def test_timeouts_are_those_of_the_call(make_client: MakeClient, backend: Backend) -> None:
    client = make_client(transport=Hanging(), real_time=True)
    with pytest.raises(TotalTimeoutError):
        await client.get_own_auth_token(total_timeout=0.05)
    with pytest.raises(ConfigurationError, match="timeout must be"):
        await client.get_own_auth_token(timeout=-1)


async def test_a_callable_that_hangs_is_within_the_bounds(make_client: MakeClient, backend: Backend) -> None:
    """In sync it is asked in a thread of its own."""
    if backend is SYNC:
        client = make_client(token=lambda: backend_sleep(0.5), real_time=True)
    else:
        client = make_client(token=lambda: backend.sleep(60), real_time=True)
    with pytest.raises(TotalTimeoutError):
        await client.get_own_auth_token(total_timeout=0.05)


def backend_sleep(seconds: float) -> str:
    import time

    time.sleep(seconds)
    return "x"


NO_ID = {
    "no JWT": ("opaque-token-of-the-tests", "not a JWT"),
    "no jti": (jwt({"sub": "hush-hush"}), "claim jti"),
    "an empty jti": (jwt({"jti": ""}), "claim jti"),
    "a jti that is no string": (jwt({"jti": ["hush-hush"]}), "claim jti"),
    "a blank jti": (jwt({"jti": "  "}), "not usable"),
    "a jti that cannot be sent": (jwt({"jti": "hush\nhush"}), "not usable"),
}


@pytest.mark.parametrize("kind", NO_ID)
@pytest.mark.parametrize("given", ["as it is", "by a callable"])
async def test_a_token_that_names_no_id_is_refused_before_anything_is_sent(
    make_client: MakeClient, fake: FakeDevRev, kind: str, given: str
) -> None:
    """And without being shown; the client goes on working."""
    secret, reason = NO_ID[kind]
    client = make_client(token=secret if given == "as it is" else lambda: secret)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        await client.get_own_auth_token()
    assert fake.requests == []
    assert_hides(caught.value, secret)
    assert "hush" not in str(caught.value)
    with pytest.raises(UnauthenticatedError):
        await client.get_auth_token(FIRST)


async def test_a_closed_client_says_so(make_client: MakeClient) -> None:
    client = make_client()
    await client.aclose()
    with pytest.raises(ConfigurationError, match="closed"):
        await client.get_own_auth_token()


async def test_a_copy_of_the_client_has_it_too(make_client: MakeClient) -> None:
    client: AsyncDevRevAuthClient = make_client().with_options(timeout=5)
    assert (await client.get_own_auth_token()).id == FIRST
