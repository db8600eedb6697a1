"""revoke_own_auth_tokens: what is sent, and what counts as proof that it happened."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from devrev_auth_client import InvalidResponseError, TokenType, UnexpectedStatusError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import result_of, revoke

UNKNOWN = "urn:devrev:params:oauth:token-type:brand-new"


@pytest.mark.parametrize("token_type", list(TokenType), ids=lambda member: member.name)
async def test_each_type_revokes_the_tokens_of_its_own(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, token_type: TokenType
) -> None:
    """One POST to /auth-tokens.self.delete with the URN; tokens of other types stay."""
    mine = fake.issue_token(pat.user, token_type)
    other = fake.issue_token(pat.user, TokenType.JWT if token_type is TokenType.SUPER else TokenType.SUPER)
    returned = await result_of(make_client().revoke_own_auth_tokens(token_type))
    (request,) = fake.requests
    assert returned is None
    assert (request.method, request.path) == ("POST", "/auth-tokens.self.delete")
    assert request.body == {"requested_token_type": token_type.value}
    assert fake.token_status(mine.id) == "revoked"
    assert fake.token_status(other.id) == "active"


async def test_a_known_urn_as_a_string_is_the_member(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """The plain URN does what the member does."""
    session = fake.issue_token(pat.user, TokenType.SESSION)
    await make_client().revoke_own_auth_tokens("urn:devrev:params:oauth:token-type:session")
    assert fake.token_status(session.id) == "revoked"


@pytest.mark.parametrize("token_type", [UNKNOWN, TokenType(UNKNOWN)], ids=["string", "TokenType"])
async def test_an_unknown_urn_is_sent_as_it_is(make_client: MakeClient, fake: FakeDevRev, token_type: str) -> None:
    """DevRev may add types before this package knows them."""
    fake.respond_next(200)
    await make_client().revoke_own_auth_tokens(token_type)
    assert fake.requests[0].body == {"requested_token_type": UNKNOWN}


async def test_none_sends_an_empty_object_and_leaves_the_choice_to_the_server(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    """`None` must be written out; it sends `{}`."""
    fake.respond_next(200)
    await make_client().revoke_own_auth_tokens(None)
    assert fake.requests[0].body == {}


async def test_the_type_cannot_be_left_out(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Nobody revokes everything by forgetting an argument."""
    with pytest.raises(TypeError, match="token_type"):
        await make_client().revoke_own_auth_tokens()  # type: ignore[call-arg]
    assert fake.requests == []


@pytest.mark.parametrize("content", [b"", b" \r\n\t", b"{}", b" { } \n"], ids=["empty", "space", "object", "spaced"])
async def test_a_200_with_nothing_in_it_is_proof(make_client: MakeClient, fake: FakeDevRev, content: bytes) -> None:
    """The reference page says that the answer is empty; proxies add white space, frameworks an empty object."""
    fake.respond_next(200, content=content)
    assert await result_of(revoke(make_client())) is None
    assert len(fake.requests) == 1


async def test_a_204_is_proof(make_client: MakeClient, fake: FakeDevRev) -> None:
    """DevRev documents 204 for other deletions."""
    fake.respond_next(204)
    assert await result_of(revoke(make_client())) is None


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, b"<html>Sign in</html>"),
        (200, b'{"status": "queued"}'),
        (200, b"null"),
        (200, b"[]"),
        (200, b'""'),
        (200, b"{}{}"),
        (200, b"\x00"),
        (200, b"\xff"),
        (201, b""),
        (202, b""),
        (202, b"{}"),
        (203, b""),
        (206, b""),
        (299, b""),
    ],
)
async def test_any_other_success_is_no_proof_and_is_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, status: int, content: bytes
) -> None:
    """A captive portal's page, a queue's 202: returning would claim what nobody confirmed."""
    fake.respond_next(status, content=content)
    with pytest.raises(InvalidResponseError, match="whether the revocation happened is unknown") as caught:
        await revoke(make_client())
    assert caught.value.status_code == status
    assert len(fake.requests) == 1


async def test_detailed_gives_the_whole_response(make_client: MakeClient, fake: FakeDevRev) -> None:
    """`revoke_own_auth_tokens_detailed` returns status, headers and content; there is nothing to parse."""
    fake.respond_next(204, headers={"X-Request-Id": "r-1"})
    response = await make_client().revoke_own_auth_tokens_detailed(TokenType.PAT)
    assert response.status_code is HTTPStatus.NO_CONTENT
    assert response.headers["x-request-id"] == "r-1"
    assert (response.content, response.parsed) == (b"", None)


@pytest.mark.parametrize("status", [501, 505, 520, 599])
async def test_a_server_error_that_is_not_repeated_says_what_is_unknown(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, status: int
) -> None:
    fake.respond_next(status, times=2)
    client = make_client()
    with pytest.raises(UnexpectedStatusError, match="whether the revocation happened is unknown"):
        await client.revoke_own_auth_tokens(TokenType.PAT)
    with pytest.raises(UnexpectedStatusError) as caught:
        await client.get_auth_token(pat.id)
    assert "unknown" not in str(caught.value)
