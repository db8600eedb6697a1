"""What the generator would pass over in operations, parameters, bodies and answers is refused, with the line."""

from textwrap import indent

import pytest

from .conftest import Refusals
from .minimal import MINIMAL, PARAMETERS, SCHEMAS

OPERATION = "    post:\n      operationId: things.get\n"
BODY = '            schema:\n              $ref: "#/components/schemas/Ask"\n'
ANSWER = '              schema:\n                $ref: "#/components/schemas/Thing"\n'
SECURITY = "      security:\n        - token: []\n"


def parameter(text: str) -> tuple[str, str]:
    """The edit that gives the operation one more parameter, in flow style."""
    return PARAMETERS, f"      parameters:\n        - {{{text}}} # here\n{PARAMETERS}"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (OPERATION, "    post: # here\n", "without `operationId`"),
        (
            OPERATION + "      tags:\n        - things\n",
            f"{OPERATION.replace('post:', 'post: # here')}",
            "without `tags`",
        ),
        (OPERATION, "    servers: # here\n      - url: https://other.invalid\n" + OPERATION, "leaves out `servers`"),
        (
            OPERATION,
            f"{OPERATION}      servers: # here\n        - url: https://other.invalid\n",
            "leaves out `servers`",
        ),
    ],
)
def test_operations(refusals: Refusals, old: str, new: str, reason: str) -> None:
    refusals.check((old, new), reason=reason)


def test_a_path_that_is_a_reference(refusals: Refusals) -> None:
    refusals.check(
        (OPERATION, '    $ref: "#/components/schemas/Ask" # here\n' + OPERATION), reason="leaves out a path's `$ref`"
    )


def test_two_operations_of_one_id(refusals: Refusals) -> None:
    other = """\
  /other:
    get:
      operationId: things.get # here
      tags: [others]
      responses: {"200": {description: ok}}
"""
    refusals.check(
        ("components:\n", other + "components:\n"), reason="the operation on line 8 has the id 'things.get' too"
    )


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        (
            [("/things.get:", "/things.get/{id}:"), ("    post:\n", "    post: # here\n")],
            "the path, but no parameter has 'id'",
        ),
        (
            [
                ("    post:\n", "    post: # here\n"),
                (
                    PARAMETERS,
                    parameter("name: id, in: path, required: true, schema: {type: string}")[1].replace(" # here", ""),
                ),
            ],
            "a parameter `in: path`, but not the path, has 'id'",
        ),
    ],
)
def test_a_path_and_its_parameters_that_differ(refusals: Refusals, edits: list[tuple[str, str]], reason: str) -> None:
    refusals.check(*edits, reason=reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "name: a, in: query, content: {application/json: {schema: {type: object}}}",
            "leaves out 'a': it wants `schema`",
        ),
        ("name: a, in: query, style: deepObject, schema: {type: string}", "leaves out `style: deepObject`"),
        ("name: a, in: query, style: pipeDelimited, schema: {type: string}", "leaves out `style: pipeDelimited`"),
        ("name: a, in: query, explode: false, schema: {type: array, items: {type: string}}", "leaves out `explode`"),
        ("name: a, in: cookie, schema: {type: string}", "is a cookie"),
        ("name: authorization, in: header, schema: {type: string}", "ignores a header parameter 'authorization'"),
        ("name: Accept, in: header, schema: {type: string}", "ignores a header parameter 'Accept'"),
        ("name: a, in: header, schema: {type: string, format: uuid}", "sends 'a' wrong: a uuid in header"),
        ("name: a, in: header, schema: {type: string, nullable: true}", "sends 'a' wrong: a union in header"),
        ("name: a, in: query, schema: {type: object, properties: {b: {type: string}}}", "wrong: a model in query"),
        ("name: a, in: query, schema: {}", "wrong: a any in query"),
        ("name: a, in: query, schema: {type: array, items: {type: array, items: {type: string}}}", "more than single"),
        ("name: a, in: query, schema: {oneOf: [{type: object}, {type: string}]}", "alternatives that are no single"),
        ("name: headers, in: query, schema: {type: string}", "would hide the generated code's own headers"),
        ("name: params, in: query, schema: {type: string}", "would hide the generated code's own params"),
        ("name: body, in: query, schema: {type: string}", "would hide the generated code's own body"),
        ("name: safeToRepeat, in: query, schema: {type: string}", "would hide the generated code's own safe_to_repeat"),
    ],
)
def test_parameters(refusals: Refusals, text: str, reason: str) -> None:
    refusals.check(parameter(text), reason=reason)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("type: boolean", "boolean"),
        ("type: string, format: date-time", "datetime"),
        ("type: array, items: {type: string}", "list"),
        ("oneOf: [{type: string}, {type: integer}]", "union"),
    ],
)
def test_path_parameters(refusals: Refusals, schema: str, kind: str) -> None:
    refusals.check(
        ("/things.get:", "/things.get/{id}:"),
        parameter(f"name: id, in: path, required: true, schema: {{{schema}}}"),
        reason=f"sends 'id' wrong: a {kind} in path",
    )


