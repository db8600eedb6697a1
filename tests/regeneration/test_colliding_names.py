"""Names that would fall together in generated code are refused; the generator's own complaints get a line."""

import inspect
from textwrap import indent

import pytest

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient
from tools.description import outcome

from .conftest import Refusals, Workspace, line_of
from .minimal import MINIMAL, SCHEMAS

EMPTY = "{type: object, properties: {a: {type: string}}}"


def refused(refusals: Refusals, schemas: str) -> list[tuple[str, str]]:
    """The line and the reason of each problem that further schemas bring."""
    text = MINIMAL.replace(SCHEMAS, indent(schemas + "\n", "    ") + SCHEMAS)
    lines = text.splitlines()
    return [(lines[line - 1].strip(), reason) for line, reason in refusals.of(text)]


@pytest.mark.parametrize("other", ["Foo_Bar", "foo-bar", "fooBar", "Foo.Bar"])
def test_two_schemas_of_one_class(refusals: Refusals, other: str) -> None:
    ((line, reason),) = refused(refusals, f"FooBar: {EMPTY}\n{other}: {EMPTY}")
    assert line.startswith(f"{other}:")
    assert reason.startswith(f"{other} and FooBar (line ")
    assert reason.endswith(") make the same class, FooBar")


def test_two_schemas_of_two_classes_in_one_module(refusals: Refusals) -> None:
    """The generator writes the one file, then the other over it, and says nothing."""
    ((line, reason),) = refused(refusals, f"FooBAR: {EMPTY}\nFooBar: {EMPTY}")
    assert line.startswith("FooBar:")
    assert reason.startswith("FooBar and FooBAR (line ")
    assert reason.endswith("make the same module, models/foo_bar.py")


def test_an_inline_schema_and_a_named_one_of_one_class(refusals: Refusals) -> None:
    found = refused(refusals, f"FooBar: {EMPTY}\nFoo: {{type: object, properties: {{bar: {EMPTY}}}}}")
    assert any('duplicate models with name "FooBar"' in reason for _, reason in found)


@pytest.mark.parametrize("name", ["Response", "Client", "Unset", "File", "Any"])
def test_a_schema_of_a_name_that_generated_modules_import(refusals: Refusals, name: str) -> None:
    ((line, reason),) = refused(refusals, f"{name}: {EMPTY}")
    assert line.startswith(f"{name}:")
    assert f"the class {name} would hide what generated modules import" in reason


@pytest.mark.parametrize("field", ["d", "to_dict", "additionalProperties", "cls"])
def test_a_field_of_a_name_that_the_models_code_uses(refusals: Refusals, field: str) -> None:
    ((line, reason),) = refused(refusals, f"New:\n  type: object\n  properties:\n    {field}: {{type: string}}")
    assert line.startswith(f"{field}:")
    assert f"the field {field!r} would hide the generated code's own" in reason


def test_a_field_of_a_name_that_only_typed_further_fields_use(refusals: Refusals) -> None:
    text = "New:\n  type: object\n  properties: {prop: {type: string}}"
    assert refused(refusals, text) == []
    assert len(refused(refusals, f"{text}\n  additionalProperties: {{type: string}}")) == 1


@pytest.mark.parametrize(
    ("values", "line", "reason"),
    [
        # Of this pair the generator keeps the second, and says nothing.
        (["foo_bar", "foo-bar"], "- foo-bar", "'foo-bar' and 'foo_bar' both make the member FOO_BAR"),
        (["foo-bar", "foo_bar"], "- foo_bar", "'foo_bar' and 'foo-bar' both make the member FOO_BAR"),
        (["Open", "open"], "- open", "'open' and 'Open' both make the member OPEN"),
        (["a", "b", "a"], "- a", "'a' is listed twice"),
        (["1a", "2b", "1a"], "- 1a", "'1a' is listed twice"),
    ],
)
def test_two_values_of_one_member(refusals: Refusals, values: list[str], line: str, reason: str) -> None:
    listed = "\n".join(f"    - {value}" for value in values)
    assert refused(refusals, f"New:\n  type: string\n  enum:\n{listed}") == [(line, reason)]


@pytest.mark.parametrize(
    ("tag", "operation"), [("things", "things-get"), ("things", "thingsGet"), ("Things", "things.get")]
)
def test_two_operations_of_one_module(refusals: Refusals, tag: str, operation: str) -> None:
    other = f"""\
  /other:
    get:
      operationId: {operation} # here
      tags: [{tag}]
      responses: {{"200": {{description: ok}}}}
"""
    edits = [("components:\n", other + "components:\n")]
    if operation == "things.get":
        edits.append(("      operationId: things.get\n", "      operationId: thingsGet\n"))
    line = line_of(MINIMAL, "operationId")
    refusals.check(*edits, reason=f"the same module, things/things_get.py, as the operation on line {line}")


def test_operations_of_one_name_under_two_tags_are_two_modules(refusals: Refusals) -> None:
    other = '  /o:\n    get: {operationId: things_get, tags: [others], responses: {"200": {description: ok}}}\n'
    assert refusals.of(MINIMAL.replace("components:\n", other + "components:\n")) == []


@pytest.mark.parametrize(
    ("schemas", "start", "reason"),
    [
        ("New: {type: string, enum: [a], default: b}", "New:", "'b' is not one of ['a']"),
        (
            "New: {allOf: [{$ref: '#/components/schemas/State'}, {type: object}]}",
            "New:",
            "Cannot take allOf a non-object",
        ),
        ("New: {type: array, items: {$ref: '#/components/schemas/New'}}", "New:", "Could not find reference"),
        (
            "New: {type: object, properties: {'a b': {type: string}, 'ab': {type: string}, 'a-b': {type: string}}}",
            "New:",
            "have the same python_name",
        ),
        (
            "New:\n  allOf:\n    - {type: object, properties: {a: {type: string}}}\n"
            "    - {type: object, properties: {a: {type: integer}}}",
            "New:",
            "can't be merged",
        ),
    ],
)
def test_what_the_generator_complains_of_gets_a_line(refusals: Refusals, schemas: str, start: str, reason: str) -> None:
    found = refused(refusals, schemas)
    assert any(reason in told for _, told in found), found
    assert all(line.startswith((start, "- $ref", "items")) for line, _ in found), found


def test_the_names_that_client_call_takes_for_itself_are_those_that_parameters_may_not_have() -> None:
    for client in (AsyncDevRevAuthClient, DevRevAuthClient):
        assert inspect.signature(client.call).parameters.keys() - {"self", "arguments"} <= outcome._ARGUMENTS


def test_a_refusal_leaves_the_old_folder_as_it_was(workspace: Workspace) -> None:
    workspace.edit(
        workspace.description, "    OrgSummary:\n", "    Org_Summary:\n      type: object\n    OrgSummary:\n"
    )
    text = workspace.failure()  # which looks
    assert text.startswith(f"auth-tokens.yaml:{workspace.line_of('OrgSummary:')}: ")
