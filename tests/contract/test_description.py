"""openapi/auth-tokens.yaml holds everything that DevRev's two reference pages say, and is valid OpenAPI."""

import re
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import OpenAPIV30SpecValidator, validate
from ruamel.yaml import YAML

from devrev_auth_client import TokenType

DESCRIPTION = Path(__file__).parents[2] / "openapi" / "auth-tokens.yaml"
DOCUMENT: dict[str, Any] = YAML(typ="safe").load(DESCRIPTION.read_text(encoding="utf-8"))

GET = "/auth-tokens.get"
DELETE = "/auth-tokens.self.delete"
STATUSES = ["200", "400", "401", "403", "404", "413", "429", "500", "503"]

USER = "type display_id id display_name display_picture email full_name state"
PICTURE = "display_id id file"
FILE = "type name size"
ERROR = "detail message type"
# Every field of the reference pages, by the object it stands in.
FIELDS = {
    (GET, "request", ""): "token_id",
    (GET, "200", ""): "token",
    (GET, "200", "token"): (
        "created_by created_date display_id id modified_by modified_date client_id expires_at issued_at "
        "requested_token_type scopes status subject token_hint"
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
            "413": "max_bytes",
            "429": "retry_after",
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


def resolved(node: Any) -> Any:
    """The same with every $ref replaced by what it names, and every allOf by one object."""
    if isinstance(node, list):
        return [resolved(child) for child in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = DOCUMENT
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        return resolved(target)
    plain = {key: resolved(value) for key, value in node.items() if key != "allOf"}
    for part in resolved(node.get("allOf", [])):
        properties = {**plain.get("properties", {}), **part.get("properties", {})}
        plain = {**part, **plain, "properties": properties}
    return plain


def operation(path: str) -> dict[str, Any]:
    found: dict[str, Any] = resolved(DOCUMENT["paths"][path]["post"])
    return found


def media(path: str, place: str) -> dict[str, Any]:
    """The JSON of a request or of the answer with a status."""
    spoken = operation(path)["requestBody"] if place == "request" else operation(path)["responses"][place]
    found: dict[str, Any] = spoken["content"]["application/json"]
    return found


def properties(path: str, place: str, inside: str) -> dict[str, Any]:
    found: dict[str, Any] = media(path, place)["schema"]["properties"]
    for name in filter(None, inside.split(".")):
        found = found[name]["properties"]
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
    assert sorted(spoken["responses"]) == STATUSES
    scheme = DOCUMENT["components"]["securitySchemes"]["auth-token"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


@pytest.mark.parametrize("path", [GET, DELETE])
def test_answers_name_their_rate_limit_headers_and_429_its_retry_after(path: str) -> None:
    limits = {"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"}
    for status, answer in operation(path)["responses"].items():
        assert set(answer["headers"]) == limits | ({"Retry-After"} if status == "429" else set())
        assert all(header["description"] and header["schema"] for header in answer["headers"].values())


@pytest.mark.parametrize(("place", "names"), FIELDS.items(), ids=lambda value: " ".join(value).strip())
def test_every_field_of_the_reference_pages_is_there_with_its_description(
    place: tuple[str, str, str], names: str
) -> None:
    found = properties(*place)
    missing = set(names.split()) - found.keys()
    assert not missing
    assert all(found[name].get("description") or found[name]["properties"] for name in names.split())


def test_every_property_and_every_schema_has_a_description() -> None:
    schemas = resolved(DOCUMENT["components"]["schemas"])
    without = [name for name, schema in schemas.items() if not schema.get("description")]
    without += [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, value in schema.get("properties", {}).items()
        if not value.get("description")
    ]
    assert without == []


@pytest.mark.parametrize(
    ("schema", "required"),
    {
        "auth-tokens-get-request": ["token_id"],
        "auth-tokens-get-response": ["token"],
        "auth-tokens-self-delete-request": [],
        "auth-token": ["id"],
        "user-summary": ["type", "id"],
        "org-summary": [],
        "artifact-summary": ["id"],
        "artifact-file": [],
        "error": [],
        "error-bad-request": [],
        "error-forbidden": [],
        "error-request-entity-too-large": [],
        "error-too-many-requests": [],
        "error-internal-server-error": [],
    }.items(),
)
def test_only_what_devrev_promises_is_required(schema: str, required: list[str]) -> None:
    assert resolved(DOCUMENT["components"]["schemas"][schema]).get("required", []) == required


def test_the_vocabularies_are_those_of_the_reference() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert {name: schema["enum"] for name, schema in schemas.items() if "enum" in schema} == {
        "token-type": [str(member) for member in TokenType],
        "token-status": ["active", "expired", "revoked"],
        "user-type": ["dev_user", "rev_user", "service_account", "sys_user"],
        "user-state": ["active", "deactivated", "deleted", "locked", "shadow", "unassigned"],
    }


def test_each_urn_stands_on_a_line_of_its_own() -> None:
    lines = DESCRIPTION.read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines if re.fullmatch(r" +- urn:\S+", line)] == [f"- {urn}" for urn in TokenType]


@pytest.mark.parametrize("path", [GET, DELETE])
def test_an_error_type_is_an_open_string_whose_description_names_the_known_ones(path: str) -> None:
    bad_request = properties(path, "400", "")["type"]
    assert [word for word in BAD_REQUEST_TYPES if f"`{word}`" not in bad_request["description"]] == []
    for status in ("401", "403", "404", "413", "429", "500", "503"):
        schema = properties(path, status, "")["type"]
        assert f"`{media(path, status)['example']['type']}` ({status})" in schema["description"]
        assert schema["type"] == bad_request["type"] == "string"
        assert "enum" not in schema | bad_request
    assert "`dev_org_deactivated` (401)" in properties(path, "401", "")["type"]["description"]


def test_numbers_have_their_documented_widths() -> None:
    assert properties(GET, "200", "token.created_by.display_picture.file")["size"]["format"] == "int32"
    assert properties(GET, "429", "")["retry_after"]["format"] == "int64"


def test_every_timestamp_is_a_date_time() -> None:
    token = properties(GET, "200", "token")
    times = [name for name in token if name.endswith(("_at", "_date"))]
    assert sorted(times) == ["created_date", "expires_at", "issued_at", "modified_date"]
    assert {token[name]["format"] for name in times} == {"date-time"}


@pytest.mark.parametrize(
    ("path", "place"),
    [(path, place) for path in (GET, DELETE) for place in ["request", *STATUSES] if (path, place) != (DELETE, "200")],
)
def test_every_example_matches_its_schema(path: str, place: str) -> None:
    spoken = media(path, place)
    strict = OAS30Validator(spoken["schema"], format_checker=OAS30Validator.FORMAT_CHECKER)
    assert [error.message for error in strict.iter_errors(spoken["example"])] == []


def test_a_revocation_may_be_asked_for_with_an_empty_object_and_answers_without_a_body() -> None:
    assert media(DELETE, "request")["example"] == {}
    assert operation(DELETE)["requestBody"]["required"]
    assert "content" not in operation(DELETE)["responses"]["200"]


def test_the_example_is_the_whole_one_of_the_reference_page() -> None:
    example = media(GET, "200")["example"]
    for (path, place, inside), names in FIELDS.items():
        if (path, place) == (GET, "200"):
            found = example
            for name in filter(None, inside.split(".")):
                found = found[name]
            assert sorted(found) == sorted(names.split())
