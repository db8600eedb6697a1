"""client.call: any generated endpoint module, with all the guarantees of the named methods."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from devrev_auth_client import (
    APIError,
    ConfigurationError,
    InvalidResponseError,
    NotFoundError,
    RevocationUnconfirmedError,
    TokenType,
    TransportError,
    UnexpectedStatusError,
)
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get, auth_tokens_self_delete
from devrev_auth_client.generated.errors import UnexpectedStatus
from devrev_auth_client.generated.models import (
    AuthTokensGetRequest,
    AuthTokensGetResponse,
    AuthTokensSelfDeleteRequest,
)
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import TOKEN_ID, get
from tests.behaviour.transports import Recorder
from tests.behaviour.virtual_time import VirtualTime

READ = AuthTokensGetRequest(token_id=TOKEN_ID)
REVOKE = AuthTokensSelfDeleteRequest(requested_token_type=TokenType.SESSION)
UNCERTAIN = [408, 500, 502, 504]


def endpoint(**kwargs: Any) -> Any:
    """Give a module such as the generator writes for an operation that this package does not know."""

    def parse(*, client: Any, response: Any) -> Any:
        if response.status_code == 200:
            return response.json()["answer"]
        raise UnexpectedStatus(response.status_code, response.content)

    request = {"method": "post", "url": "/things.update", **kwargs}
    return SimpleNamespace(
        __name__="api.things.things_update", _get_kwargs=lambda: dict(request), _parse_response=parse
    )


async def test_reading_gives_the_parsed_answer(make_client: MakeClient, fake: FakeDevRev) -> None:
    """What `get_auth_token` unwraps, whole."""
    answer = await make_client().call(auth_tokens_get, body=READ)
    assert isinstance(answer, AuthTokensGetResponse)
    assert answer.token.id == TOKEN_ID
    assert fake.requests[0].body == {"token_id": TOKEN_ID}


async def test_revoking_gives_none(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """An empty answer is parsed into nothing."""
    session = fake.issue_token(pat.user, TokenType.SESSION)
    assert await make_client().call(auth_tokens_self_delete, body=REVOKE) is None
    assert fake.token_status(session.id) == "revoked"


async def test_errors_are_those_of_the_named_methods(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Same class, same text."""
    client = make_client()
    fake.respond_next(404, times=2)
    with pytest.raises(NotFoundError) as by_call:
        await client.call(auth_tokens_get, body=READ)
    with pytest.raises(NotFoundError) as by_name:
        await get(client)
    assert str(by_call.value) == str(by_name.value)


@pytest.mark.parametrize("status", UNCERTAIN)
async def test_reading_is_repeated_without_being_told_that_it_is_safe(
    make_client: MakeClient, fake: FakeDevRev, status: int
) -> None:
    """The two known operations keep their own rules."""
    fake.respond_next(status)
    await make_client().call(auth_tokens_get, body=READ)
    assert len(fake.requests) == 2


@pytest.mark.parametrize("safe_to_repeat", [False, True])
@pytest.mark.parametrize("status", UNCERTAIN)
async def test_revoking_keeps_its_own_rules(
    make_client: MakeClient, fake: FakeDevRev, status: int, safe_to_repeat: bool
) -> None:
    """Repeated, and unconfirmed after a doubt, whatever `safe_to_repeat` says."""
    fake.respond_next(status)
    fake.respond_next(401)
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await make_client().call(auth_tokens_self_delete, safe_to_repeat=safe_to_repeat, body=REVOKE)
    assert caught.value.likely_revoked is True
    assert len(fake.requests) == 2


@pytest.mark.parametrize(("status", "content"), [(202, b""), (200, b'{"status": "queued"}')])
async def test_revoking_keeps_its_own_proof(
    make_client: MakeClient, fake: FakeDevRev, status: int, content: bytes
) -> None:
    """204 and an empty 200, and nothing else."""
    client = make_client()
    fake.respond_next(204)
    assert await client.call(auth_tokens_self_delete, body=REVOKE) is None
    fake.respond_next(status, content=content)
    with pytest.raises(InvalidResponseError):
        await client.call(auth_tokens_self_delete, body=REVOKE)


async def test_another_operation_is_called_without_a_line_of_its_own(
    make_client: MakeClient, recorder: Recorder, fake: FakeDevRev
) -> None:
    """JSON, query and headers of its own arrive, and the client's headers with them."""
    module = endpoint(json={"a": 1}, headers={"X-Own": "2"}, params={"q": "x y"})
    fake.respond_next(json={"answer": 42})
    client = make_client(transport=recorder, headers={"X-Client": "3"})
    assert await client.call(module) == 42
    (request,) = recorder.requests
    assert str(request.url) == "https://api.devrev.ai/things.update?q=x+y"
    assert fake.requests[0].body == {"a": 1}
    assert (request.headers["X-Own"], request.headers["X-Client"]) == ("2", "3")
    assert request.headers["Authorization"].startswith("Bearer ")


