"""Every kind of answer that FakeDevRev gives fits the description, says openapi-core, which knows nothing of us.

The validator is stricter here than the description: a member that is described nowhere is an error too.
"""

from json import dumps
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.request.exceptions import RequestBodyValidationError, SecurityValidationError
from openapi_core.validation.response.exceptions import DataValidationError

from devrev_auth_client.testing import FakeDevRev, IssuedToken
from devrev_auth_client.token_types import TokenType
from tests.contract.description import RESOLVED
from tests.testing.conftest import DELETE, GET, HOST

STRICT = OpenAPI.from_dict(RESOLVED, config=Config(additional_properties_default_policy="forbid"))
COMPLETE = OpenAPI.from_dict(
    RESOLVED,
    config=Config(additional_properties_default_policy="forbid", response_properties_default_policy="required"),
)


def described(request: httpx.Request, path: str | None = None) -> MockRequest:
    headers = dict(request.headers)
    url, media_type = path or request.url.path, headers.get("content-type", "")
    return MockRequest(HOST, request.method, url, headers=headers, data=request.content, content_type=media_type)


def fits(response: httpx.Response, openapi: OpenAPI = STRICT, path: str | None = None) -> None:
    headers = dict(response.headers)
    answer = MockResponse(response.content, response.status_code, headers, headers.get("content-type", ""))
    openapi.validate_response(described(response.request, path), answer)


def send(
    fake: FakeDevRev, path: str, body: object, secret: str | None, media_type: str | None = None
) -> httpx.Response:
    content = body if isinstance(body, bytes) else dumps(body).encode()
    headers = {"Content-Type": "application/json" if media_type is None else media_type}
    if secret is not None:
        headers["Authorization"] = f"Bearer {secret}"
    with httpx.Client(base_url=HOST, transport=fake.transport()) as client:
        return client.post(path, content=content, headers=headers)


def read(fake: FakeDevRev, token: IssuedToken) -> httpx.Response:
    response = send(fake, GET, {"token_id": token.id}, fake.issue_token(fake.add_user()).secret)
    assert response.status_code == 200
    STRICT.validate_request(described(response.request))
    fits(response)
    return response


@pytest.mark.parametrize("state", ["active", "deactivated", "deleted", "locked", "shadow", "unassigned"])
def test_metadata_fits_for_users_of_every_type_and_state(fake: FakeDevRev, state: str) -> None:
    for user_type in ("dev_user", "rev_user", "service_account", "sys_user"):
        token = fake.issue_token(fake.add_user(type=user_type, state=state))
        assert read(fake, token).json()["token"]["created_by"]["type"] == user_type


def test_metadata_fits_for_tokens_of_every_type_and_status(fake: FakeDevRev) -> None:
    user = fake.add_user()
    for token_type in TokenType:
        token = fake.issue_token(user, token_type)
        read(fake, token)
        revoked = send(fake, DELETE, {"requested_token_type": str(token_type)}, token.secret)
        assert (revoked.status_code, revoked.content) == (200, b"")
        STRICT.validate_request(described(revoked.request))
        fits(revoked)
        assert read(fake, token).json()["token"]["status"] == "revoked"
    expired = fake.issue_token(user)
    fake.expire_token(expired.id)
    assert read(fake, expired).json()["token"]["status"] == "expired"


def test_metadata_carries_every_described_field(fake: FakeDevRev) -> None:
    """With every described property required: a rev_user's token has them all, one without an end has not."""
    fits(read(fake, fake.issue_token(fake.add_user(type="rev_user"))), COMPLETE)
    with pytest.raises(DataValidationError):
        fits(read(fake, fake.issue_token(fake.add_user(), expires_in=None)), COMPLETE)


NO_OBJECTS = {b"[]": "array", b'"x"': "string", b"1": "number", b"1.5": "number", b"true": "boolean", b"null": "null"}
NO_STRINGS: list[tuple[Any, str]] = [
    (1, "number"),
    (False, "boolean"),
    (None, "null"),
    ({}, "object"),
    ([], "array"),
]


def wrong_type(actual: str, expected: str, **details: str) -> dict[str, object]:
    return {"type": "unexpected_json_type", "actual": actual, "expected": expected, **details}


