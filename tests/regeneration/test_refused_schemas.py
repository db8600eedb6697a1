"""What the generator would pass over in schemas is refused, with the line."""

from textwrap import indent

import pytest

from tools.description import schemas as schema_checks
from tools.paths import ROOT

from .conftest import Refusals
from .minimal import MINIMAL, SCHEMAS

STATE = '          $ref: "#/components/schemas/State"\n'
THING = "    Thing:\n      type: object\n"
CAT_AND_DOG = """\
Cat: {type: object, required: [name, claws], properties: {name: {type: string}, claws: {type: integer}}}
Dog: {type: object, required: [name], properties: {name: {type: string}}}
"""


def schemas(text: str) -> tuple[str, str]:
    """The edit that adds schemas."""
    return SCHEMAS, indent(text, "    ") + SCHEMAS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "New: {$ref: '#/components/schemas/Thing'} # here",
            "becomes a class of its own; use #/components/schemas/Thing",
        ),
        ("New:\n  type: object\n  additionalProperties: false # here", "fields that the server adds later are lost"),
        ("New:\n  type: object\n  nullable: true # here", "becomes a class of another name"),
        ("New: # here\n  type: array", "an array without `items`"),
        ("New:\n  items: {} # here", "leaves out `items` without `type: array`"),
        ("New:\n  type: string\n  properties: {a: {}} # here", "leaves out `properties` without `type: object`"),
        ("New:\n  additionalProperties: {type: string} # here", "leaves out `additionalProperties` without"),
        ("New:\n  format: date-time # here", "leaves out `format` without a `type`"),
        (
            "New: {type: object, properties: {a: {type: string, format: binary}}} # here",
            "JSON holds no `format: binary`",
        ),
        ("New:\n  type: object\n  required: [a] # here", "'a' is required but not among the properties"),
        ("New:\n  type: integer\n  enum: [1, 2] # here", "an enum of anything but strings is closed"),
        ("New:\n  type: string\n  nullable: true\n  enum: [a, b] # here", "the generator breaks nullable enums"),
        ("New:\n  type: string\n  nullable: true\n  enum: [a, null] # here", "the generator breaks nullable enums"),
        ("New:\n  type: string\n  enum: [a, b]\n  x-enum-varnames: [A] # here", "1 names for 2 values"),
    ],
)
def test_single_schemas(refusals: Refusals, text: str, reason: str) -> None:
    refusals.check(schemas(text + "\n"), reason=reason)


@pytest.mark.parametrize("beside", ["nullable: true", "default: open", "readOnly: true", "type: string"])
def test_what_stands_beside_a_reference(refusals: Refusals, beside: str) -> None:
    refusals.check((STATE, f"{STATE}          {beside} # here\n"), reason="OpenAPI 3.0 ignores")


def test_a_description_beside_a_reference_is_harmless(refusals: Refusals) -> None:
    assert refusals.of(MINIMAL.replace(STATE, f"{STATE}          description: How it is.\n")) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "New:\n  allOf: [{$ref: '#/components/schemas/Thing'}]\n  properties: {more: {type: string}} # here",
            "leaves out `properties` beside an allOf of one $ref",
        ),
        (
            "New:\n  allOf:\n    - $ref: '#/components/schemas/Thing'\n    - {oneOf: [{type: object}]} # here",
            "leaves out `oneOf` in an item of allOf",
        ),
        (
            "New:\n  allOf:\n    - $ref: '#/components/schemas/Thing'\n    - additionalProperties: {} # here",
            "leaves out `additionalProperties` in an item of allOf",
        ),
        ("New:\n  allOf:\n    - {type: string} # here\n    - {minLength: 1}", "an allOf joins objects"),
        (
            "Base: {type: object, additionalProperties: {type: string}}\nNew:\n  allOf:\n"
            "    - $ref: '#/components/schemas/Base' # here\n    - {type: object}",
            "leaves out the `additionalProperties` of #/components/schemas/Base",
        ),
        (
            "New:\n  allOf:\n    - $ref: '#/components/schemas/Thing'\n    - required: [id, other] # here",
            "'other' is required but not among the properties",
        ),
    ],
)
def test_all_of(refusals: Refusals, text: str, reason: str) -> None:
    found = refusals.of(MINIMAL.replace(*schemas(text + "\n")))
    assert any(reason in told for _, told in found)
    text = MINIMAL.replace(*schemas(text + "\n"))
    assert {text.splitlines()[line - 1].endswith("# here") for line, _ in found} == {True}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Pet:\n  oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]\n"
            "  discriminator: {propertyName: name} # here",
            "leaves out `discriminator`",
        ),
        (
            "Pet:\n  anyOf:\n    - $ref: '#/components/schemas/Dog'\n    - $ref: '#/components/schemas/Cat' # here",
            "this one is never read",
        ),
        (
            "Pet:\n  oneOf:\n    - $ref: '#/components/schemas/Dog'\n    - type: string\n"
            "    - allOf: [{$ref: '#/components/schemas/Dog'}, {$ref: '#/components/schemas/Cat'}] # here",
            "this one is never read",
        ),
        (
            "Pet:\n  oneOf:\n    - {type: array, items: {type: string}}\n    - {type: array, items: {}} # here",
            "a second array among the alternatives",
        ),
        (
            "Pet:\n  oneOf:\n    - {type: string, enum: [a]}\n    - $ref: '#/components/schemas/State' # here",
            "a second enum among the alternatives",
        ),
        ("Pet:\n  oneOf: [{type: string}]\n  properties: {a: {}} # here", "leaves out `properties`"),
        ("Pet:\n  anyOf: [{type: string}]\n  oneOf: [{type: integer}] # here", "as one list of alternatives"),
    ],
)
def test_alternatives(refusals: Refusals, text: str, reason: str) -> None:
    edited = MINIMAL.replace(*schemas(CAT_AND_DOG + text + "\n"))
    found = refusals.of(edited)
    assert any(reason in told for _, told in found)
    assert {edited.splitlines()[line - 1].endswith("# here") for line, _ in found} == {True}


