"""revoke_own_auth_tokens: what is sent, and what counts as proof that it happened."""

from http import HTTPStatus
from typing import Any

import pytest

from devrev_auth_client import UNSET, ConfigurationError, InvalidResponseError, TokenStatus, TokenType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import revoke

UNKNOWN = "urn:devrev:params:oauth:token-type:brand-new"


@sync_only
@pytest.mark.parametrize("token_type", list(TokenType), ids=lambda member: member.name)
async def test_each_type_revokes_the_tokens_of_its_own(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, token_type: TokenType
) -> None:
    for given in (token_type, token_type.value):
        fake.requests.clear()
        mine = fake.issue_token(pat.user, token_type)
        other = fake.issue_token(pat.user, TokenType.JWT if token_type is TokenType.SUPER else TokenType.SUPER)
        sender = fake.issue_token(pat.user)
        await make_client(token=sender.secret).revoke_own_auth_tokens(given)
        (request,) = fake.requests
        assert (request.method, request.path) == ("POST", "/auth-tokens.self.delete")
        assert request.body == {"requested_token_type": token_type.value}
        assert fake.token_status(mine.id) == "revoked"
        assert fake.token_status(other.id) == "active"


async def test_an_unknown_urn_or_none_is_sent_as_it_is(make_client: MakeClient, fake: FakeDevRev) -> None:
    """DevRev may add types before this package knows them; `None` leaves the choice to it, and must be written out."""
    client = make_client()
    for token_type, body in ((UNKNOWN, UNKNOWN), (TokenType(UNKNOWN), UNKNOWN), (None, None)):
        fake.respond_next(200)
        await client.revoke_own_auth_tokens(token_type)
        assert fake.requests[-1].body == ({} if body is None else {"requested_token_type": body})
    new = fake.issue_token(fake.add_user(), UNKNOWN)
    read = (await client.get_auth_token(new.id)).requested_token_type
    fake.respond_next(200)
    await client.revoke_own_auth_tokens(read or None)  # what was read can be revoked
    assert fake.requests[-1].body == {"requested_token_type": UNKNOWN}
    with pytest.raises(TypeError, match="token_type"):
        await client.revoke_own_auth_tokens()  # type: ignore[call-arg]  # which is the point


PROOF = [(200, b""), (200, b" \r\n\t"), (200, b"{}"), (200, b" { } \n"), (204, b"")]
NO_PROOF = [
    *((200, content) for content in (b"<html>Sign in</html>", b'{"status": "queued"}', b"null", b"[]", b'""', b"{}{}")),
    *((200, content) for content in (b"\x00", b"\xff")),
    *((201, b""), (202, b""), (202, b"{}"), (203, b""), (206, b""), (299, b"")),
]


@sync_only
@pytest.mark.parametrize(("status", "content"), PROOF)
async def test_a_204_or_a_200_with_nothing_in_it_is_proof(
    make_client: MakeClient, fake: FakeDevRev, status: int, content: bytes
) -> None:
    """Proxies add white space, frameworks an empty object."""
    fake.respond_next(status, content=content)
    client: Any = make_client()
    assert await client.revoke_own_auth_tokens(None) is None
    assert len(fake.requests) == 1


@sync_only
@pytest.mark.parametrize(("status", "content"), NO_PROOF)
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
    fake.respond_next(204, headers={"X-Request-Id": "r-1"})
    response = await make_client().revoke_own_auth_tokens_detailed(TokenType.PAT)
    assert response.status_code is HTTPStatus.NO_CONTENT
    assert (response.headers["x-request-id"], response.content, response.parsed) == ("r-1", b"", None)


NEARLY = {
    "pat": "PAT",
    "PAT": "PAT",
    "sesion": "SESSION",
    "session:dev0": "SESSION_DEV0",
    "session-onetime": "SESSION_ONETIME",
    "SESSION_REV_ACT": "SESSION_REV_ACT_AS",
    "pat:act-as": "PAT_ACT_AS",
    "aat_public": "AAT_PUBLIC",
    "jwt": "JWT",
}
NOT_A_TYPE: list[Any] = ["", " ", "eyJhbGciOiJSUzI1NiJ9.hush.hush", 5, True, b"urn:x", ["urn:x"], UNSET]
NOT_A_TYPE += [TokenStatus.ACTIVE, object()]
NO_URN = ["urn:a b", "urn:a\n", "urn:\x00", " urn:a", "URN:A", "urn:"]


async def test_a_wrong_type_is_refused_before_anything_is_sent(make_client: MakeClient, fake: FakeDevRev) -> None:
    """One that is nearly right suggests the nearest member; others are not repeated, for it may be a token."""
    client = make_client()
    rule = (
        r"^token_type must be a TokenType, a string that begins with 'urn:', or None to leave the choice to the server"
    )
    wrong = [(given, rf"; did you mean TokenType\.{member}\?$") for given, member in NEARLY.items()]
    wrong += [*((given, "$") for given in NOT_A_TYPE), *((given, "") for given in NO_URN)]
    for given, hint in wrong:
        for method in (client.revoke_own_auth_tokens, client.revoke_own_auth_tokens_detailed):
            with pytest.raises(ConfigurationError, match=rule + hint) as caught:
                await method(given)
            assert "hush" not in str(caught.value)
    assert fake.requests == []
