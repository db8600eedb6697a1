"""The generated layer on its own: its models, its open enums and its clients."""

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
from ruamel.yaml import YAML

from devrev_auth_client.generated import AuthenticatedClient, Client, models
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get, auth_tokens_self_delete
from devrev_auth_client.generated.errors import UnexpectedStatus
from devrev_auth_client.generated.types import UNSET, File, Unset, check_assigned, joined
from devrev_auth_client.token_types import TokenType

TOKEN = "secret-bearer-token"
DOCUMENT = YAML(typ="safe").load((Path(__file__).parents[2] / "openapi" / "auth-tokens.yaml").read_text("utf-8"))
ANSWER: dict[str, Any] = DOCUMENT["paths"]["/auth-tokens.get"]["post"]["responses"]["200"]["content"][
    "application/json"
]["example"]


def pickled(value: Any, protocol: int | None = None) -> Any:
    return pickle.loads(pickle.dumps(value, protocol))  # noqa: S301 - our own pickle


# --- what was left out ---------------------------------------------------------------------------------------------


def test_unset_stays_itself() -> None:
    twins = [pickled(UNSET, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    twins += [copy.copy(UNSET), copy.deepcopy(UNSET), copy.deepcopy({"in": [UNSET]})["in"][0], Unset()]
    assert all(twin is UNSET for twin in twins)
    assert not UNSET
    assert repr(UNSET) == "UNSET"


@pytest.mark.parametrize("through", [pickled, copy.copy, copy.deepcopy])
def test_a_model_stays_the_same_and_sends_only_what_it_was_given(through: Any) -> None:
    wire = {"id": "don:1", "status": "asleep", "requested_token_type": "urn:new", "a_new_field": [1]}
    twin = through(models.AuthToken.from_dict(wire))
    assert twin.to_dict() == wire
    assert twin == models.AuthToken.from_dict(wire)
    assert twin.expires_at is UNSET


def test_a_request_may_be_empty() -> None:
    assert models.AuthTokensSelfDeleteRequest().to_dict() == {}
    assert pickled(models.AuthTokensSelfDeleteRequest()).to_dict() == {}


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


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (UNSET, ""), (["a", "b"], "a|b"), ([1, 2.5, True], "1|2.5|true"), (["a,b"], "a,b")]
)
def test_an_array_is_joined(items: Any, text: str) -> None:
    assert joined(items, "|") == text


@pytest.mark.parametrize("item", ["a|b", {"a": 1}, None, ["a"]])
def test_what_the_server_would_take_for_something_else_is_not_joined(item: Any) -> None:
    with pytest.raises(ValueError, match="single values without"):
        joined(["a", item], "|")


# --- values that are assigned, and what is shown -------------------------------------------------------------------


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
    token = models.AuthToken.from_dict({"id": "don:1"})
    before = copy.copy(token)
    with pytest.raises(TypeError) as caught:
        setattr(token, name, value)
    assert str(caught.value) == said
    assert token == before


def test_a_right_value_can_be_assigned() -> None:
    token = models.AuthTokensGetResponse.from_dict(ANSWER).token
    twin = models.AuthToken(id="")
    for field in attrs.fields(models.AuthToken):
        setattr(twin, field.name, getattr(token, field.name))
    assert twin == token
    twin.status = UNSET
    assert "status" not in twin.to_dict()


def test_numbers_constants_and_arrays_of_anything_are_told_apart() -> None:
    def assigned(kind: str, value: Any) -> Any:
        return check_assigned(twin, attrs.fields(models.AuthToken).id.evolve(type=kind), value)

    twin = models.AuthToken(id="")
    for kind, value in [
        ("float", 1),
        ("int", True),
        ("Any | Unset", object()),
        ("Literal['a'] | Unset", "a"),
        ("None | str", None),
        ("list[dict[str, Any]] | Unset", []),
        ("datetime.date", datetime.datetime.now(datetime.UTC)),
    ]:
        assert assigned(kind, value) is value
    for kind, value in [("int", 1.0), ("list[int]", (1,)), ("dict[str, str] | None", "a"), ("str", b"a")]:
        with pytest.raises(TypeError):
            assigned(kind, value)