@pytest.mark.parametrize("status", UNCERTAIN)
async def test_another_operation_is_not_repeated_where_the_server_may_have_acted(
    make_client: MakeClient, fake: FakeDevRev, status: int
) -> None:
    """Unless it is said that repeating does no harm."""
    client = make_client()
    fake.respond_next(status)
    with pytest.raises(APIError):
        await client.call(endpoint())
    assert len(fake.requests) == 1
    fake.respond_next(status)
    fake.respond_next(json={"answer": 42})
    assert await client.call(endpoint(), safe_to_repeat=True) == 42
    assert len(fake.requests) == 3


async def test_a_connection_lost_after_sending_another_operation_says_so(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    """The caller has to know that it may have happened."""
    fake.lose_connection(error=httpx.ReadError)
    with pytest.raises(TransportError, match="the server may have acted on the request"):
        await make_client().call(endpoint(json={}))
    assert len(fake.requests) == 1


@pytest.mark.parametrize("retry_after", [None, 5])
@pytest.mark.parametrize("status", [429, 503])
async def test_another_operation_is_repeated_where_the_server_surely_did_not_act(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, status: int, retry_after: int | None
) -> None:
    """A refusal for now, or a connection that did not come about."""
    fake.lose_connection()
    fake.respond_next(status, retry_after=retry_after)
    fake.respond_next(json={"answer": 42})
    assert await make_client().call(endpoint()) == 42
    assert len(fake.requests) == 3


async def test_an_error_of_another_operation_is_the_class_of_its_status(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    """Even where its description has none."""
    fake.respond_next(418, json={"message": "a message"})
    with pytest.raises(UnexpectedStatusError, match=r"^things_update: 418 .*a message$"):
        await make_client().call(endpoint())


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"<html>"])
async def test_an_answer_that_its_parser_cannot_read_is_invalid(
    make_client: MakeClient, fake: FakeDevRev, content: bytes
) -> None:
    """Whatever a parser raises, a caller meets this package's errors alone."""
    fake.respond_next(200, content=content)
    with pytest.raises(InvalidResponseError, match="things_update"):
        await make_client().call(endpoint())


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"body": None},
        {"body": 5},
        {"body": {"token_id": "hush"}},
        {"token_id": "hush"},
        {"body": READ, "more": "hush"},
    ],
    ids=short,
)
async def test_wrong_arguments_are_refused_with_what_it_takes(
    make_client: MakeClient, fake: FakeDevRev, arguments: dict[str, Any]
) -> None:
    """Before anything is sent, and without what was passed."""
    with pytest.raises(ConfigurationError, match=r"auth_tokens_get cannot .*it takes .*body: ") as caught:
        await make_client().call(auth_tokens_get, **arguments)
    assert "hush" not in str(caught.value)
    assert fake.requests == []


@pytest.mark.parametrize(
    "module",
    [None, 5, "auth_tokens_get", httpx, auth_tokens_get.sync, AuthTokensGetRequest, SimpleNamespace(_get_kwargs=5)],
    ids=short,
)
async def test_what_is_no_endpoint_module_is_refused(make_client: MakeClient, fake: FakeDevRev, module: Any) -> None:
    """The function in place of its module, the name in place of the thing."""
    with pytest.raises(ConfigurationError, match=r"call\(\) takes a generated endpoint module"):
        await make_client().call(module)
    assert fake.requests == []


@pytest.mark.parametrize("url", ["@elsewhere/x", "https://elsewhere/x", "/a/../b", "/a/./b"])
async def test_a_target_that_leads_elsewhere_is_refused(make_client: MakeClient, fake: FakeDevRev, url: str) -> None:
    """To another host or another operation."""
    with pytest.raises(ConfigurationError, match="things_update cannot make a request"):
        await make_client().call(endpoint(url=url))
    assert fake.requests == []


async def test_a_target_with_two_slashes_is_a_path_below_the_base_url(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder
) -> None:
    """Whatever it looks like."""
    fake.respond_next(json={"answer": 42})
    await make_client(transport=recorder).call(endpoint(url="//elsewhere/x"))
    assert str(recorder.requests[0].url) == "https://api.devrev.ai//elsewhere/x"


async def test_a_module_whose_arguments_cannot_be_told_is_refused_all_the_same(make_client: MakeClient) -> None:
    """Not every callable has a signature."""
    odd = type("Odd", (), {"__signature__": 5, "__call__": lambda self: 1 / 0})()
    module = SimpleNamespace(__name__="by_hand", _get_kwargs=odd, _parse_response=lambda **_: None)
    with pytest.raises(ConfigurationError, match=r"by_hand cannot .*\(ZeroDivisionError\); it takes other ones"):
        await make_client().call(module)


async def test_a_parser_may_read_plain_text(make_client: MakeClient, fake: FakeDevRev) -> None:
    """What is not UTF-8 is replaced."""
    fake.respond_next(content=b"a\xff")
    module = endpoint()
    module._parse_response = lambda *, client, response: response.text
    assert await make_client().call(module) == "a\ufffd"
