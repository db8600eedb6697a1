"""Every kind of answer that FakeDevRev gives fits the description, says openapi-core, which knows nothing of us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_core.exceptions import OpenAPIError
from openapi_core.validation.request.exceptions import RequestBodyValidationError, SecurityValidationError
from openapi_core.validation.response.exceptions import DataValidationError

from devrev_auth_client.testing import FakeDevRev
from devrev_auth_client.token_types import TokenType
from tests.contract.fake_validation import (
    COMPLETE,
    DELETE,
    DESCRIPTION,
    GET,
    HOST,
    send,
    validate_request,
    validate_response,
)

if TYPE_CHECKING:
    pass


@pytest.mark.parametrize("state", ["active", "deactivated", "deleted", "locked", "shadow", "unassigned"])
@pytest.mark.parametrize("user_type", ["dev_user", "rev_user", "service_account", "sys_user"])
def test_metadata_fits_for_users_of_every_type_and_state(user_type: str, state: str) -> None:
    """A 200 of auth-tokens.get, and the request for it."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user(type=user_type, state=state))
    response = send(fake, GET, {"token_id": token.id}, secret=token.secret)
    assert response.status_code == 200
    assert response.json()["token"]["created_by"]["type"] == user_type
    validate_request(response.request)
    validate_response(response)


@pytest.mark.parametrize("token_type", TokenType)
def test_metadata_and_revocation_fit_for_every_token_type(token_type: TokenType) -> None:
    """A 200 of both operations for each of the seventeen."""
    fake = FakeDevRev(rate_limit=10)
    token = fake.issue_token(fake.add_user(), token_type)
    read = send(fake, GET, {"token_id": token.id}, secret=token.secret)
    revoked = send(fake, DELETE, {"requested_token_type": str(token_type)}, secret=token.secret)
    assert [read.status_code, revoked.status_code] == [200, 200]
    assert revoked.content == b""
    for response in (read, revoked):
        validate_request(response.request)
        validate_response(response)


@pytest.mark.parametrize("status", ["active", "expired", "revoked"])
def test_metadata_fits_for_every_status(status: str) -> None:
    """The status that the fake gives is one that is described."""
    fake = FakeDevRev()
    user = fake.add_user()
    reader, token = fake.issue_token(user), fake.issue_token(user)
    if status == "expired":
        fake.expire_token(token.id)
    elif status == "revoked":
        fake.revoke_token(token.id)
    response = send(fake, GET, {"token_id": token.id}, secret=reader.secret)
    assert response.json()["token"]["status"] == status
    validate_response(response)


