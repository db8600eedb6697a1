"""What generated code does beside the facade: models that are made and changed by hand, and the clients of its own."""

import copy
import datetime
import json
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from devrev_auth_client.generated import AuthenticatedClient, Client, models
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get
from devrev_auth_client.generated.errors import UnexpectedStatus
from devrev_auth_client.generated.types import UNSET, File, Unset, check_assigned, joined
from devrev_auth_client.token_types import TokenType
from tests.behaviour.bodies import TOKEN as ANSWER
from tests.behaviour.copies import copies_of

TOKEN = "secret-bearer-token"


def test_unset_stays_itself() -> None:
    twins = [*copies_of(UNSET), copy.deepcopy({"in": [UNSET]})["in"][0], Unset()]
    assert all(twin is UNSET for twin in twins)
    assert repr(UNSET) == "UNSET"


def test_a_file_is_uploaded_as_httpx_takes_it() -> None:
    with Path(__file__).open("rb") as payload:
        assert File(payload, "name", "text/plain").to_tuple() == ("name", payload, "text/plain")


def test_a_model_is_imported_when_it_is_first_used() -> None:
    program = (
        "import sys; from devrev_auth_client.generated import models; "
        "first = [name for name in sys.modules if '.models.' in name]; "
        "from devrev_auth_client.generated.models import UserSummary, TokenType; "
        "print(first, UserSummary.__name__, sorted(dir(models)) == sorted(models.__all__), hasattr(models, 'Nothing'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == "[] UserSummary True False\n"


def test_an_array_is_joined_unless_the_server_would_take_it_for_something_else() -> None:
    right: list[tuple[Any, str]] = [([], ""), (UNSET, ""), (["a", "b,"], "a|b,"), ([1, 2.5, True], "1|2.5|true")]
    for items, text in right:
        assert joined(items, "|") == text
    for item in ("a|b", {"a": 1}, None, ["a"]):
        with pytest.raises(ValueError, match="single values without"):
            joined(["a", item], "|")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("status", "x", "AuthToken.status must be TokenStatus or UNSET, not str"),
        ("status", None, "AuthToken.status must be TokenStatus or UNSET, not NoneType"),
        ("expires_at", "2030-01-01", "AuthToken.expires_at must be datetime.datetime or UNSET, not str"),
        ("created_by", {"id": "don:1"}, "AuthToken.created_by must be UserSummary or UNSET, not dict"),
        ("scopes", "all", "AuthToken.scopes must be list or UNSET, not str"),
        ("id", UNSET, "AuthToken.id must be str, not Unset"),
    ],
)
def test_a_wrong_value_fails_when_it_is_assigned(name: str, value: Any, said: str) -> None:
    token = models.AuthToken(id="don:1")
    with pytest.raises(TypeError) as caught:
        setattr(token, name, value)
    assert str(caught.value) == said
    assert token == models.AuthToken(id="don:1")


def test_a_right_value_can_be_assigned() -> None:
    token, twin = models.AuthToken.from_dict(ANSWER), models.AuthToken(id="")
    for field in attrs.fields(models.AuthToken):
        setattr(twin, field.name, getattr(token, field.name))
    assert twin == token
    twin.status = UNSET
    assert "status" not in twin.to_dict()


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("float", 1, "1"),
        ("int", True, 1.0),
        ("str", "a", b"a"),
        ("Any | Unset", object(), None),
        ("Literal['a'] | Unset", "a", None),
        ("None | str", None, 5),
        ("list[int]", [], (1,)),
        ("list[dict[str, Any]] | Unset", [], {}),
        ("dict[str, str] | None", {}, "a"),
        ("datetime.date", datetime.datetime.now(datetime.UTC), 5),
    ],
)
def test_types_of_all_kinds_are_told_apart(kind: str, right: Any, wrong: Any) -> None:
    field = attrs.fields(models.AuthToken).id.evolve(type=kind)
    assert check_assigned(None, field, right) is right
    if wrong is not None:
        with pytest.raises(TypeError):
            check_assigned(None, field, wrong)


