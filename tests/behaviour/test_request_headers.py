"""The headers of every request: the client's own, the caller's, and what may not be set."""

from __future__ import annotations

import httpx
import pytest

from devrev_auth_client import TokenType, __version__
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get
from tests.behaviour.transports import Recorder


@both_operations
async def test_every_request_has_these_headers_and_no_others(
    make_client: MakeClient, recorder: Recorder, pat: IssuedToken, operation: Operation
) -> None:
    """`Accept-Encoding: identity`, because a compressed answer would have to be bounded twice."""
    await operation(make_client(transport=recorder))
    (request,) = recorder.requests
    assert dict(request.headers) == {
        "host": "api.devrev.ai",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": f"devrev-auth-client/{__version__}",
        "content-type": "application/json",
        "content-length": str(len(await body_of(request))),
        "authorization": f"Bearer {pat.secret}",
    }


async def test_a_repetition_sends_the_same_headers_and_body(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder
) -> None:
    """The whole body again, not what is left of it."""
    fake.respond_next(502)
    await make_client(transport=recorder).revoke_own_auth_tokens(TokenType.SESSION)
    first, second = recorder.requests
    assert dict(first.headers) == dict(second.headers)
    assert fake.requests[0].body == fake.requests[1].body == {"requested_token_type": TokenType.SESSION}


async def test_the_api_version_is_sent(make_client: MakeClient, recorder: Recorder) -> None:
    """As `X-Devrev-Version`; without one there is no such header."""
    await get(make_client(transport=recorder, api_version="2024-01-24"))
    await get(make_client(transport=recorder))
    assert recorder.requests[0].headers["X-Devrev-Version"] == "2024-01-24"
    assert "X-Devrev-Version" not in recorder.requests[1].headers


@pytest.mark.parametrize("headers", [{"X-Team": "a b", "X-Empty": ""}, httpx.Headers({"X-Team": "a b", "X-Empty": ""})])
@both_operations
async def test_the_callers_headers_are_sent(
    make_client: MakeClient, recorder: Recorder, operation: Operation, headers: dict[str, str]
) -> None:
    """With every request, from any mapping."""
    await operation(make_client(transport=recorder, headers=headers))
    (request,) = recorder.requests
    assert (request.headers["X-Team"], request.headers["X-Empty"]) == ("a b", "")
    assert request.headers["Accept"] == "application/json"


async def test_a_callers_header_takes_the_place_of_the_clients(make_client: MakeClient, recorder: Recorder) -> None:
    """Whatever its case; it is not sent twice."""
    headers = {"user-agent": "mine/1", "ACCEPT-ENCODING": "gzip", "x-devrev-version": "old"}
    await get(make_client(transport=recorder, headers=headers, api_version="new"))
    sent = recorder.requests[0].headers
    assert sent.get_list("User-Agent") == ["mine/1"]
    assert sent.get_list("Accept-Encoding") == ["gzip"]
    assert sent.get_list("X-Devrev-Version") == ["new"]


async def test_the_token_is_in_the_authorization_header_alone(
    make_client: MakeClient, recorder: Recorder, pat: IssuedToken
) -> None:
    """Not in the URL, the body, or the request's repr."""
    await get(make_client(transport=recorder))
    (request,) = recorder.requests
    assert pat.secret not in str(request.url) + repr(request) + repr(request.extensions) + repr(request.headers)
    assert pat.secret.encode() not in await body_of(request)
    holding = [name for name, value in request.headers.items() if pat.secret in value]
    assert holding == ["authorization"]


async def body_of(request: httpx.Request) -> bytes:
    """Read what a request sends; both clients' bodies can be read both ways."""
    assert isinstance(request.stream, httpx.SyncByteStream)
    return b"".join(request.stream)
