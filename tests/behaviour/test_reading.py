"""get_auth_token: what is sent, and that every field comes back typed."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

import pytest

from devrev_auth_client import UNSET, AuthToken, TokenStatus, TokenType, UserState, UserSummary, UserType
from devrev_auth_client.generated.models import (
    ArtifactFile,
    ArtifactSummary,
    AuthTokensGetResponse,
    OrgSummary,
)
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.bodies import TOKEN, USER
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, get

NOON_2023 = datetime(2023, 1, 1, 12, tzinfo=UTC)


async def test_every_field_of_the_reference_example_arrives_typed(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Dates are aware datetimes, vocabularies are enum members, objects are models."""
    fake.respond_next(json={"token": TOKEN})
    token = await get(make_client())
    user = UserSummary(
        type_=UserType.DEV_USER,
        id="string",
        display_id="string",
        display_name="string",
        display_picture=ArtifactSummary(
            id="string", display_id="string", file=ArtifactFile(type_="string", name="string", size=0)
        ),
        email="string",
        full_name="string",
        state=UserState.ACTIVE,
    )
    assert token == AuthToken(
        id="string",
        display_id="string",
        created_by=user,
        created_date=NOON_2023,
        modified_by=user,
        modified_date=NOON_2023,
        client_id="string",
        expires_at=NOON_2023,
        issued_at=NOON_2023,
        requested_token_type=TokenType.AAT,
        scopes=["string"],
        status=TokenStatus.ACTIVE,
        subject="string",
        token_hint="string",
    )
    assert token.status is TokenStatus.ACTIVE
    assert token.requested_token_type is TokenType.AAT
    assert isinstance(token.expires_at, datetime)
    assert token.expires_at.tzinfo is not None
    assert isinstance(token.created_by, UserSummary)
    assert token.created_by.type_ is UserType.DEV_USER
    assert token.created_by.state is UserState.ACTIVE


async def test_a_customer_has_its_organization(make_client: MakeClient, fake: FakeDevRev) -> None:
    """A rev_user carries `external_ref` and `rev_org` beside what other users have."""
    org = {"type": "rev_org", "id": "don:revo/1", "display_id": "REV-1", "display_name": "Customer"}
    customer = {**USER, "type": "rev_user", "external_ref": "customer-7", "rev_org": org}
    fake.respond_next(json={"token": {"id": "x", "created_by": customer}})
    user = (await get(make_client())).created_by
    assert isinstance(user, UserSummary)
    assert user.type_ is UserType.REV_USER
    assert user.external_ref == "customer-7"
    assert user.rev_org == OrgSummary(type_="rev_org", id="don:revo/1", display_id="REV-1", display_name="Customer")


async def test_fields_left_out_are_unset_and_false(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Only `id` is required; the rest is `UNSET`, which is false, and stays out of `to_dict()`."""
    fake.respond_next(json={"token": {"id": "x"}})
    token = await get(make_client())
    assert token == AuthToken(id="x")
    assert token.expires_at is UNSET
    assert not token.scopes
    assert token.to_dict() == {"id": "x"}


async def test_the_request_is_what_the_reference_page_says(make_client: MakeClient, fake: FakeDevRev) -> None:
    """One POST to /auth-tokens.get with the id and nothing else."""
    await get(make_client())
    (request,) = fake.requests
    assert (request.method, request.path, request.body) == ("POST", "/auth-tokens.get", {"token_id": TOKEN_ID})


@pytest.mark.parametrize("token_id", ["x", "ü:1", 'a"b\\c', "don:identity:dvrv-us-1:devo/1:token/1 ", "\U0001f511"])
async def test_a_token_id_is_sent_as_it_is(make_client: MakeClient, fake: FakeDevRev, token_id: str) -> None:
    """Quotes, spaces and characters beyond ASCII arrive unchanged."""
    fake.respond_next(json={"token": {"id": "x"}})
    await make_client().get_auth_token(token_id)
    assert fake.requests[0].body == {"token_id": token_id}


async def test_each_call_gets_what_the_server_holds(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """Nothing is remembered from one call to the next."""
    other = fake.issue_token(pat.user, TokenType.SESSION)
    client = make_client()
    assert (await client.get_auth_token(other.id)).status is TokenStatus.ACTIVE
    fake.revoke_token(other.id)
    assert (await client.get_auth_token(other.id)).status is TokenStatus.REVOKED
    assert (await client.get_auth_token(pat.id)).requested_token_type is TokenType.PAT


async def test_detailed_gives_the_whole_response(make_client: MakeClient, fake: FakeDevRev) -> None:
    """`get_auth_token_detailed` returns status, headers, content, and the parsed body."""
    fake.respond_next(content=b'{"token": {"id": "x"}}', headers={"X-Request-Id": "r-1"})
    response = await make_client().get_auth_token_detailed("x")
    assert response.status_code is HTTPStatus.OK
    assert response.headers["x-request-id"] == "r-1"
    assert response.content == b'{"token": {"id": "x"}}'
    assert response.parsed == AuthTokensGetResponse(token=AuthToken(id="x"))


async def test_detailed_repeats_as_the_plain_method_does(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Nothing but what is returned differs."""
    fake.respond_next(502)
    response = await make_client().get_auth_token_detailed(TOKEN_ID)
    assert response.parsed is not None
    assert response.parsed.token.id == TOKEN_ID
    assert len(fake.requests) == 2
