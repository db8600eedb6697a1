"""A description that is no YAML, or no OpenAPI, or refers to nothing, is refused with the line."""

import pytest

from .conftest import Refusals, Workspace
from .minimal import MINIMAL, PARAMETERS


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("info:\n", "info: [\n", "not readable as YAML"),
        ("  title: Small\n", "  title: one\n  title: two # here\n", "'title' is there twice"),
        ('  version: "1"\n', '\tversion: "1" # here\n', "not readable as YAML"),
        ("paths:\n", "---\npaths: # here\n", "not readable as YAML"),
        ('        "200":\n', "        200: # here\n", "no string to YAML; quote it"),
    ],
)
def test_wrong_yaml(refusals: Refusals, old: str, new: str, reason: str) -> None:
    text = MINIMAL.replace(old, new, 1)
    assert text != MINIMAL
    (line, told), *_ = refusals.of(text)
    assert reason in told
    assert line > 1


@pytest.mark.parametrize("text", ["", "[]", "just text", "- openapi: 3.0.3"])
def test_a_file_that_is_no_description(refusals: Refusals, text: str) -> None:
    assert refusals.of(text) == [(1, "is no OpenAPI description: the top is not a mapping")]


def test_what_yaml_1_2_takes_for_text_is_text(refusals: Refusals) -> None:
    """A date, and words that YAML 1.1 takes for truths: in version and enums they are no mistake."""
    text = MINIMAL.replace('version: "1"', "version: 2024-01-24").replace(
        "        - open\n", "        - on\n        - no\n"
    )
    assert refusals.of(text) == []


def test_a_file_that_is_no_text(workspace: Workspace) -> None:
    workspace.description.write_bytes(b"\xff\xfe")
    assert "auth-tokens.yaml:1: not readable as text" in workspace.failure()


def test_a_file_that_is_missing(workspace: Workspace) -> None:
    workspace.description.unlink()
    assert "auth-tokens.yaml:1: not readable as text" in workspace.failure()


@pytest.mark.parametrize("version", ["3.1.0", "2.0", "4", "[]"])
def test_another_openapi_than_the_checks_are_for(refusals: Refusals, version: str) -> None:
    refusals.check(("openapi: 3.0.3", f'openapi: "{version}" # here'), reason="checked for 3.0 only")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("      operationId: things.get\n", "      operationID: things.get # here\n", "has no 'operationID' here"),
        ("    State:\n      type: string\n", "    State:\n      type: text # here\n", "'text' is not one of"),
        ("          description: A thing\n", "", "'description' is a required property"),
        ("  title: Small\n", "", "'title' is a required property"),
        (PARAMETERS, f"      parameters:\n        - name: a # here\n          in: query\n{PARAMETERS}", "'schema'"),
        (
            "          type: string\n",
            "          type: string\n          default: 5 # here\n",
            "5 is not of type 'string'",
        ),
        ("paths:\n", "x-paths:\n", "'paths' is a required property"),
    ],
)
def test_no_openapi(refusals: Refusals, old: str, new: str, reason: str) -> None:
    text = MINIMAL.replace(old, new, 1)
    assert text != MINIMAL
    (line, told), *_ = refusals.of(text)
    assert reason in told
    if "# here" in text:
        assert "# here" in text.splitlines()[line - 1]


REF = '              $ref: "#/components/schemas/Ask"\n'


@pytest.mark.parametrize(
    "ref",
    [
        "#/components/schemas/Asc",
        "#/components/schemes/Ask",
        "other.yaml#/components/schemas/Ask",
        "https://example.invalid/a.yaml",
        "#/components/schemas/Ask/properties/state",
        "Ask",
        "",
    ],
)
def test_a_reference_to_nothing(refusals: Refusals, ref: str) -> None:
    refusals.check((REF, f'              $ref: "{ref}" # here\n'), reason=f"$ref to {ref!r}, which is not in this file")


def test_a_reference_into_a_component(refusals: Refusals) -> None:
    ref = "#/components/schemas/Ask/properties/id"
    refusals.check((REF, f'              $ref: "{ref}" # here\n'), reason="the generator finds whole components only")


def test_what_only_looks_like_a_reference_is_data(refusals: Refusals) -> None:
    example = '            example:\n              $ref: "#/nothing"\n'
    text = MINIMAL.replace(REF, REF + example).replace("        id:\n", "        $ref:\n", 1)
    assert refusals.of(text) == []


def test_several_problems_are_told_at_once_in_the_order_of_lines(refusals: Refusals) -> None:
    text = MINIMAL.replace(REF, REF.replace("Ask", "Asc")).replace("schemas/State", "schemas/Stat")
    assert [reason.split("/")[-1] for _, reason in refusals.of(text)] == [
        "Asc', which is not in this file",
        "Stat', which is not in this file",
    ]


def test_the_minimal_description_itself_is_fine(refusals: Refusals) -> None:
    assert refusals.of(MINIMAL) == []
