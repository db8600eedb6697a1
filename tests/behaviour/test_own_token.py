"""get_own_auth_token: the metadata of the token in use, whose id is the claim `jti` of the token itself."""

import pytest

from devrev_auth_client import ConfigurationError, TokenType, TooManyRequestsError, TotalTimeoutError
from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.hiding import assert_hides
from tests.behaviour.transports import Recorder
from tests.behaviour.virtual_time import VirtualTime
from tests.jwts import jwt

FIRST = "don:identity:dvrv-us-1:devo/1:token/1"


@pytest.fixture
def pat(fake: FakeDevRev) -> IssuedToken:
    """The fake's first token, which is a JWT that says so."""
    return fake.issue_token(fake.add_user(), TokenType.PAT, secret=jwt({"jti": FIRST}))


async def test_a_token_is_asked_about_by_its_own_id(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fixed one, the environment's, or a callable's, which is asked once for the attempt and not again for the id."""
    monkeypatch.setenv("DEVREV_TOKEN", f"{pat.secret}\n")
    for options in ({}, {"token": None}, {"token": iter([pat.secret]).__next__}):
        client = make_client(**options).with_options(timeout=5)
        token = await client.get_own_auth_token()
        assert token.id == pat.id == FIRST
        request = fake.requests[-1]
        assert (request.path, request.body, request.token_id) == ("/auth-tokens.get", {"token_id": FIRST}, FIRST)
    assert len(fake.requests) == 3


@pytest.mark.parametrize("status", [401, 502])
async def test_each_attempt_is_about_the_token_it_is_sent_with(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, recorder: Recorder, status: int
) -> None:
    """After a 401 the renewed one; a longer id gives a longer body, and `Content-Length` says so."""
    fake.respond_next(status)
    other = fake.issue_token(pat.user, secret=jwt({"jti": "don:identity:dvrv-us-1:devo/1:token/2"}))
    tokens = iter([jwt({"jti": "don:x"}), other.secret])
    client = make_client(token=lambda: next(tokens), transport=recorder)
    assert (await client.get_own_auth_token()).id == other.id
    assert [request.body["token_id"] for request in fake.requests] == ["don:x", other.id]
    for request in recorder.requests:
        assert int(request.headers["Content-Length"]) == len(request.read())


async def test_the_call_keeps_to_the_rate_limit_and_its_timeouts(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    fake.respond_next(429, retry_after=20, times=2)
    assert (await make_client(total_timeout=50).get_own_auth_token()).id == FIRST
    assert time.waits == [20.0, 20.0]
    fake.respond_next(429, retry_after=20)
    with pytest.raises(TooManyRequestsError):
        await make_client().get_own_auth_token(total_timeout=10)
    fake.play_next(Fault.slow(before=9))
    with pytest.raises(TotalTimeoutError):
        await make_client().get_own_auth_token(total_timeout=0.05)
    with pytest.raises(ConfigurationError, match="timeout must be"):
        await make_client().get_own_auth_token(timeout=-1)


NO_ID = {
    "no JWT": ("opaque-token-of-the-tests", "^the token is not a JWT.*pass the token's id to get_auth_token"),
    "no jti": (jwt({"sub": "hush-hush"}), "^the token does not include its id"),
    "an empty jti": (jwt({"jti": ""}), "^the token does not include its id"),
    "a jti that is no string": (jwt({"jti": ["hush-hush"]}), "^the token does not include its id"),
    "a blank jti": (jwt({"jti": "  "}), "^the token's claim jti is not a valid id"),
    "a jti that cannot be sent": (jwt({"jti": "hush\nhush"}), "^the token's claim jti is not a valid id"),
}


@sync_only
@pytest.mark.parametrize(("secret", "reason"), NO_ID.values(), ids=NO_ID)
async def test_a_token_that_names_no_id_is_refused_before_anything_is_sent(
    make_client: MakeClient, fake: FakeDevRev, secret: str, reason: str
) -> None:
    for token in (secret, lambda: secret):
        with pytest.raises(ConfigurationError, match=reason) as caught:
            await make_client(token=token).get_own_auth_token()
        assert fake.requests == []
        assert_hides(caught.value, secret)
        assert "hush" not in str(caught.value)