def test_a_repr_fits_a_screen_and_leaves_out_what_was_left_out() -> None:
    token = models.AuthToken.from_dict(ANSWER)
    token.id = "don:identity:dvrv-us-1:devo/1:token/" + "1" * 1000
    token["new"] = ["unknown"] * 1000
    assert len(repr(token)) < 24 * 80
    assert "status=<TokenStatus.ACTIVE: 'active'>" in repr(token)
    assert "additional_properties={'new': ['unknown', " in repr(token)
    assert repr(models.AuthToken(id="don:1", subject="don:2")) == "AuthToken(id='don:1', subject='don:2')"


@pytest.mark.parametrize(
    ("enum", "values"),
    [
        (models.TokenStatus, "active expired revoked"),
        (models.UserType, "dev_user rev_user service_account sys_user"),
        (models.UserState, "active deactivated deleted locked shadow unassigned"),
    ],
)
def test_a_generated_enum_takes_a_value_it_does_not_list(enum: Any, values: str) -> None:
    assert {member.name: member.value for member in enum} == {value.upper(): value for value in values.split()}
    unknown = enum("something new")
    for twin in [unknown, *copies_of(unknown)]:
        assert type(twin) is enum
        assert twin == "something new"
        assert not twin.is_known
    assert json.dumps(unknown) == '"something new"'
    assert models.TokenType is TokenType  # the hand-written one


def test_a_client_shows_its_token_nowhere() -> None:
    client = AuthenticatedClient("http://user:password@127.0.0.1:1", TOKEN, headers={"X-Key": TOKEN})
    shown = [repr(client), str(client), f"{client}", repr([client])]
    shown.append(repr(client.get_httpx_client().auth))
    with client, pytest.raises(httpx.ConnectError) as caught:
        auth_tokens_get.sync(client=client, body=models.AuthTokensGetRequest(token_id="don:1"))
    shown += traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert repr(client) == "AuthenticatedClient(URL('http://user:[secure]@127.0.0.1:1'))"
    assert [text for text in shown if TOKEN in text] == []
    for through in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="neither pickled nor copied") as refused:
            through(client)
        assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("token", ["", " ", "secret token", "secret\n", "secret\r\nX: y", "sécret", "secret\x7f", "\0"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII") as caught:
        AuthenticatedClient("http://localhost", token)
    assert "cret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_client_is_immutable_and_its_variants_leave_it_alone() -> None:
    with AuthenticatedClient("http://localhost", TOKEN) as client:
        for name in ("timeout", "headers", "token", "base_url"):
            with pytest.raises(attrs.exceptions.FrozenAttributeError):
                setattr(client, name, "changed")
        with attrs.evolve(client, timeout=None, httpx_args={"follow_redirects": True}) as variant:
            assert variant.get_httpx_client().timeout == httpx.Timeout(None)
            assert variant.get_httpx_client().follow_redirects
        assert client.get_httpx_client().timeout == httpx.Timeout(30.0)
        assert not client.get_httpx_client().follow_redirects
        assert client.get_httpx_client() is client.get_httpx_client()
    assert client.get_httpx_client().is_closed


def test_an_unexpected_status_keeps_the_body_out_of_its_text() -> None:
    """It is raised where the client asks for an error, and is None otherwise."""
    response = httpx.Response(418, content=b"a teapot")
    assert auth_tokens_get._parse_response(client=Client("http://localhost"), response=response) is None
    strict = Client("http://localhost", raise_on_unexpected_status=True)
    with pytest.raises(UnexpectedStatus) as caught:
        auth_tokens_get._parse_response(client=strict, response=response)
    for error in [caught.value, *copies_of(caught.value)]:
        assert str(error) == "Unexpected status code: 418"
        assert "teapot" not in repr(error)
        assert (error.status_code, error.content) == (418, b"a teapot")
