"""token_id and token_type, wrong: ConfigurationError before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from devrev_auth_client import UNSET, ConfigurationError, TokenStatus
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short

NOT_A_TYPE = "token_type must be a TokenType, a string that begins with 'urn:', or None"


@pytest.mark.parametrize("token_id", ["", " ", "\t\n", None, 5, True, b"x", ["x"], UNSET])
@pytest.mark.parametrize("detailed", [False, True])
async def test_a_token_id_must_be_a_string_that_is_not_empty(
    make_client: MakeClient, fake: FakeDevRev, token_id: Any, detailed: bool
) -> None:
    """The text shows what an id looks like."""
    client = make_client()
    with pytest.raises(ConfigurationError, match="token_id must be a non-empty string, such as 'don:"):
        await (client.get_auth_token_detailed if detailed else client.get_auth_token)(token_id)
    assert fake.requests == []


@pytest.mark.parametrize("control", ["\n", "\r", "\x00", "\x1b", "\x7f", "\u200e", "\ud800"])
async def test_a_token_id_has_no_control_characters(make_client: MakeClient, fake: FakeDevRev, control: str) -> None:
    """What was passed is not repeated: it may be the token in place of its id."""
    with pytest.raises(ConfigurationError, match="control character") as caught:
        await make_client().get_auth_token(f"hush{control}hush")
    assert "hush" not in str(caught.value)
    assert fake.requests == []


@pytest.mark.parametrize("token", ["eyJhbGciOiJSUzI1NiJ9.hush.hush", " eyJ0.hush", "Bearer hush", "bearer hush-hush"])
async def test_a_token_in_place_of_its_id_is_not_sent(make_client: MakeClient, fake: FakeDevRev, token: str) -> None:
    """It is another than the one in use: a server that repeats the id would have it in an error."""
    with pytest.raises(ConfigurationError, match="looks like a token itself") as caught:
        await make_client().get_auth_token(token)
    assert "hush" not in str(caught.value)
    assert fake.requests == []


@pytest.mark.parametrize(
    ("token_type", "member"),
    [
        ("pat", "PAT"),
        ("PAT", "PAT"),
        ("sesion", "SESSION"),
        ("session", "SESSION"),
        ("session:dev0", "SESSION_DEV0"),
        ("session-onetime", "SESSION_ONETIME"),
        ("SESSION_REV_ACT", "SESSION_REV_ACT_AS"),
        ("pat:act-as", "PAT_ACT_AS"),
        ("aat_public", "AAT_PUBLIC"),
        ("jwt", "JWT"),
    ],
)
@pytest.mark.parametrize("detailed", [False, True])
async def test_a_token_type_that_is_nearly_right_suggests_the_nearest_member(
    make_client: MakeClient, fake: FakeDevRev, token_type: str, member: str, detailed: bool
) -> None:
    """Revoking the wrong thing is not undone."""
    client = make_client()
    with pytest.raises(ConfigurationError, match=rf"{NOT_A_TYPE} .*; did you mean TokenType\.{member}\?$"):
        await (client.revoke_own_auth_tokens_detailed if detailed else client.revoke_own_auth_tokens)(token_type)
    assert fake.requests == []


@pytest.mark.parametrize(
    "token_type",
    ["", " ", "eyJhbGciOiJSUzI1NiJ9.hush.hush", 5, True, b"urn:x", ["urn:x"], UNSET, TokenStatus.ACTIVE, object()],
    ids=short,
)
async def test_a_token_type_that_is_nothing_like_one_is_refused_and_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, token_type: Any
) -> None:
    """It may be a token, passed in the wrong place."""
    with pytest.raises(ConfigurationError, match=rf"^{NOT_A_TYPE} to leave the choice to the server$") as caught:
        await make_client().revoke_own_auth_tokens(token_type)
    assert "hush" not in str(caught.value)
    assert fake.requests == []


@pytest.mark.parametrize("token_type", ["urn:a b", "urn:a\n", "urn:\x00", " urn:a", "URN:A"])
async def test_a_urn_with_space_or_control_characters_is_refused(
    make_client: MakeClient, fake: FakeDevRev, token_type: str
) -> None:
    """A line break at its end would name another type than was meant."""
    with pytest.raises(ConfigurationError, match=NOT_A_TYPE):
        await make_client().revoke_own_auth_tokens(token_type)
    assert fake.requests == []