BOTH = [(GET, "token_id"), (DELETE, "requested_token_type")]
BAD_BODIES: list[Any] = [
    *((path, body, {"type": "parse_error"}) for path, _ in BOTH for body in (b"", b"nope", b'{"token_id": "\xff"}')),
    *((path, body, wrong_type(actual, "object")) for path, _ in BOTH for body, actual in NO_OBJECTS.items()),
    *(
        (path, {name: value}, wrong_type(actual, "string", field_name=name))
        for path, name in BOTH
        for value, actual in NO_STRINGS
    ),
    (GET, {}, {"type": "missing_required_field", "field_name": "token_id"}),
    (GET, {"token_id": "x", "id": 1}, {"type": "invalid_field", "field_name": "id"}),
    (DELETE, {"token_type": "urn:new"}, {"type": "invalid_field", "field_name": "token_type"}),
    (
        DELETE,
        {"requested_token_type": "urn:new"},
        {
            "type": "invalid_enum_value",
            "field_name": "requested_token_type",
            "value": "urn:new",
            "allowed_values": [str(member) for member in TokenType],
        },
    ),
]


@pytest.mark.parametrize(("path", "body", "expected"), BAD_BODIES)
def test_a_body_that_the_description_refuses_is_answered_400_as_described(
    fake: FakeDevRev, token: IssuedToken, path: str, body: object, expected: dict[str, object]
) -> None:
    response = send(fake, path, body, token.secret)
    answer = response.json()
    assert answer.pop("message")
    assert (response.status_code, answer) == (400, expected)
    with pytest.raises(RequestBodyValidationError):
        STRICT.validate_request(described(response.request))
    fits(response)
    assert fake.token_status(token.id) == "active"


def test_an_empty_id_and_a_body_that_is_not_said_to_be_json_are_refused_too(
    fake: FakeDevRev, token: IssuedToken
) -> None:
    """The first is a choice of the fake's: it fits the description."""
    empty = send(fake, GET, {"token_id": ""}, token.secret)
    assert (empty.json()["type"], empty.json()["field_name"]) == ("invalid_id", "token_id")
    texts = [send(fake, DELETE, {}, token.secret, media_type) for media_type in ("text/plain", "")]
    assert [text.json()["type"] for text in texts] == ["bad_request"] * 2
    for response in (empty, *texts):
        assert response.status_code == 400
        fits(response)
    assert fake.token_status(token.id) == "active"


def test_refusals_of_the_bearer_the_id_and_the_rate_fit() -> None:
    fake = FakeDevRev(rate_limit=1)
    secret = fake.issue_token(fake.add_user()).secret
    missing, unknown = send(fake, DELETE, {}, None), send(fake, DELETE, {}, "unknown")
    nobody, refused = (send(fake, GET, {"token_id": "x"}, secret) for _ in range(2))
    assert [response.status_code for response in (missing, unknown, nobody, refused)] == [401, 401, 404, 429]
    assert {"retry-after", "x-ratelimit-reset"} < set(refused.headers)
    for response in (missing, unknown, nobody, refused):
        fits(response)
    for response in (unknown, nobody, refused):
        STRICT.validate_request(described(response.request))
    with pytest.raises(SecurityValidationError):
        STRICT.validate_request(described(missing.request))


@pytest.mark.parametrize("path", [GET, DELETE])
def test_the_usual_body_of_every_described_error_fits(fake: FakeDevRev, path: str) -> None:
    statuses = {int(status) for status in RESOLVED["paths"][path]["post"]["responses"]} - {200}
    assert statuses >= {400, 401, 403, 404, 429, 500, 503}
    for status in statuses:
        fake.respond_next(status, retry_after=2)
        response = send(fake, path, {}, None)
        assert response.status_code == status
        assert response.json()["type"]
        fits(response)


def test_a_wrong_path_is_in_no_description_and_its_body_fits_that_of_any_404(fake: FakeDevRev) -> None:
    response = send(fake, "/auth-tokens.list", {}, None)
    with pytest.raises(OpenAPIError):
        fits(response)
    fits(response, path=GET)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
members = st.sampled_from(["token_id", "requested_token_type", "x"])
bodies = values | st.dictionaries(members, values | st.sampled_from([str(member) for member in TokenType]))


@pytest.mark.slow
@settings(deadline=None)
@given(path=st.sampled_from([GET, DELETE]), body=bodies)
def test_fake_and_validator_agree_on_any_json(path: str, body: object) -> None:
    """The fake answers 400 just where the description refuses the body, and always as described."""
    fake = FakeDevRev()
    response = send(fake, path, body, fake.issue_token(fake.add_user()).secret)
    fits(response)
    if response.status_code != 400:
        STRICT.validate_request(described(response.request))
    elif response.json()["type"] != "invalid_id":
        with pytest.raises(RequestBodyValidationError):
            STRICT.validate_request(described(response.request))
