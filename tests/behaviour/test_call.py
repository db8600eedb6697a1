"""client.call: any generated endpoint module, with all the guarantees of the named methods."""

import functools
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from devrev_auth_client import APIError, ConfigurationError, InvalidResponseError, TokenType, TransportError
from devrev_auth_client.errors import NotFoundError, RevocationUnconfirmedError
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get, auth_tokens_self_delete
from devrev_auth_client.generated.errors import UnexpectedStatus
from devrev_auth_client.generated.models import AuthTokensGetRequest, AuthTokensGetResponse, AuthTokensSelfDeleteRequest
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import TOKEN_ID, endpoint, get, play
from tests.behaviour.transports import Recorder

READ = AuthTokensGetRequest(token_id=TOKEN_ID)
REVOKE = AuthTokensSelfDeleteRequest(requested_token_type=TokenType.SESSION)


def answer_of(*, client: Any, response: Any) -> Any:
    if response.status_code == 200:
        return response.json()["answer"]
    raise UnexpectedStatus(response.status_code, response.content)


update = functools.partial(endpoint, answer_of)
"""Makes an operation that is none of this package's; its arguments are those of httpx."""


async def test_the_two_known_operations_keep_their_own_rules(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """What `get_auth_token` unwraps, whole; a revocation's proof and doubt; the errors of the named methods."""
    client = make_client()
    session = fake.issue_token(pat.user, TokenType.SESSION)
    fake.respond_next(500)
    parsed = await client.call(auth_tokens_get, body=READ)
    assert isinstance(parsed, AuthTokensGetResponse)
    assert parsed.token.id == TOKEN_ID
    assert fake.requests[1].body == {"token_id": TOKEN_ID}
    assert await client.call(auth_tokens_self_delete, body=REVOKE) is None
    assert fake.token_status(session.id) == "revoked"
    for safe_to_repeat in (False, True):
        play(fake, [502, 401])
        with pytest.raises(RevocationUnconfirmedError) as caught:
            await client.call(auth_tokens_self_delete, safe_to_repeat=safe_to_repeat, body=REVOKE)
        assert caught.value.likely_revoked is True
    fake.respond_next(202)
    with pytest.raises(InvalidResponseError):
        await client.call(auth_tokens_self_delete, body=REVOKE)
    fake.respond_next(404, times=2)
    with pytest.raises(NotFoundError) as by_call:
        await client.call(auth_tokens_get, body=READ)
    with pytest.raises(NotFoundError) as by_name:
        await get(client)
    assert str(by_call.value) == str(by_name.value)


async def test_another_operation_is_called_without_a_line_of_its_own(
    make_client: MakeClient, recorder: Recorder, fake: FakeDevRev
) -> None:
    """JSON, query and headers of its own arrive, its own before the client's; two slashes are a path all the same."""
    client = make_client(transport=recorder, headers={"X-Client": "3", "x-own": "1"})
    requests: list[tuple[dict[str, Any], str]] = [
        ({"params": {"q": "x y"}}, "/things.update?q=x+y"),
        ({}, "/things.update"),
        ({"url": "//elsewhere/x?a=b"}, "//elsewhere/x?a=b"),
    ]
    for kwargs, url in requests:
        play(fake, [502, {"json": {"answer": 42}}])
        module = update(json={"a": 1}, headers={"X-Own": "2"}, **kwargs)
        assert await client.call(module, safe_to_repeat=True) == 42
        request = recorder.requests[-1]
        assert (request.method, str(request.url)) == ("POST", f"https://api.devrev.ai{url}")
        assert fake.requests[-1].body == {"a": 1}
        assert (request.headers["X-Own"], request.headers["X-Client"]) == ("2", "3")
        assert request.headers["Authorization"].startswith("Bearer ")
        assert request.headers.get_list("Host") == ["api.devrev.ai"]
        assert request.headers.get_list("Content-Length") == [str(len(request.read()))]


@sync_only
@pytest.mark.parametrize(
    ("step", "repeats"),
    [
        *((status, False) for status in (408, 500, 502, 504, httpx.ReadError, httpx.ReadTimeout, 418)),
        *((step, True) for step in (429, (429, 5), 503, (503, 5), httpx.ConnectError, httpx.PoolTimeout)),
    ],
    ids=short,
)
async def test_another_operation_is_repeated_where_the_server_surely_did_not_act(
    make_client: MakeClient, fake: FakeDevRev, step: Any, repeats: bool
) -> None:
    """Otherwise only where it is said that repeating does no harm, or where the method says so."""
    for module in (update(json={}), update(method="put")):
        play(fake, [step])
        fake.requests.clear()
        if repeats:
            fake.respond_next(json={"answer": 42})
            assert await make_client().call(module) == 42
        else:
            with pytest.raises((APIError, TransportError), match=r"^things_update: ") as caught:
                await make_client().call(module)
            says_so = "the server may have acted on the request" in str(caught.value)
            assert says_so is isinstance(caught.value, TransportError)
        assert len(fake.requests) == 1 + repeats
    if step != 418:
        for module, safe in ((update(), True), (update(method="get"), False), (update(method="head"), False)):
            play(fake, [step, {"status": 200, "json": {"answer": 42}}])
            assert await make_client().call(module, safe_to_repeat=safe) == 42


@sync_only
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"<html>"])
async def test_a_response_that_its_parser_cannot_read_is_invalid(
    make_client: MakeClient, fake: FakeDevRev, content: bytes
) -> None:
    fake.respond_next(200, content=content)
    with pytest.raises(InvalidResponseError, match="things_update: the 200 response is unreadable"):
        await make_client().call(update())


