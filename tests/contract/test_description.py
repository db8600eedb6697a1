"""openapi/auth-tokens.yaml holds everything that DevRev's two reference pages say, and is valid OpenAPI."""

import re
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator, validate

from devrev_auth_client import TokenType
from tests.contract.description import DOCUMENT, RESOLVED, TEXT

GET = "/auth-tokens.get"
DELETE = "/auth-tokens.self.delete"
STATUSES = ["200", "400", "401", "403", "404", "413", "429", "500", "503"]

USER = "type! display_id id! display_name display_picture email full_name state"
PICTURE = "display_id id! file"
FILE = "type name size:int32"
ERROR = "detail message type"
# Every field of the reference pages, by the object it stands in: its name, `!` where it is promised, and its format.
FIELDS = {
    (GET, "request", ""): "token_id!:id",
    (GET, "200", ""): "token!",
    (GET, "200", "token"): (
        "created_by created_date:date-time display_id id! modified_by modified_date:date-time client_id "
        "expires_at:date-time issued_at:date-time requested_token_type scopes status subject token_hint"
    ),
    (GET, "200", "token.created_by"): USER,
    (GET, "200", "token.created_by.display_picture"): PICTURE,
    (GET, "200", "token.created_by.display_picture.file"): FILE,
    (GET, "200", "token.modified_by"): USER,
    (GET, "200", "token.modified_by.display_picture"): PICTURE,
    (GET, "200", "token.modified_by.display_picture.file"): FILE,
    (DELETE, "request", ""): "requested_token_type",
    **{
        (path, status, ""): f"{ERROR} {extra}"
        for path in (GET, DELETE)
        for status, extra in {
            "400": "existing_parent is_same field_name value allowed_values reason actual expected",
            "401": "",
            "403": "object_ids",
            "404": "",
            "413": "max_bytes:int64",
            "429": "retry_after:int64",
            "500": "reference_id",
            "503": "",
        }.items()
    },
}
# fmt: off
BAD_REQUEST_TYPES = [
    "artifact_already_attached_to_a_parent", "bad_request", "customization_validation_error", "invalid_api_version",
    "invalid_enum_value", "invalid_field", "invalid_id", "merge_works_error", "missing_dependency",
    "missing_required_field", "parse_error", "stale_schema_fragments", "unexpected_id_type", "unexpected_json_type",
    "value_not_permitted", "workflow_component_validation_errors",
]
# fmt: on


def operation(path: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOLVED["paths"][path]["post"]
    return found


def media(path: str, place: str) -> dict[str, Any]:
    """The JSON of a request or of the answer with a status."""
    spoken = operation(path)["requestBody"] if place == "request" else operation(path)["responses"][place]
    found: dict[str, Any] = spoken["content"]["application/json"]
    return found


def schema(path: str, place: str, inside: str = "") -> dict[str, Any]:
    found: dict[str, Any] = media(path, place)["schema"]
    for name in filter(None, inside.split(".")):
        found = found["properties"][name]
    return found


def test_it_is_valid_openapi() -> None:
    validate(DOCUMENT, cls=OpenAPIV30SpecValidator)
    assert DOCUMENT["openapi"] == "3.0.3"


@pytest.mark.parametrize(("path", "name"), [(GET, "auth-tokens.get"), (DELETE, "auth-tokens.self.delete")])
def test_each_operation_is_a_post_with_a_bearer_token_and_every_documented_answer(path: str, name: str) -> None:
    spoken = operation(path)
    assert list(DOCUMENT["paths"]) == [GET, DELETE]
    assert spoken["operationId"] == name
    assert spoken["tags"] == ["auth-tokens"]
    assert spoken["security"] == [{"auth-token": []}]
    scheme = DOCUMENT["components"]["securitySchemes"]["auth-token"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert sorted(spoken["responses"]) == STATUSES
    limits = {"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"}
    for status, answer in spoken["responses"].items():
        assert set(answer["headers"]) == limits | ({"Retry-After"} if status == "429" else set())
        assert all(header["description"] and header["schema"] for header in answer["headers"].values())


@pytest.mark.parametrize(("place", "fields"), FIELDS.items(), ids=lambda value: " ".join(value).strip())
def test_every_field_of_the_reference_pages_is_there_as_promised(place: tuple[str, str, str], fields: str) -> None:
    found = schema(*place)
    for field in fields.split():
        name, _, form = field.partition(":")
        assert found["properties"][name.rstrip("!")].get("format", "") == form
    assert set(found.get("required", [])) == set(re.findall(r"(\w+)!", fields))


def test_every_property_and_every_schema_has_a_description() -> None:
    schemas = RESOLVED["components"]["schemas"]
    without = [name for name, schema in schemas.items() if not schema.get("description")]
    without += [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, value in schema.get("properties", {}).items()
        if not value.get("description")
    ]
    assert without == []


def test_the_vocabularies_are_those_of_the_reference() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert {name: schema["enum"] for name, schema in schemas.items() if "enum" in schema} == {
        "token-type": [str(member) for member in TokenType],
        "token-status": ["active", "expired", "revoked"],
        "user-type": ["dev_user", "rev_user", "service_account", "sys_user"],
        "user-state": ["active", "deactivated", "deleted", "locked", "shadow", "unassigned"],
    }


def test_each_urn_stands_on_a_line_of_its_own() -> None:
    assert re.findall(r"^ +- (urn:\S+)$", TEXT, re.MULTILINE) == list(TokenType)


@pytest.mark.parametrize("path", [GET, DELETE])
def test_an_error_type_is_an_open_string_whose_description_names_the_known_ones(path: str) -> None:
    bad_request = schema(path, "400", "type")
    assert [word for word in BAD_REQUEST_TYPES if f"`{word}`" not in bad_request["description"]] == []
    for status in ("401", "403", "404", "413", "429", "500", "503"):
        other = schema(path, status, "type")
        assert f"`{media(path, status)['example']['type']}` ({status})" in other["description"]
        assert other["type"] == bad_request["type"] == "string"
        assert "enum" not in other | bad_request
    assert "`dev_org_deactivated` (401)" in schema(path, "401", "type")["description"]


@pytest.mark.parametrize(
    ("path", "place"),
    [(path, place) for path in (GET, DELETE) for place in ["request", *STATUSES] if (path, place) != (DELETE, "200")],
)
def test_every_example_matches_its_schema(path: str, place: str) -> None:
    strict = OAS30Validator(schema(path, place), format_checker=OAS30Validator.FORMAT_CHECKER)
    assert [error.message for error in strict.iter_errors(media(path, place)["example"])] == []


def test_a_revocation_may_be_asked_for_with_an_empty_object_and_answers_without_a_body() -> None:
    assert media(DELETE, "request")["example"] == {}
    assert operation(DELETE)["requestBody"]["required"]
    assert "content" not in operation(DELETE)["responses"]["200"]


def test_the_example_is_the_whole_one_of_the_reference_page() -> None:
    for (path, place, inside), fields in FIELDS.items():
        if (path, place) == (GET, "200"):
            found = media(GET, "200")["example"]
            for name in filter(None, inside.split(".")):
                found = found[name]
            assert sorted(found) == sorted(re.findall(r"(\w+)!?(?::\S+)?", fields))