def test_a_repr_fits_a_screen_and_leaves_out_what_was_left_out() -> None:
    token = models.AuthTokensGetResponse.from_dict(ANSWER).token
    token.id = "don:identity:dvrv-us-1:devo/1:token/" + "1" * 1000
    token["new"] = ["unknown"] * 1000
    assert len(repr(token)) < 24 * 80
    assert "status=<TokenStatus.ACTIVE: 'active'>" in repr(token)
    assert "additional_properties={'new': ['unknown', " in repr(token)
    assert repr(models.AuthToken(id="don:1", subject="don:2")) == "AuthToken(id='don:1', subject='don:2')"


# --- enums ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("enum", "members"),
    [
        (models.TokenStatus, {"ACTIVE": "active", "EXPIRED": "expired", "REVOKED": "revoked"}),
        (models.UserType, {n.upper(): n for n in ("dev_user", "rev_user", "service_account", "sys_user")}),
        (
            models.UserState,
            {n.upper(): n for n in ("active", "deactivated", "deleted", "locked", "shadow", "unassigned")},
        ),
        (models.TokenType, {member.name: member.value for member in TokenType}),
    ],
)
def test_a_generated_enum_takes_a_value_it_does_not_list(enum: Any, members: dict[str, str]) -> None:
    assert {member.name: member.value for member in enum} == members
    unknown = enum("something new")
    for twin in (unknown, pickled(unknown), copy.deepcopy(unknown)):
        assert type(twin) is enum
        assert twin == "something new"
        assert not twin.is_known
        assert twin not in enum
    assert json.dumps(unknown) == '"something new"'
    with pytest.raises(ValueError, match="is not a valid"):
        enum(5)


def test_the_token_type_of_the_models_is_the_hand_written_one() -> None:
    assert models.TokenType is TokenType


# --- the reference page's example ----------------------------------------------------------------------------------


def test_every_field_of_the_reference_example_arrives_typed() -> None:
    noon = datetime.datetime(2023, 1, 1, 12, tzinfo=datetime.UTC)
    user = models.UserSummary(
        type_=models.UserType.DEV_USER,
        display_id="string",
        id="string",
        display_name="string",
        display_picture=models.ArtifactSummary(
            display_id="string", id="string", file=models.ArtifactFile(type_="string", name="string", size=0)
        ),
        email="string",
        full_name="string",
        state=models.UserState.ACTIVE,
    )
    token = models.AuthTokensGetResponse.from_dict(ANSWER).token
    assert token == models.AuthToken(
        created_by=user,
        created_date=noon,
        display_id="string",
        id="string",
        modified_by=user,
        modified_date=noon,
        client_id="string",
        expires_at=noon,
        issued_at=noon,
        requested_token_type=TokenType.AAT,
        scopes=["string"],
        status=models.TokenStatus.ACTIVE,
        subject="string",
        token_hint="string",
    )
    # Equality would let a plain string pass for an enum, and says nothing of a field that both sides lack.
    left_out = {
        f"{type(model).__name__}.{name}"
        for model in (token, token.created_by, token.modified_by)
        for name, value in attrs.asdict(model, recurse=False).items()  # type: ignore[arg-type]
        if value is UNSET
    }
    assert left_out == {"UserSummary.external_ref", "UserSummary.rev_org"}
    assert isinstance(token.requested_token_type, TokenType)
    assert isinstance(token.status, models.TokenStatus)
    assert isinstance(token.created_by, models.UserSummary)
    assert isinstance(token.created_by.type_, models.UserType)
    assert isinstance(token.created_by.state, models.UserState)
    for instant in (token.created_date, token.modified_date, token.expires_at, token.issued_at):
        assert isinstance(instant, datetime.datetime)
        assert instant.utcoffset() == datetime.timedelta(0)


def test_the_reference_example_comes_out_as_it_went_in() -> None:
    def in_python_notation(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: in_python_notation(value) for key, value in node.items()}
        return "2023-01-01T12:00:00+00:00" if node == "2023-01-01T12:00:00.000Z" else node

    assert models.AuthTokensGetResponse.from_dict(ANSWER).to_dict() == in_python_notation(ANSWER)


def test_a_rev_user_brings_its_organization() -> None:
    rev_org = {"type": "rev_org", "id": "don:2", "display_id": "REV-1", "display_name": "A customer"}
    user = models.UserSummary.from_dict(
        {"type": "rev_user", "id": "don:1", "external_ref": "crm-7", "rev_org": rev_org}
    )
    assert user.external_ref == "crm-7"
    assert user.rev_org == models.OrgSummary(type_="rev_org", id="don:2", display_id="REV-1", display_name="A customer")


