"""Objects that are of several kinds, and objects that `allOf` joins.

An object that says by a `discriminator` which of several it is becomes one class for each kind, with all fields and
with the kind as a constant, and one more for kinds that are not listed yet. The generated code tries them in turn, and
the constant picks the one.
"""

import re
from collections.abc import Iterator
from typing import Any, cast

from .document import mapping, sequence

Schema = dict[str, Any]

ANNOTATIONS = frozenset({"title", "description", "example", "deprecated", "externalDocs", "xml"})
PREFIX = "#/components/schemas/"


class Kinds:
    """Rewrites the named schemas of a description that are of several kinds."""

    def __init__(self, root: Schema, named: dict[str, Schema]) -> None:
        self.root = root
        self.named = named
        self.source = dict(named)

    def rewrite(self) -> None:
        """Put alternatives that can be told apart in the place of each object of several kinds."""
        unions = [name for name in self.source if self._is_union(self.source[name])]
        # What only alternatives are made of needs no class of its own.
        parts = [part for name in unions for part in self._parts(self.source[name])]
        members = [part[key] for part in parts for key in ("oneOf", "anyOf") if key in part]
        inside = {_name(member) for alternatives in members for member in alternatives}
        used = set(_references(self.root, {*map(id, members)}))
        for name in inside - used:
            self.named.pop(name, None)
        for name, schema in [*self.named.items()]:
            if name in unions:
                self.named[name] = self._union(name, schema)
                continue
            schema.pop("discriminator", None)
            if self._must_be_joined(schema):
                properties, required = self._fields(schema)
                self.named[name] = {**_about(schema), **_object(properties, required), **self._values(schema)}

    def _parts(self, schema: Schema) -> Iterator[Schema]:
        """Yield the schemas that an `allOf` joins, what stands beside it last."""
        if "$ref" in schema:
            yield from self._parts(self.source.get(_name(schema), {}))
            return
        for member in sequence(schema.get("allOf")):
            yield from self._parts(member)
        yield {key: value for key, value in schema.items() if key != "allOf"}

    def _is_union(self, schema: Schema) -> bool:
        if [*schema] == ["allOf"] and len(schema["allOf"]) == 1:
            return False
        parts = [*self._parts(schema)]
        split = [part for part in parts if alternatives_of(part)]
        if not split or not ("discriminator" in split[0] or any("properties" in part for part in parts)):
            return False
        members = [[*self._parts(member)] for member in alternatives_of(split[0])]
        return all(any(part.get("type") == "object" or alternatives_of(part) for part in member) for member in members)

    def _must_be_joined(self, schema: Schema) -> bool:
        """Whether the generator would lose something of an `allOf`, or join fields of one name in its own way."""
        parts = [*self._parts(schema)]
        names = [name for part in parts for name in mapping(part.get("properties"))]
        members = sequence(schema.get("allOf"))
        inline = [member for member in members if "$ref" not in member]
        return bool(members) and (
            len(names) != len(set(names))
            or any(isinstance(part.get("additionalProperties"), dict) for part in parts)
            or any("allOf" in member for member in inline)
            or (len(members) == 1 and not inline and "properties" in schema)
        )

    def _values(self, schema: Schema) -> Schema:
        found = [part["additionalProperties"] for part in self._parts(schema) if "additionalProperties" in part]
        return {"additionalProperties": found[-1]} if found else {}

    def _fields(self, schema: Schema) -> tuple[Schema, list[str]]:
        """Return the fields of an object and which it must have; of alternatives inside, all fields and no demands."""
        properties: Schema = {}
        required: list[str] = []
        for part in self._parts(schema):
            properties.update(mapping(part.get("properties")))
            required += [name for name in sequence(part.get("required")) if name not in required]
            of_kinds: Schema = {}
            for member in alternatives_of(part):
                for name, field in self._fields(member)[0].items():
                    same = _bare(mapping(of_kinds.get(name, field))) == _bare(field)
                    of_kinds[name] = field if same else {}  # another type for another kind: left open
            properties = {**of_kinds, **properties}
        return properties, required

    def _union(self, name: str, schema: Schema) -> Schema:
        parts = [*self._parts(schema)]
        split = next(part for part in parts if alternatives_of(part))
        members = {_name(member): member for member in alternatives_of(split)}
        discriminator = mapping(split.get("discriminator"))
        kinds = {kind: _name({"$ref": ref}) for kind, ref in mapping(discriminator.get("mapping")).items()}
        kinds |= {member: member for member in members if member not in kinds.values()}
        own, demanded = self._fields({"allOf": [{**part, "oneOf": [], "anyOf": []} for part in parts]})
        if len(members) == 1:
            (only,) = members.values()
            return {**_about(schema), **_object({**self._fields(only)[0], **own}, demanded)}
        field = str(discriminator.get("propertyName", ""))
        made: list[tuple[str, Schema]] = []
        for kind, member in kinds.items():
            properties, required = self._fields(members.get(member, {"$ref": PREFIX + member}))
            properties = {**properties, **own}
            if field:  # first, so that another kind is told before the rest is read
                constant = {**_about(own.get(field, {})), "type": "string", "const": kind, "default": kind}
                properties = {field: constant} | properties | {field: constant}
            made.append((kind, _object(properties, [*demanded, *required, *filter(None, [field])])))
        if field:
            made.append(("other", _object({field: {"type": "string"}, **own}, demanded)))
        else:
            made.sort(key=lambda each: -len(each[1]["required"]))
        refs: list[Schema] = []
        for kind, alternative in made:
            free = free_name(self.named, f"{name}-{kind}")
            self.named[free] = {**_about(schema), **alternative}
            self.named[free].pop("title", None)
            refs.append({"$ref": PREFIX + free})
        return {**_about(schema), "oneOf": refs}


def free_name(named: dict[str, Schema], wanted: str) -> str:
    """Return a name for a schema that makes a class of its own."""
    taken = {re.sub(r"\W|_", "", name).lower() for name in named}
    while re.sub(r"\W|_", "", wanted).lower() in taken:
        wanted += "-kind"
    return wanted


def alternatives_of(schema: Schema) -> list[Schema]:
    """Return what a schema may be one of."""
    return [*sequence(schema.get("oneOf")), *sequence(schema.get("anyOf"))]


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2] or str(schema.get("title", id(schema)))


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": [*dict.fromkeys(required)]}


def _about(schema: Schema) -> Schema:
    return {key: schema[key] for key in ("title", "description") if key in schema}


def _bare(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in ANNOTATIONS and not key.startswith("x-")}


def _references(node: Any, without: set[int]) -> Iterator[str]:
    """Yield the names of the schemas that are referred to, but by some lists of alternatives."""
    for key, value in inside_of(node):
        if key == "$ref" and isinstance(value, str):
            yield value.rpartition("/")[2]
        elif isinstance(value, dict | list) and id(cast("object", value)) not in without:
            yield from _references(value, without)


def inside_of(node: Any) -> list[tuple[Any, Any]]:
    """Return what a mapping or a list holds, with its keys or indices; both may change meanwhile."""
    return [*mapping(node).items(), *enumerate(sequence(node))]
