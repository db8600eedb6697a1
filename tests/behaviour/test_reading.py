"""get_auth_token: what is sent, that every field comes back typed, and that nothing new is lost or breaks anything."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest

from devrev_auth_client import UNSET, AuthToken, ConfigurationError, TokenStatus, TokenType
from devrev_auth_client.generated import models
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import sync_only
from tests.behaviour.bodies import TOKEN, USER
from tests.behaviour.conftest import MakeClient
from tests.behaviour.copies import copies_of
from tests.behaviour.operations import TOKEN_ID, get

NOON = datetime(2023, 1, 1, 12, tzinfo=UTC)


async def test_the_request_is_what_the_reference_page_says_and_every_field_arrives_typed(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    fake.respond_next(json={"token": TOKEN})
    token = await get(make_client())
    (request,) = fake.requests
    assert (request.method, request.path, request.body) == ("POST", "/auth-tokens.get", {"token_id": TOKEN_ID})
    assert token.to_dict() == json.loads(json.dumps(TOKEN).replace(".000Z", "+00:00"))
    for instant in (token.created_date, token.modified_date, token.expires_at, token.issued_at):
        assert instant == NOON
    assert token.status is TokenStatus.ACTIVE
    assert token.requested_token_type is TokenType.AAT
    for user in (token.created_by, token.modified_by):
        assert isinstance(user, models.UserSummary)
        assert (user.type_, user.state) == (models.UserType.DEV_USER, models.UserState.ACTIVE)
        assert isinstance(user.type_, models.UserType)
        assert isinstance(user.state, models.UserState)
        assert isinstance(user.display_picture, models.ArtifactSummary)
        assert user.display_picture.file == models.ArtifactFile(type_="string", name="string", size=0)
        assert user.additional_properties == user.display_picture.additional_properties == {}
    assert token.additional_properties == {}


async def test_detailed_gives_the_whole_response_and_repeats_as_the_plain_method_does(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    fake.respond_next(502)
    fake.respond_next(content=b'{"token": {"id": "x"}}', headers={"X-Request-Id": "r-1"})
    response = await make_client().get_auth_token_detailed("x")
    assert response.status_code is HTTPStatus.OK
    assert (response.headers["x-request-id"], response.content) == ("r-1", b'{"token": {"id": "x"}}')
    assert response.parsed == models.AuthTokensGetResponse(token=AuthToken(id="x"))
    assert len(fake.requests) == 2


@sync_only
async def test_a_customer_has_its_organization(make_client: MakeClient, fake: FakeDevRev) -> None:
    org = {"type": "rev_org", "id": "don:revo/1", "display_id": "REV-1", "display_name": "Customer"}
    customer = {**USER, "type": "rev_user", "external_ref": "customer-7", "rev_org": org}
    fake.respond_next(json={"token": {"id": "x", "created_by": customer}})
    user = (await get(make_client())).created_by
    assert isinstance(user, models.UserSummary)
    assert (user.type_, user.external_ref) == (models.UserType.REV_USER, "customer-7")
    assert user.rev_org == models.OrgSummary(
        type_="rev_org", id="don:revo/1", display_id="REV-1", display_name="Customer"
    )


@sync_only
async def test_fields_left_out_or_null_are_unset_and_false(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Only `id` is required; the rest is `UNSET`, which is false, and stays out of `to_dict()`; at every depth."""
    user = {**dict.fromkeys(USER, None), "id": "u", "type": "sys_user"}
    read_user = models.UserSummary(type_=models.UserType.SYS_USER, id="u")
    for token, read in (
        ({"id": "x"}, AuthToken(id="x")),
        ({**dict.fromkeys(TOKEN, None), "id": "x"}, AuthToken(id="x")),
        ({"id": "x", "scopes": ["a", None]}, AuthToken(id="x", scopes=["a"])),
        ({"id": "x", "created_by": user}, AuthToken(id="x", created_by=read_user)),
    ):
        fake.respond_next(json={"token": token})
        assert await get(make_client()) == read
    assert AuthToken(id="x").to_dict() == {"id": "x"}
    assert AuthToken(id="x").expires_at is UNSET
    assert not UNSET