@sync_only
async def test_a_parser_may_read_plain_text_or_nothing(make_client: MakeClient, fake: FakeDevRev) -> None:
    """What is not UTF-8 is replaced; `None` is no parse of a body that says something."""
    for content, text in ((b"a\xff", "a\ufffd"), (b"", None)):
        fake.respond_next(content=content)
        assert await make_client().call(endpoint(lambda *, client, response: response.text or None)) == text
    nothing = endpoint(lambda *, client, response: None)
    fake.respond_next(content=b" {}\n")
    assert await make_client().call(nothing) is None
    fake.respond_next(content=b"said")
    with pytest.raises(InvalidResponseError, match="not empty, although"):
        await make_client().call(nothing)


@sync_only
@pytest.mark.parametrize(
    "arguments",
    [{}, {"body": None}, {"body": {"token_id": "hush"}}, {"token_id": "hush"}, {"body": READ, "more": "hush"}],
    ids=short,
)
async def test_wrong_arguments_are_refused_with_what_it_takes(
    make_client: MakeClient, fake: FakeDevRev, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError, match=r"auth_tokens_get cannot .*it takes .*body: ") as caught:
        await make_client().call(auth_tokens_get, **arguments)
    assert "hush" not in str(caught.value)
    assert fake.requests == []


@sync_only
@pytest.mark.parametrize(
    "module",
    [None, 5, "auth_tokens_get", httpx, auth_tokens_get.sync, AuthTokensGetRequest, SimpleNamespace(_get_kwargs=5)],
    ids=short,
)
async def test_what_is_no_endpoint_module_is_refused(make_client: MakeClient, fake: FakeDevRev, module: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"endpoint must be a generated endpoint module"):
        await make_client().call(module)
    assert fake.requests == []


@sync_only
async def test_a_request_that_leads_elsewhere_or_cannot_be_made_is_refused(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    for kwargs in ({"url": url} for url in ("@elsewhere/x", "https://elsewhere/x", "/a/../b", "/a/./b", "x")):
        with pytest.raises(ConfigurationError, match=r"things_update cannot make a request .*\(ValueError\); it takes"):
            await make_client().call(update(**kwargs))
    with pytest.raises(ConfigurationError, match=r"\(ValueError\)"):
        await make_client().call(update(json=float("nan")))
    odd = type("Odd", (), {"__signature__": 5, "__call__": lambda self: 1 / 0})()
    module = SimpleNamespace(__name__="by_hand", _get_kwargs=odd, _parse_response=lambda **_: None)
    with pytest.raises(ConfigurationError, match=r"by_hand cannot .*\(ZeroDivisionError\); it takes other ones"):
        await make_client().call(module)
    assert fake.requests == []


@pytest.mark.parametrize("content", [b"[1]", b'"x"', b"5"])
async def test_a_model_without_fields_takes_an_object_alone(
    make_client: MakeClient, fake: FakeDevRev, content: bytes
) -> None:
    """The generated `from_dict` of such a model does not look at what it is given."""
    empty = SimpleNamespace(to_dict=dict)
    fake.respond_next(200, content=b"{}")
    assert await make_client().call(endpoint(lambda *, client, response: empty)) is empty
    fake.respond_next(200, content=content)
    with pytest.raises(InvalidResponseError, match="not a JSON object"):
        await make_client().call(endpoint(lambda *, client, response: empty))
