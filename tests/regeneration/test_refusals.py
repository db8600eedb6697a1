"""What cannot be carried out faithfully is refused, with the line; what can be, or does no harm, is not."""

import inspect
from textwrap import indent

import pytest

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient
from tools.description import outcome

from .conftest import Refusals
from .minimal import MINIMAL, PARAMETERS, SCHEMAS

OPERATION = "    post:\n      operationId: things.get\n"
BODY = '            schema:\n              $ref: "#/components/schemas/Ask"\n'
ANSWER = '              schema:\n                $ref: "#/components/schemas/Thing"\n'
JSON_BODY = f"          application/json:\n{BODY}"
JSON_ANSWER = f"            application/json:\n{ANSWER}"
ID = "        id:\n          type: string\n"
THING_ID = "      properties:\n        id:\n          type: string\n        state:\n"
STATE = '          $ref: "#/components/schemas/State"\n'


def parameter(text: str) -> tuple[str, str]:
    """The edit that gives the operation one more parameter, in flow style."""
    return PARAMETERS, f"      parameters:\n        - {{{text}}} # here\n{PARAMETERS}"


def query(name: str, schema: str) -> tuple[str, str]:
    return parameter(f"name: {name}, in: query, schema: {schema}")


def schemas(text: str) -> tuple[str, str]:
    """The edit that adds schemas."""
    return SCHEMAS, indent(text + "\n", "    ") + SCHEMAS


def body(media: str, schema: str) -> tuple[str, str]:
    return JSON_BODY, f"          {media}: # here\n            schema: {schema}\n"


def answer(media: str, schema: str) -> tuple[str, str]:
    return JSON_ANSWER, f"            {media}: # here\n              schema: {schema}\n"


SERVERS = "servers: # here\n{}  - url: https://other.invalid\n"
REFUSED = {
    "servers of a path": [(OPERATION, "    " + SERVERS.format("    ") + OPERATION)],
    "servers of an operation": [(OPERATION, OPERATION + "      " + SERVERS.format("      "))],
    "leaves out a path's `$ref`": [(OPERATION, '    $ref: "#/components/schemas/Ask" # here\n' + OPERATION)],
    "the security scheme 'key' is not `type: http": [
        ("      security:\n        - token: []\n", "      security: [{key: []}] # here\n"),
        ("    token:\n", "    key: {type: apiKey, in: header, name: k}\n    token:\n"),
    ],
    "the security scheme 'nobody' is not": [
        ("      security:\n        - token: []\n", ""),
        ("paths:\n", "security: [{nobody: []}] # here\npaths:\n"),
    ],
    "leaves out 'a': it wants `schema`": [parameter("name: a, in: query, content: {text/plain: {schema: {}}}")],
    "the client sends `Authorization` itself": [parameter("name: authorization, in: header, schema: {type: string}")],
    "`style: deepObject` cannot be sent": [parameter("name: a, in: query, style: deepObject, schema: {type: string}")],
    "'b' cannot be sent: a model in query": [query("b", "{type: object, properties: {c: {}}}")],
    "'c' cannot be sent: a any in query": [query("c", "{}")],
    "'d' cannot be sent: an array or": [query("d", "{type: array, items: {type: array, items: {type: string}}}")],
    "'e' cannot be sent: an array or": [query("e", "{oneOf: [{type: object}, {type: string}]}")],
    "'f' cannot be sent: a uuid in header": [parameter("name: f, in: header, schema: {type: string, format: uuid}")],
    "'g' cannot be sent: a boolean in path": [
        ("/things.get:", "/things.get/{g}:"),
        parameter("name: g, in: path, required: true, schema: {type: boolean}"),
    ],
    "would hide the generated code's own headers": [query("headers", "{type: string}")],
    "would hide the generated code's own safe_to_repeat": [query("safeToRepeat", "{type: string}")],
    "multipart forms cannot be sent": [body("multipart/form-data", "{type: object}")],
    "is sent right for an object of plain fields only": [
        body("application/x-www-form-urlencoded", "{type: object, properties: {a: {type: object}}}")
    ],
    "octet-stream is read and sent as `type: string, format: binary` only": [body("application/octet-stream", "{}")],
    "application/json holds no `format: binary`": [body("application/json", "{type: string, format: binary}")],
    "application/problem+json holds no": [answer("application/problem+json", "{type: string, format: binary}")],
    "text/csv is read as text": [answer("text/csv", "{type: integer}")],
    "several media types": [(ANSWER, ANSWER + "            text/csv: {schema: {type: string}} # here\n")],
    "several media types, of": [(BODY, BODY + "          text/csv: {schema: {type: string}} # here\n")],
    "without `schema`": [(JSON_ANSWER, "            application/json: {} # here\n")],
    "leaves out `encoding`": [(BODY, BODY + "            encoding: {a: {contentType: text/plain}} # here\n")],
    "a default response": [('        "200":\n', '        default: # here\n          description: x\n        "200":\n')],
    "JSON holds no `format": [schemas("New: {type: object, properties: {a: {type: string, format: binary}}} # here")],
    "an enum of anything but strings is closed": [schemas("New:\n  type: integer\n  enum: [1, 2] # here")],
    "'id' is readOnly and required": [
        ("    Ask:\n      type: object\n", "    Ask:\n      type: object\n      required: [id]\n"),
        (ID, f"{ID}          readOnly: true # here\n"),
    ],
    "'id' is writeOnly and required": [
        (THING_ID, THING_ID.replace("string\n", "string\n          writeOnly: true # here\n"))
    ],
    "so 'id' cannot be required": [
        (THING_ID, THING_ID.replace("id:\n", "id: # here\n").replace("string\n", "string\n          nullable: true\n"))
    ],
    "null is left out": [(STATE, "          type: array\n          items: {type: string, nullable: true} # here\n")],
    "FooBar and FooBAR make the same module, models/foo_bar.py": [
        schemas("FooBAR: {type: object, properties: {a: {}}}\nFooBar: {type: object, properties: {a: {}}} # here")
    ],
    'duplicate models with name "FooBar"': [schemas("FooBar: {type: object}\nfoo-bar: {type: object} # here")],
    "the class Response would hide what generated modules import": [schemas("response: {type: object} # here")],
    "the field 'toDict' would hide the generated code's own to_dict": [
        schemas("New:\n  type: object\n  properties:\n    toDict: {type: string} # here")
    ],
    "the field 'prop' would hide the generated code's own prop": [
        schemas("New:\n  type: object\n  additionalProperties: {type: string}\n  properties:\n    prop: {} # here")
    ],
    "makes the same module, things/things_get.py, as post /things.get": [
        (
            "components:\n",
            "  /other:\n    get:\n      operationId: things-get # here\n      tags: [Things]\n"
            '      responses: {"200": {description: ok}}\ncomponents:\n',
        )
    ],
    "the generator: ": [schemas("New: {type: array, items: {$ref: '#/components/schemas/New'}} # here")],
    "have the same python_name": [schemas("New: {type: object, properties: {a b: {}, ab: {}, a-b: {}}} # here")],
}