@sync_only
async def test_a_token_id_is_sent_as_it_is(make_client: MakeClient, fake: FakeDevRev) -> None:
    ids = ["x", "ü:1", 'a"b\\c', "don:identity:dvrv-us-1:devo/1:token/1 ", "\U0001f511", "bearers", "eyJ"]
    for token_id in ids:
        fake.respond_next(json={"token": {"id": "x"}})
        await make_client().get_auth_token(token_id)
    assert [request.body for request in fake.requests] == [{"token_id": token_id} for token_id in ids]


WRONG_IDS: dict[str, list[Any]] = {
    "token_id must be a non-empty string, such as 'don:": ["", " ", "\t\n", None, 5, True, b"x", ["x"], UNSET],
    "token_id contains a control character": [f"hush{control}hush" for control in "\n\r\x00\x1b\x7f\u200e\ud800"],
    "token_id looks like a token, not like its id": ["eyJhbGc.hush.hush", " eyJ0.hush", "Bearer hush", "bearer hush-"],
}


@pytest.mark.parametrize("message", WRONG_IDS)
async def test_a_wrong_token_id_is_refused_before_anything_is_sent(
    make_client: MakeClient, fake: FakeDevRev, message: str
) -> None:
    """What was passed is not repeated: it may be the token in place of its id, which servers repeat in errors."""
    client = make_client()
    for token_id in WRONG_IDS[message]:
        for method in (client.get_auth_token, client.get_auth_token_detailed):
            with pytest.raises(ConfigurationError, match=f"^{message}") as caught:
                await method(token_id)
            assert "hush" not in str(caught.value)
    assert fake.requests == []


URN = "urn:devrev:params:oauth:token-type:brand-new"
NEW = {
    "id": "x",
    "status": "frozen",
    "requested_token_type": URN,
    "created_by": {"id": "u", "type": "robot", "state": "asleep", "mood": {"is": "good"}},
    "region": "eu",
    "limits": {"per_day": [1, 2]},
}


@sync_only
async def test_what_the_server_adds_later_arrives_and_survives_copy_and_pickle(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    """Unknown enum values are open members; unknown fields are in `additional_properties`, at every depth."""
    fake.respond_next(json={"token": NEW, "beside": 1})
    response = await make_client().get_auth_token_detailed("x")
    assert response.parsed is not None
    assert response.parsed.additional_properties == {"beside": 1}
    for token in [response.parsed.token, *copies_of(response.parsed.token)]:
        user: Any = token.created_by
        values: list[Any] = [token.status, token.requested_token_type, user.type_, user.state]
        assert values == ["frozen", URN, "robot", "asleep"]
        assert list(map(type, values)) == [TokenStatus, TokenType, models.UserType, models.UserState]
        assert not any(value.is_known for value in values)
        assert token.additional_properties == {"region": "eu", "limits": {"per_day": [1, 2]}}
        assert user["mood"] == {"is": "good"}
        assert token.to_dict() == NEW
        assert token.expires_at is UNSET


@sync_only
@pytest.mark.parametrize(
    ("wire", "read"),
    [
        ("2023-01-01T12:00:00Z", NOON),
        ("2023-01-01T12:00:00.5Z", NOON.replace(microsecond=500_000)),
        ("2023-01-01T14:00:00.123456+02:00", NOON.replace(microsecond=123_456)),
        ("2023-01-01T12:00:00.123456789Z", NOON.replace(microsecond=123_456)),
    ],
)
async def test_dates_of_other_precisions_and_zones_are_read(
    make_client: MakeClient, fake: FakeDevRev, wire: str, read: datetime
) -> None:
    """RFC 3339 leaves the server a choice; what comes of it is always aware."""
    fake.respond_next(json={"token": {"id": "x", "expires_at": wire}})
    assert (await get(make_client())).expires_at == read
