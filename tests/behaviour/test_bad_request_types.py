"""Each of the sixteen types of a 400 raises BadRequestError with its details."""

from __future__ import annotations

from typing import Any

import pytest

from devrev_auth_client import UNSET, BadRequestError
from devrev_auth_client.generated.models import ErrorBadRequest
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.bodies import ERROR
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get

DETAILS: dict[str, dict[str, Any]] = {
    "artifact_already_attached_to_a_parent": {"existing_parent": "don:core:issue/1", "is_same": True},
    "bad_request": {},
    "customization_validation_error": {},
    "invalid_api_version": {"value": "1999-01-01"},
    "invalid_enum_value": {"field_name": "f", "value": "v", "allowed_values": ["a", "b"]},
    "invalid_field": {"field_name": "f"},
    "invalid_id": {"field_name": "f"},
    "merge_works_error": {},
    "missing_dependency": {},
    "missing_required_field": {"field_name": "f"},
    "parse_error": {},
    "stale_schema_fragments": {},
    "unexpected_id_type": {"field_name": "f"},
    "unexpected_json_type": {"field_name": "f", "actual": "number", "expected": "string"},
    "value_not_permitted": {"field_name": "f", "allowed_values": ["a"], "reason": "because"},
    "workflow_component_validation_errors": {},
}


def test_there_are_sixteen() -> None:
    """The table below is whole."""
    assert len(DETAILS) == 16


@pytest.mark.parametrize("type_", DETAILS)
@both_operations
async def test_each_type_arrives_with_its_details(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, type_: str
) -> None:
    """What has an attribute of the error is there, and all of it is in the generated model."""
    details = DETAILS[type_]
    body = {**ERROR, "type": type_, **details}
    fake.respond_next(400, json=body)
    with pytest.raises(BadRequestError) as caught:
        await operation(make_client())
    error = caught.value
    assert (error.status_code, error.type, error.message, error.detail) == (400, type_, "a message", "a detail")
    assert error.field_name == details.get("field_name")
    assert error.existing_parent == details.get("existing_parent")
    assert error.is_same == details.get("is_same")
    assert isinstance(error.error, ErrorBadRequest)
    for name in ("value", "allowed_values", "reason", "actual", "expected"):
        assert getattr(error.error, name) == details.get(name, UNSET)
    assert error.error.to_dict() == body
    assert len(fake.requests) == 1


async def test_is_same_can_be_false(make_client: MakeClient, fake: FakeDevRev) -> None:
    """False is an answer, not an absence."""
    fake.respond_next(400, json={"type": "artifact_already_attached_to_a_parent", "is_same": False})
    with pytest.raises(BadRequestError) as caught:
        await get(make_client())
    assert caught.value.is_same is False


async def test_an_unknown_type_arrives_as_it_is(make_client: MakeClient, fake: FakeDevRev) -> None:
    """A seventeenth type is still a BadRequestError, and unknown details are in the model."""
    fake.respond_next(400, json={"type": "brand_new", "field_name": "f", "hint": ["h"]})
    with pytest.raises(BadRequestError, match="400 brand_new") as caught:
        await get(make_client())
    assert (caught.value.type, caught.value.field_name) == ("brand_new", "f")
    assert caught.value.error is not None
    assert caught.value.error.additional_properties == {"hint": ["h"]}