def test_metadata_carries_every_described_field() -> None:
    """With every described property required: a rev_user's token has them all."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user(type="rev_user"))
    response = send(fake, GET, {"token_id": token.id}, secret=token.secret)
    validate_response(response, COMPLETE)
    endless = fake.issue_token(fake.add_user(), expires_in=None)
    response = send(fake, GET, {"token_id": endless.id}, secret=endless.secret)
    validate_response(response)
    with pytest.raises(DataValidationError):
        validate_response(response, COMPLETE)


@dataclass(frozen=True)
class BadBody:
    """A body that is answered 400, and the answer without its message."""

    path: str
    body: object
    answer: dict[str, object]

    def __str__(self) -> str:
        return f"{self.path}-{self.answer['type']}-{str(self.body)[:30]}"


def wrong_type(actual: str, expected: str, **details: str) -> dict[str, object]:
    return {"type": "unexpected_json_type", "actual": actual, "expected": expected, **details}


BAD_BODIES = [
    *(
        BadBody(path, body, {"type": "parse_error"})
        for path in (GET, DELETE)
        for body in (b"", b"nope", b'{"token_id":', b'{"token_id": "\xff"}')
    ),
    *(
        BadBody(path, body, wrong_type(actual, "object"))
        for path in (GET, DELETE)
        for body, actual in (([], "array"), ("x", "string"), (1, "number"), (1.5, "number"), (True, "boolean"))
    ),
    *(BadBody(path, b"null", wrong_type("null", "object")) for path in (GET, DELETE)),
    BadBody(GET, {}, {"type": "missing_required_field", "field_name": "token_id"}),
    *(
        BadBody(path, {name: value}, wrong_type(actual, "string", field_name=name))
        for path, name in ((GET, "token_id"), (DELETE, "requested_token_type"))
        for value, actual in ((1, "number"), (False, "boolean"), (None, "null"), ({}, "object"), ([], "array"))
    ),
    BadBody(
        DELETE,
        {"requested_token_type": "urn:new"},
        {
            "type": "invalid_enum_value",
            "field_name": "requested_token_type",
            "value": "urn:new",
            "allowed_values": [str(member) for member in TokenType],
        },
    ),
    BadBody(GET, {"token_id": "x", "id": 1}, {"type": "invalid_field", "field_name": "id"}),
    BadBody(DELETE, {"token_type": "urn:new"}, {"type": "invalid_field", "field_name": "token_type"}),
]


@pytest.mark.parametrize("bad", BAD_BODIES, ids=str)
def test_a_body_that_the_description_refuses_is_answered_400_as_described(bad: BadBody) -> None:
    """The validator refuses the request, the fake does too, and the validator accepts its answer."""
    fake = FakeDevRev(rate_limit=10)
    token = fake.issue_token(fake.add_user())
    response = send(fake, bad.path, bad.body, secret=token.secret)
    assert response.status_code == 400
    body = response.json()
    assert body.pop("message")
    assert body == bad.answer
    with pytest.raises(RequestBodyValidationError):
        validate_request(response.request)
    validate_response(response)
    assert fake.token_status(token.id) == "active"


def test_the_table_has_every_type_of_400_that_a_body_can_earn() -> None:
    """So that a new kind of refusal is checked too; the other two have tests of their own."""
    types = {str(bad.answer["type"]) for bad in BAD_BODIES}
    assert types == {
        "invalid_enum_value",
        "invalid_field",
        "missing_required_field",
        "parse_error",
        "unexpected_json_type",
    }
    known = DESCRIPTION["components"]["schemas"]["error-bad-request"]["properties"]["type"]["description"]
    assert all(f"`{type_}`" in known for type_ in types | {"invalid_id", "bad_request"})


def test_an_empty_id_fits_the_description_and_is_refused_all_the_same() -> None:
    """A choice of the fake's; the answer is described."""
    fake = FakeDevRev()
    response = send(fake, GET, {"token_id": ""}, secret=fake.issue_token(fake.add_user()).secret)
    assert (response.status_code, response.json()["type"]) == (400, "invalid_id")
    assert response.json()["field_name"] == "token_id"
    validate_response(response)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_said_to_be_json_is_a_bad_request(media_type: str) -> None:
    """No other media type is described for a request."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user())
    response = send(fake, DELETE, {}, secret=token.secret, Content_Type=media_type)
    assert (response.status_code, response.json()["type"]) == (400, "bad_request")
    with pytest.raises(RequestBodyValidationError):
        validate_request(response.request)
    validate_response(response)
    assert fake.token_status(token.id) == "active"


@pytest.mark.parametrize(("path", "body"), [(GET, {"token_id": "x"}), (DELETE, {})])
def test_401_fits_for_every_bearer_that_is_not_active(path: str, body: object) -> None:
    """None, an unknown one, one that expired, one that was revoked; all but the first are well-formed requests."""
    fake = FakeDevRev()
    expired, revoked = fake.issue_token(fake.add_user()), fake.issue_token(fake.add_user())
    fake.expire_token(expired.id)
    fake.revoke_token(revoked.id)
    for secret in (None, "unknown", expired.secret, revoked.secret):
        response = send(fake, path, body, secret=secret)
        assert (response.status_code, response.json()["type"]) == (401, "unauthenticated")
        validate_response(response)
        if secret is None:
            with pytest.raises(SecurityValidationError):
                validate_request(response.request)
        else:
            validate_request(response.request)


def test_404_of_an_unknown_id_and_429_with_its_headers_fit() -> None:
    """The 429 says how long to wait in three places, all of them described."""
    fake = FakeDevRev(rate_limit=1)
    secret = fake.issue_token(fake.add_user()).secret
    unknown, refused = (send(fake, GET, {"token_id": "x"}, secret=secret) for _ in range(2))
    assert (unknown.status_code, unknown.json()["type"]) == (404, "not_found")
    assert (refused.status_code, refused.json()["type"]) == (429, "too_many_requests")
    assert {"retry-after", "x-ratelimit-reset"} < set(refused.headers)
    for response in (unknown, refused):
        validate_request(response.request)
        validate_response(response)


@pytest.mark.parametrize("path", [GET, DELETE])
@pytest.mark.parametrize(
    ("status", "type_"),
    [
        (400, "bad_request"),
        (401, "unauthenticated"),
        (403, "forbidden"),
        (404, "not_found"),
        (429, "too_many_requests"),
        (500, "internal_error"),
        (503, "service_unavailable"),
    ],
)
def test_the_usual_body_of_every_scripted_error_fits(path: str, status: int, type_: str) -> None:
    """Each described error status, by script; the 429 and the 500 with the member that is theirs alone."""
    fake = FakeDevRev()
    fake.respond_next(status, retry_after=2)
    response = send(fake, path, {})
    assert (response.status_code, response.json()["type"]) == (status, type_)
    assert ("retry_after" in response.json()) == (status == 429)
    assert ("reference_id" in response.json()) == (status == 500)
    validate_response(response)


def test_the_statuses_tested_here_are_all_that_are_described() -> None:
    """A status added to the description asks for a line above."""
    for operation in (GET, DELETE):
        described = set(DESCRIPTION["paths"][operation]["post"]["responses"])
        # The fake has no 413 of its own: a script may answer one.
        assert described == {"200", "400", "401", "403", "404", "413", "429", "500", "503"}


def test_a_wrong_path_has_the_body_that_is_documented() -> None:
    """It is in no description; its body fits that of any 404."""
    fake = FakeDevRev()
    response = send(fake, "/auth-tokens.list", {})
    assert (response.status_code, response.json()) == (404, {"message": "route not found"})
    with pytest.raises(OpenAPIError):
        validate_response(response)
    response.request = httpx.Request("POST", HOST + GET)
    validate_response(response)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
bodies = values | st.dictionaries(
    st.sampled_from(["token_id", "requested_token_type", "x"]),
    values | st.sampled_from([str(member) for member in TokenType]),
)


@pytest.mark.slow
@settings(deadline=None)
@given(path=st.sampled_from([GET, DELETE]), body=bodies)
def test_fake_and_validator_agree_on_any_json(path: str, body: object) -> None:
    """The fake answers 400 just where the description refuses the body, and always as described."""
    fake = FakeDevRev()
    response = send(fake, path, body, secret=fake.issue_token(fake.add_user()).secret)
    validate_response(response)
    if response.status_code != 400:
        validate_request(response.request)
    elif response.json()["type"] != "invalid_id":
        with pytest.raises(RequestBodyValidationError):
            validate_request(response.request)
