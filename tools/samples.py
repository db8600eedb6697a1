"""Requests and answers made from what a description says of them, for `try_description` to send and to receive.

They are made from the description as it was written, and so check what was rewritten for the generator.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from tools.description.document import Document, Part, items_of, mapping, pointer_of, sequence

LATER = "x_later"
"""A field that no description has; each object of a sample carries it, with the kind of object that it is."""
_DEPTH = 5
_TEXTS = {
    "date-time": "2024-02-03T04:05:06.789Z",
    "date": "2024-02-03",
    "uuid": "6f0e9b8e-2d3c-4b5a-9c8d-7e6f5a4b3c2d",
    "byte": "aGVsbG8=",
}


@dataclass(frozen=True)
class Samples:
    """Samples of one number: it chooses enum values and kinds of objects, the last of which nobody has listed yet."""

    document: Document
    number: int
    optional: str = "all"
    """Whether optional fields are there: `all`, `none`, or `null` (there, and null)."""

    def of(self, schema: dict[str, Any], depth: int = 0) -> Any:
        """Return a sample of a schema."""
        schema = self.document.resolved(Part((), schema)).node
        if values := [value for value in sequence(schema.get("enum")) if value is not None]:
            later = ["a_later_value"] if isinstance(values[0], str) else []
            return [*values, *later][self.number % len([*values, *later])]
        fields, _, kinds, kind_field = self._object(schema)
        if fields or (kinds and kind_field) or schema.get("type") == "object" or "allOf" in schema:
            return self._sample_object(schema, depth)
        if kinds:
            return self.of([*kinds.values()][self.number % len(kinds)], depth + 1)
        match schema.get("type"):
            case "array":
                numbers = (self.number, self.number + 1) if depth < _DEPTH and self.optional == "all" else ()
                return [
                    Samples(self.document, number, self.optional).of(mapping(schema.get("items")), depth + 1)
                    for number in numbers
                ]
            case "string":
                return _TEXTS.get(str(schema.get("format")), f"text {self.number}")
            case "integer":
                return 7 + self.number
            case "number":
                return 1.5 + self.number
            case "boolean":
                return self.number % 2 == 0
            case _:
                return {"anything": ["at all", 1]}

    def _sample_object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        fields, required, kinds, kind_field = self._object(schema)
        found: dict[str, Any] = {}
        kind = ""
        if kinds:
            names = [*kinds, "a_later_kind"] if kind_field else [*kinds]
            name = names[self.number % len(names)] if depth < _DEPTH else names[-1]
            if name in kinds:
                found = self._sample_object(self.document.resolved(Part((), kinds[name])).node, depth)
                kind = name if kind_field and len(set(map(str, kinds.values()))) > 1 else ""
            if kind_field:
                fields.pop(kind_field, None)
                found[kind_field] = name
        for name, field in fields.items():
            if name in required or (self.optional == "all" and depth < _DEPTH):
                found[name] = self.of(field, depth + 1)
            elif self.optional == "null":
                found[name] = None
        values = schema.get("additionalProperties")
        if isinstance(values, dict) and values and depth < _DEPTH:
            return found | {"a key": self.of(cast("dict[str, Any]", values), depth + 1)}
        return found if isinstance(values, dict) and values else found | {LATER: kind}

    def _object(self, schema: dict[str, Any]) -> tuple[dict[str, Any], set[str], dict[str, Any], str | None]:
        """Return an object's fields, which of them it must have, and its kinds with the field that tells them."""
        schema = self.document.resolved(Part((), schema)).node
        fields: dict[str, Any] = {}
        required: set[str] = set()
        kinds: dict[str, Any] = {}
        kind_field: str | None = None
        for part in sequence(schema.get("allOf")):
            more, needed, of_kinds, of_field = self._object(part)
            fields |= more
            required |= needed
            kinds, kind_field = (of_kinds, of_field) if of_kinds else (kinds, kind_field)
        fields |= mapping(schema.get("properties"))
        required.update(map(str, sequence(schema.get("required"))))
        if fields:  # what is required and not described may be anything
            undescribed: dict[str, Any] = {name: {} for name in sorted(required - fields.keys())}
            fields |= undescribed
        if members := [*sequence(schema.get("oneOf")), *sequence(schema.get("anyOf"))]:
            discriminator = mapping(schema.get("discriminator"))
            kind_field = discriminator.get("propertyName")
            kinds = {name: {"$ref": ref} for name, ref in mapping(discriminator.get("mapping")).items()}
            listed = [ref["$ref"] for ref in kinds.values()]
            for index, member in enumerate(members):
                if member.get("$ref") not in listed:
                    kinds[str(pointer_of(member["$ref"])[-1]) if "$ref" in member else str(index)] = member
        return fields, required, kinds, kind_field

    def count(self, schema: dict[str, Any]) -> int:
        """Return how many numbers it takes to see each enum value and kind below a schema."""
        return max((number for number in self._counts(schema, set(), 0)), default=1)

    def _counts(self, schema: dict[str, Any], seen: set[int], depth: int) -> Iterator[int]:
        schema = self.document.resolved(Part((), schema)).node
        if id(schema) in seen or depth > _DEPTH:
            return
        seen.add(id(schema))
        yield 1 + max(len(sequence(schema.get(key))) for key in ("enum", "oneOf", "anyOf"))
        yield 1 + len(mapping(mapping(schema.get("discriminator")).get("mapping")))
        for key in ("properties", "allOf", "oneOf", "anyOf"):
            for _, inner in items_of(schema.get(key)):
                yield from self._counts(inner, seen, depth + 1)
        for key in ("items", "additionalProperties"):
            if isinstance(schema.get(key), dict):
                yield from self._counts(schema[key], seen, depth + 1)


def differences(sent: Any, got: Any, place: str = "") -> Iterator[str]:
    """Yield where JSON that arrived says something else than what was sent; null is as good as nothing."""
    if isinstance(sent, dict) and isinstance(got, dict):
        one, other = ({k: v for k, v in mapping(node).items() if v is not None} for node in cast("Any", (sent, got)))
        for key in sorted(one.keys() | other.keys()):
            if key not in other or key not in one:
                yield f"{place}.{key} is {'lost' if key in one else 'new'}"
            else:
                yield from differences(one[key], other[key], f"{place}.{key}")
    elif sequence(sent) and len(sequence(sent)) == len(sequence(got)):
        for index, (one, other) in enumerate(zip(sequence(sent), sequence(got), strict=True)):
            yield from differences(one, other, f"{place}[{index}]")
    elif json.dumps(sent) != json.dumps(got) and not _same_time(sent, got):
        yield f"{place} was {sent!r} and is {got!r}"


def _same_time(one: Any, other: Any) -> bool:
    try:
        times = [[datetime.fromisoformat(text) for text in each.split(",")] for each in (one, other)]
    except (AttributeError, ValueError):
        return False
    return times[0] == times[1]


def kinds_in(node: Any) -> Iterator[str]:
    """Yield the kind of each object in a sample, empty where there is but one."""
    for key, value in items_of(node):
        if key == LATER:
            yield str(value)
        else:
            yield from kinds_in(value)
