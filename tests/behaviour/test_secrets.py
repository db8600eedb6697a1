"""A server that echoes the token it was sent: nothing that reaches the caller holds it."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable

import httpx
import pytest

from devrev_auth_client import APIError, DevRevAuthError, InvalidResponseError, TransportError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get
from tests.behaviour.transports import Recorder


def escaped(text: str) -> str:
    """Write each character as a JSON escape, as an encoder that trusts nobody may."""
    return "".join(f"\\u{ord(character):04x}" for character in text)


def assert_hidden(error: DevRevAuthError, secret: str) -> None:
    """Look through all that an error carries."""
    shown = [str(error), repr(error), repr(error.args), repr(vars(error)), repr(error.attempts)]
    assert not any(secret in text for text in shown)
    assert secret.encode() not in pickle.dumps(error)
    assert (error.__cause__, error.__context__) == (None, None)
    assert not getattr(error, "__notes__", [])


@pytest.mark.parametrize("written", [str, escaped], ids=["plain", "escaped"])
@pytest.mark.parametrize("status", [400, 401, 404, 418, 520])
@both_operations
async def test_an_error_answer_that_echoes_the_token(
    make_client: MakeClient,
    fake: FakeDevRev,
    pat: IssuedToken,
    operation: Operation,
    status: int,
    written: Callable[[str], str],
) -> None:
    """In its message, as a key, in a nested value, and in a header."""
    secret = written(pat.secret)
    content = f'{{"message": "bad {secret}", "{secret}": 1, "detail": "{secret}", "extra": [{{"a": "{secret}"}}]}}'
    fake.respond_next(status, content=content.encode(), headers={"X-Echo": f"Bearer {pat.secret}"})
    with pytest.raises(APIError) as caught:
        await operation(make_client())
    assert_hidden(caught.value, pat.secret)
    assert caught.value.message == "bad [redacted]"
    assert caught.value.headers["X-Echo"] == "Bearer [redacted]"


async def test_an_answer_that_echoes_the_token(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """A success too: its content is logged more freely than an error's."""
    body = {"token": {"id": "x", "token_hint": pat.secret, "scopes": [pat.secret], "new": {"a": pat.secret}}}
    fake.respond_next(200, content=json.dumps(body).encode(), headers={"X-Echo": pat.secret})
    response = await make_client().get_auth_token_detailed("x")
    assert pat.secret not in repr(response)
    assert pat.secret.encode() not in response.content
    assert response.parsed is not None
    assert response.parsed.token.token_hint == "[redacted]"
    assert pat.secret not in repr(response.parsed.to_dict())


async def test_a_redirect_that_carries_the_token(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """Its Location is in no part of the error."""
    fake.respond_next(302, headers={"Location": f"https://elsewhere.example/?token={pat.secret}"})
    with pytest.raises(InvalidResponseError) as caught:
        await get(make_client())
    assert_hidden(caught.value, pat.secret)


@pytest.mark.parametrize(
    "kind", [httpx.ConnectError, httpx.ReadError, httpx.LocalProtocolError, httpx.ReadTimeout, ValueError]
)
@both_operations
async def test_a_transport_failure_that_quotes_the_token(
    make_client: MakeClient, recorder: Recorder, pat: IssuedToken, operation: Operation, kind: type[Exception]
) -> None:
    """As h11 does, which quotes a header that it cannot send."""

    def quote(request: httpx.Request) -> None:
        raise kind(f"Illegal header value {request.headers['Authorization']!r}")

    recorder.before = quote
    with pytest.raises(TransportError) as caught:
        await operation(make_client(transport=recorder))
    assert_hidden(caught.value, pat.secret)