@pytest.mark.parametrize(
    ("status", "model"),
    {
        400: models.ErrorBadRequest,
        401: models.Error,
        403: models.ErrorForbidden,
        413: models.ErrorRequestEntityTooLarge,
        404: models.Error,
        429: models.ErrorTooManyRequests,
        500: models.ErrorInternalServerError,
        503: models.Error,
    }.items(),
)
@pytest.mark.parametrize("module", [auth_tokens_get, auth_tokens_self_delete])
def test_each_status_is_parsed_into_its_error(module: Any, status: int, model: Any) -> None:
    client = Client("https://api.devrev.ai")
    for body in ({"type": "new_type", "message": "m", "detail": "d", "a_new_field": 1}, {}):
        parsed = module._parse_response(client=client, response=httpx.Response(status, json=body))
        assert type(parsed) is model
        assert parsed.to_dict() == body


# --- the clients ---------------------------------------------------------------------------------------------------


def test_a_client_shows_its_token_nowhere() -> None:
    client = AuthenticatedClient("http://user:password@127.0.0.1:1", TOKEN, headers={"X-Key": TOKEN})
    shown = [repr(client), str(client), f"{client}", repr([client])]
    shown.append(repr(client.get_httpx_client().auth))
    with client, pytest.raises(httpx.ConnectError) as caught:
        auth_tokens_get.sync(client=client, body=models.AuthTokensGetRequest(token_id="don:1"))
    shown += traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert repr(client) == "AuthenticatedClient(URL('http://user:[secure]@127.0.0.1:1'))"
    assert [text for text in shown if TOKEN in text] == []


@pytest.mark.parametrize("through", [pickle.dumps, copy.copy, copy.deepcopy])
@pytest.mark.parametrize("client", [Client("http://localhost"), AuthenticatedClient("http://localhost", TOKEN)])
def test_a_client_is_neither_pickled_nor_copied(client: Client, through: Any) -> None:
    with pytest.raises(TypeError, match="neither pickled nor copied") as caught:
        through(client)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("token", ["", " ", "secret token", "secret\n", "secret\r\nX: y", "sécret", "secret\x7f", "\0"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII") as caught:
        AuthenticatedClient("http://localhost", token)
    assert "cret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_client_has_a_default_timeout_and_follows_no_redirect() -> None:
    with Client("http://localhost") as client:
        assert client.get_httpx_client().timeout == httpx.Timeout(30.0)
        assert not client.get_httpx_client().follow_redirects
        assert client.get_httpx_client() is client.get_httpx_client()
    assert client.get_httpx_client().is_closed


def test_a_client_is_immutable_and_its_variants_leave_it_alone() -> None:
    with AuthenticatedClient("http://localhost", TOKEN) as client:
        for name in ("timeout", "headers", "token", "base_url"):
            with pytest.raises(attrs.exceptions.FrozenAttributeError):
                setattr(client, name, "changed")
        assert [name for name in dir(client) if name.startswith(("with_", "set_"))] == []
        with attrs.evolve(client, timeout=None, httpx_args={"follow_redirects": True}) as variant:
            assert variant.get_httpx_client().timeout == httpx.Timeout(None)
            assert variant.get_httpx_client().follow_redirects
            assert client.get_httpx_client().timeout == httpx.Timeout(30.0)
            assert not client.get_httpx_client().follow_redirects


def test_an_unexpected_status_is_none_unless_the_client_asks_for_an_error() -> None:
    response = httpx.Response(418, content=b"a teapot")
    assert auth_tokens_get._parse_response(client=Client("http://localhost"), response=response) is None
    strict = Client("http://localhost", raise_on_unexpected_status=True)
    with pytest.raises(UnexpectedStatus):
        auth_tokens_get._parse_response(client=strict, response=response)


def test_an_unexpected_status_keeps_the_body_out_of_its_text() -> None:
    for error in (UnexpectedStatus(418, b"a secret"), pickled(UnexpectedStatus(418, b"a secret"))):
        assert str(error) == "Unexpected status code: 418"
        assert "secret" not in repr(error)
        assert (error.status_code, error.content) == (418, b"a secret")
