"""A description that is no YAML, or no OpenAPI, or refers to nothing, is refused with the line."""

import pytest

from .conftest import Refusals, Workspace, changed
from .minimal import MINIMAL, PARAMETERS

REF = '              $ref: "#/components/schemas/Ask"\n'


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("  title: Small\n", "  title: one\n  title: two # here\n", "'title' is there twice"),
        ('  version: "1"\n', '\tversion: "1" # here\n', "not readable as YAML"),
        ("paths:\n", "--- # here\npaths:\n", "not readable as YAML"),
        ('        "200":\n', "        200: # here\n", "no string to YAML; quote it"),
        ("openapi: 3.0.3", 'openapi: "3.1.0" # here', "checked for 3.0 only"),
        ("openapi: 3.0.3", "openapi: [] # here", "checked for 3.0 only"),
        ("      operationId: things.get\n", "      operationID: things.get # here\n", "has no 'operationID' here"),
        ("    State:\n      type: string\n", "    State:\n      type: text # here\n", "'text' is not one of"),
        ("          description: A thing\n", "", "'description' is a required property"),
        ("  title: Small\n", "", "'title' is a required property"),
        (PARAMETERS, f"      parameters:\n        - name: a # here\n          in: query\n{PARAMETERS}", "'schema'"),
        ("          type: string\n", "          type: string\n          default: 5 # here\n", "5 is not of type"),
        ("paths:\n", "x-paths:\n", "'paths' is a required property"),
        *(
            (REF, f'              $ref: "{ref}" # here\n', f"$ref to {ref!r}, which is not in this file")
            for ref in ("#/components/schemas/Asc", "other.yaml#/components/schemas/Ask", "Ask", "")
        ),
        (REF, '              $ref: "#/components/schemas/Ask/properties/id" # here\n', "finds whole components only"),
    ],
)
def test_refused(refusals: Refusals, old: str, new: str, reason: str) -> None:
    text = changed(MINIMAL, old, new)
    (line, told), *_ = refusals.of(text)
    assert reason in told
    if "# here" in text:
        assert "# here" in text.splitlines()[line - 1]


@pytest.mark.parametrize("text", ["", "[]", "just text"])
def test_a_file_that_is_no_description(refusals: Refusals, text: str) -> None:
    assert refusals.of(text) == [(1, "is no OpenAPI description: the top is not a mapping")]


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_is_missing_or_no_text(workspace: Workspace, content: bytes | None) -> None:
    workspace.description.unlink()
    if content:
        workspace.description.write_bytes(content)
    assert "auth-tokens.yaml:1: not readable as text" in workspace.failure()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("openapi", "openapi"),
        # A date, and words that YAML 1.1 takes for truths.
        ('version: "1"', "version: 2024-01-24"),
        ("        - open\n", "        - on\n        - no\n"),
        # What only looks like a reference.
        (REF, f'{REF}            example:\n              $ref: "#/nothing"\n'),
        ("        id:\n", "        $ref:\n"),
    ],
)
def test_taken(refusals: Refusals, old: str, new: str) -> None:
    assert refusals.of(changed(MINIMAL, old, new)) == []


def test_several_problems_are_told_at_once_in_the_order_of_lines(refusals: Refusals) -> None:
    text = MINIMAL.replace(REF, REF.replace("Ask", "Asc")).replace("schemas/State", "schemas/Stat")
    assert [reason.split("/")[-1] for _, reason in refusals.of(text)] == [
        "Asc', which is not in this file",
        "Stat', which is not in this file",
    ]