def test_two_paths_that_differ_in_names_only(refusals: Refusals) -> None:
    other = "  /things/{a}.get: {}\n  /things/{b}.get: {} # here\n"
    refusals.check(("components:\n", other + "components:\n"), reason="is the same path as /things/{a}.get")


def test_a_parameter_listed_twice(refusals: Refusals) -> None:
    one = "        - {name: a, in: query, schema: {type: string}}\n"
    refusals.check(
        (PARAMETERS, f"      parameters: # here\n{one}{one}{PARAMETERS}"), reason="2 parameters 'a' in query"
    )


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        (
            [(SECURITY, ""), ("paths:\n", "security: [{token: []}]\npaths:\n"), ("    post:\n", "    post: # here\n")],
            "repeat it here",
        ),
        (
            [
                ("        - token: []\n", "        - key: [] # here\n"),
                ("    token:\n", "    key: {type: apiKey, in: cookie, name: k}\n    token:\n"),
            ],
            "none of `type: http, scheme: bearer`",
        ),
        ([("        - token: []\n", "        - nobody: [] # here\n")], "the security scheme 'nobody' is none of"),
    ],
)
def test_security(refusals: Refusals, edits: list[tuple[str, str]], reason: str) -> None:
    refusals.check(*edits, reason=reason)


@pytest.mark.parametrize(
    ("media", "schema", "reason"),
    [
        ("multipart/form-data", "{type: object}", "'multipart/form-data' is not handled"),
        ("text/plain", "{type: string}", "'text/plain' is not handled"),
        ("application/xml", "{type: object}", "'application/xml' is not handled"),
        ("application/json", "{type: string, format: binary}", "JSON holds no `format: binary`"),
        ("application/octet-stream", "{type: object}", "sent as `type: string, format: binary` only"),
        ("application/x-www-form-urlencoded", "{type: object, properties: {a: {type: object}}}", "plain fields only"),
        ("application/x-www-form-urlencoded", "{type: array, items: {type: string}}", "plain fields only"),
    ],
)
def test_bodies(refusals: Refusals, media: str, schema: str, reason: str) -> None:
    old = f"          application/json:\n{BODY}"
    refusals.check((old, f"          {media}: # here\n            schema: {schema}\n"), reason=reason)


def test_a_body_of_several_media_types(refusals: Refusals) -> None:
    other = "          application/octet-stream: {schema: {type: string, format: binary}} # here\n"
    refusals.check((BODY, BODY + other), reason="several media types")


@pytest.mark.parametrize(
    ("media", "schema", "reason"),
    [
        ("application/xml", "{type: object}", "'application/xml' is not handled"),
        ("'*/*'", "{type: object}", "'*/*' is not handled"),
        ("text/csv", "{type: integer}", "text/csv is read as text"),
        ("application/octet-stream", "{type: string}", "format: binary` only"),
        ("application/problem+json", "{type: string, format: binary}", "JSON holds no"),
    ],
)
def test_answers(refusals: Refusals, media: str, schema: str, reason: str) -> None:
    old = f"            application/json:\n{ANSWER}"
    refusals.check((old, f"            {media}: # here\n              schema: {schema}\n"), reason=reason)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (ANSWER, ANSWER + "            text/csv: {schema: {type: string}} # here\n", "several media types"),
        (f"            application/json:\n{ANSWER}", "            application/json: {} # here\n", "without `schema`"),
        (
            '        "200":\n',
            '        default: # here\n          description: Wrong\n        "200":\n',
            "a default response",
        ),
        (BODY, BODY + "            encoding: {a: {contentType: text/plain}} # here\n", "leaves out `encoding`"),
    ],
)
def test_contents(refusals: Refusals, old: str, new: str, reason: str) -> None:
    refusals.check((old, new), reason=reason)


def test_what_makes_no_difference_for_callers_is_taken(refusals: Refusals) -> None:
    """Each of these is named in openapi/README.md as passed over."""
    text = MINIMAL.replace(
        OPERATION,
        OPERATION
        + indent(
            """\
deprecated: true
externalDocs: {url: "https://example.invalid"}
parameters:
  - {name: a, in: query, allowReserved: true, allowEmptyValue: true, deprecated: true, schema: {type: string}}
callbacks:
  done:
    "{$request.body#/id}":
      post: {responses: {"200": {description: ok}}}
""",
            "      ",
        ),
    ).replace(
        "          description: A thing\n",
        """\
          description: A thing
          headers: {X-Any: {schema: {type: string}}}
          links: {next: {operationId: things.get}}
""",
    )
    assert {"callbacks", "links"} <= set(text.replace(":", " ").split())
    assert refusals.of(text) == []


def test_components_that_nobody_uses_are_checked_too(refusals: Refusals) -> None:
    unused = "    Unused: # here\n      type: array\n"
    refusals.check((SCHEMAS, unused + SCHEMAS), reason="an array without `items`")