def test_alternatives_that_can_be_told_apart_are_taken(refusals: Refusals) -> None:
    text = "Pet:\n  oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}, {type: string}]\n"
    assert refusals.of(MINIMAL.replace(*schemas(CAT_AND_DOG + text))) == []


THING_ID = "        id:\n          type: string\n        state:\n"
ASK_ID = "        id:\n          type: string\n    Thing:\n"


def test_a_field_that_only_answers_have_but_a_request_demands(refusals: Refusals) -> None:
    required = ("    Ask:\n      type: object\n", "    Ask:\n      type: object\n      required: [id]\n")
    field = (ASK_ID, ASK_ID.replace("string\n", "string\n          readOnly: true # here\n", 1))
    refusals.check(required, field, reason="leaves out `readOnly`: 'id' is required here")
    text = MINIMAL.replace(*field)
    assert refusals.of(text) == []  # where it is not required it does no harm


def test_a_field_that_only_requests_have_but_an_answer_demands(refusals: Refusals) -> None:
    field = (THING_ID, THING_ID.replace("string\n", "string\n          writeOnly: true # here\n"))
    refusals.check(field, reason="leaves out `writeOnly`: 'id' is required here")


def test_a_required_field_of_an_answer_that_may_be_null(refusals: Refusals) -> None:
    field = (
        THING_ID,
        THING_ID.replace("id:\n", "id: # here\n").replace("string\n", "string\n          nullable: true\n"),
    )
    refusals.check(field, reason="'id' cannot be both required and nullable in an answer")


def test_items_of_an_answer_that_may_be_null(refusals: Refusals) -> None:
    items = "        state:\n          type: array\n          items: {type: string, nullable: true} # here\n"
    refusals.check(("        state:\n" + STATE, items), reason="the clients leave null out of arrays")


def test_what_makes_no_difference_for_callers_is_taken(refusals: Refusals) -> None:
    """Each of these is named in openapi/README.md as passed over."""
    text = """\
New:
  type: object
  title: New
  externalDocs: {url: "https://example.invalid"}
  minProperties: 1
  not: {required: [b]}
  properties:
    a: {type: string, pattern: "^a", minLength: 1, maxLength: 9, deprecated: true, example: ab, xml: {name: b}}
    b: {type: integer, minimum: 1, exclusiveMaximum: true, maximum: 9, multipleOf: 2, default: 4, readOnly: true}
    c: {type: array, items: {type: string}, minItems: 1, uniqueItems: true, default: [x]}
    f: {type: boolean, enum: [true]}
    e: {description: Anything at all.}
"""
    assert refusals.of(MINIMAL.replace(*schemas(text))) == []


def test_every_keyword_that_is_passed_over_is_listed() -> None:
    text = (ROOT / "openapi" / "README.md").read_text("utf-8")
    told = schema_checks._HARMLESS - {"title", "description", "nullable"}  # these are not passed over
    assert {keyword for keyword in told if f"`{keyword}`" not in text} == set()
