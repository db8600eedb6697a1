"""What the server adds later, and what it writes as null: nothing is lost and nothing breaks."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from devrev_auth_client import UNSET, AuthToken, TokenStatus, TokenType, UserState, UserSummary, UserType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.bodies import TOKEN, USER
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import get

URN = "urn:devrev:params:oauth:token-type:brand-new"
NEW = {
    "id": "x",
    "status": "frozen",
    "requested_token_type": URN,
    "created_by": {"id": "u", "type": "robot", "state": "asleep", "mood": {"is": "good"}},
    "region": "eu",
    "limits": {"per_day": [1, 2]},
}


def pickled(token: AuthToken) -> AuthToken:
    twin: AuthToken = pickle.loads(pickle.dumps(token))  # noqa: S301 - our own
    return twin


async def test_unknown_enum_values_arrive_as_open_members(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Each is of its enum's class, equals its string, and is known not to be known."""
    fake.respond_next(json={"token": NEW})
    token = await get(make_client())
    assert isinstance(token.created_by, UserSummary)
    found = (token.status, token.requested_token_type, token.created_by.type_, token.created_by.state)
    assert found == ("frozen", URN, "robot", "asleep")
    assert tuple(map(type, found)) == (TokenStatus, TokenType, UserType, UserState)
    assert not any(value.is_known for value in found if value)


async def test_unknown_fields_are_in_additional_properties(make_client: MakeClient, fake: FakeDevRev) -> None:
    """At every depth, and `to_dict()` gives them back."""
    fake.respond_next(json={"token": NEW, "beside": 1})
    response = await make_client().get_auth_token_detailed("x")
    assert response.parsed is not None
    token = response.parsed.token
    assert response.parsed.additional_properties == {"beside": 1}
    assert token.additional_properties == {"region": "eu", "limits": {"per_day": [1, 2]}}
    assert isinstance(token.created_by, UserSummary)
    assert token.created_by["mood"] == {"is": "good"}
    assert token.to_dict() == NEW


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
async def test_a_token_with_unknown_values_survives_copy_and_pickle(
    make_client: MakeClient, fake: FakeDevRev, again: Callable[[AuthToken], AuthToken]
) -> None:
    """What was left out stays left out: `UNSET` is the same object again."""
    fake.respond_next(json={"token": NEW})
    token = await get(make_client())
    twin = again(token)
    assert twin == token
    assert twin.to_dict() == NEW
    assert twin.expires_at is UNSET
    assert isinstance(twin.status, TokenStatus)


async def test_a_type_that_was_read_can_be_revoked(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken) -> None:
    """An unknown type goes from one operation into the other."""
    new = fake.issue_token(pat.user, URN)
    client = make_client()
    token_type = (await client.get_auth_token(new.id)).requested_token_type
    assert token_type
    fake.respond_next(200)
    await client.revoke_own_auth_tokens(token_type)
    assert fake.requests[-1].body == {"requested_token_type": URN}


async def test_null_is_the_same_as_left_out(make_client: MakeClient, fake: FakeDevRev) -> None:
    """At every depth, for every optional field."""
    nothing = dict.fromkeys(TOKEN, None)
    fake.respond_next(json={"token": {**nothing, "id": "x"}})
    assert await get(make_client()) == AuthToken(id="x")
    user = {**dict.fromkeys(USER, None), "id": "u", "type": "sys_user"}
    fake.respond_next(json={"token": {"id": "x", "created_by": user}})
    assert await get(make_client()) == AuthToken(id="x", created_by=UserSummary(type_=UserType.SYS_USER, id="u"))


@pytest.mark.parametrize(
    ("wire", "microsecond", "offset"),
    [
        ("2023-01-01T12:00:00Z", 0, 0.0),
        ("2023-01-01T12:00:00.5Z", 500_000, 0.0),
        ("2023-01-01T12:00:00.123456+02:00", 123_456, 7200.0),
        ("2023-01-01T12:00:00.123456789Z", 123_456, 0.0),
    ],
)
async def test_dates_of_other_precisions_and_zones_are_read(
    make_client: MakeClient, fake: FakeDevRev, wire: str, microsecond: int, offset: float
) -> None:
    """RFC 3339 leaves the server a choice; what comes of it is always aware."""
    fake.respond_next(json={"token": {"id": "x", "expires_at": wire}})
    expires_at = (await get(make_client())).expires_at
    assert expires_at
    delta = expires_at.utcoffset()
    assert delta is not None
    assert (expires_at.microsecond, delta.total_seconds()) == (microsecond, offset)
