"""The validation of the fake's answers can fail: one thing wrong, and it is found."""

from __future__ import annotations

from json import loads
from typing import TYPE_CHECKING, Any

import pytest
from openapi_core.validation.response.exceptions import DataValidationError, HeaderValidationError

from devrev_auth_client.testing import FakeDevRev
from tests.contract.fake_validation import GET, send, validate_response

if TYPE_CHECKING:
    from collections.abc import Callable


def changed(**members: object) -> Callable[[dict[str, Any]], None]:
    return lambda token: token.update(members)


@pytest.mark.parametrize(
    "change",
    [
        changed(status="asleep"),
        changed(created_date="yesterday"),
        changed(requested_token_type="pat"),
        changed(scopes="all"),
        changed(token_hin="1234"),
        changed(created_by={"type": "dev_user"}),
        lambda token: token.pop("id"),
    ],
)
def test_an_answer_with_one_thing_wrong_is_found(change: Callable[[dict[str, Any]], None]) -> None:
    """The checks above can fail."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user())
    response = send(fake, GET, {"token_id": token.id}, secret=token.secret)
    body = loads(response.content)
    change(body["token"])
    fake.respond_next(200, json=body)
    with pytest.raises(DataValidationError):
        validate_response(send(fake, GET, {"token_id": token.id}))


def test_a_header_or_an_error_with_one_thing_wrong_is_found() -> None:
    """The checks above can fail for headers and for error bodies too."""
    fake = FakeDevRev()
    fake.respond_next(429, headers={"X-Ratelimit-Reset": "soon"})
    with pytest.raises(HeaderValidationError):
        validate_response(send(fake, GET, {}))
    fake.respond_next(400, json={"type": "invalid_field", "message": "x", "fieldname": "id"})
    with pytest.raises(DataValidationError):
        validate_response(send(fake, GET, {}))