@pytest.mark.parametrize(("reason", "edits"), REFUSED.items(), ids=REFUSED)
def test_refused(refusals: Refusals, reason: str, edits: list[tuple[str, str]]) -> None:
    told = "leaves out `servers`" if reason.startswith("servers") else reason
    refusals.check(*edits, reason=told)


HARMLESS = """\
New:
  type: object
  title: New
  externalDocs: {url: "https://example.invalid"}
  minProperties: 1
  required: [undescribed]
  not: {required: [b]}
  properties:
    a: {type: string, pattern: "^a", minLength: 1, deprecated: true, example: ab, xml: {name: b}}
    b: {type: integer, minimum: 1, exclusiveMaximum: true, maximum: 9, default: 4, readOnly: true}
    c: {type: array, uniqueItems: true, default: [x]}
    done: {type: boolean, enum: [true]}
    e: {description: Anything at all.}
    f: {type: string, enum: [a, A, a], x-enum-varnames: [ONE]}
    g: {$ref: "#/components/schemas/State", description: How it is.}
    prop: {type: string}
"""


def test_what_does_no_harm_is_taken(refusals: Refusals) -> None:
    text = MINIMAL.replace(*schemas(HARMLESS)).replace(
        OPERATION,
        OPERATION
        + indent(
            "deprecated: true\nexternalDocs: {url: 'https://example.invalid'}\nparameters:\n"
            "  - {name: a, in: query, allowReserved: true, allowEmptyValue: true, schema: {type: string}}\n"
            'callbacks: {done: {"{$request.body#/id}": {post: {responses: {"200": {description: ok}}}}}}\n',
            "      ",
        ),
    )
    assert refusals.of(text) == []


def test_the_texts_of_the_generator_name_what_they_are_about(refusals: Refusals) -> None:
    found = refusals.of(MINIMAL.replace(*schemas("New: {type: string, enum: [a], default: 5}")))
    found += refusals.of(MINIMAL.replace(*schemas("New: {type: object, properties: {a b: {}, ab: {}, a-b: {}}}")))
    assert found
    assert [reason for _, reason in found if "object at 0x" in reason] == []


def test_the_names_that_client_call_takes_for_itself_are_those_that_parameters_may_not_have() -> None:
    for client in (AsyncDevRevAuthClient, DevRevAuthClient):
        assert inspect.signature(client.call).parameters.keys() - {"self", "arguments"} <= outcome._ARGUMENTS
