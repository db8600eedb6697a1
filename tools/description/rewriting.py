"""What the generator would pass over or make something else of, rewritten into what it carries out faithfully.

The result is for the generator alone; `refusals` has read the description as it was written. An object that says by a
`discriminator` which of several it is becomes one class for each kind, with all fields and with the kind as a constant,
and one more for kinds that are not listed yet: the generated code tries them in turn, and the constant picks the one.
"""

import copy
import re
from collections.abc import Iterator
from typing import Any, cast

from openapi_python_client.strings import snake_case

from .document import Document, Part, Pointer, Problem, mapping, pointer_of, sequence
from .operations import operations, schemas

Schema = dict[str, Any]

_ANNOTATIONS = frozenset({"title", "description", "example", "deprecated", "externalDocs", "xml"})
# OpenAPI 3.0.3, "Parameter Object": header parameters of these names are ignored.
_IGNORED_HEADERS = frozenset({"accept", "content-type"})
_PREFIX = "#/components/schemas/"


def rewritten(document: Document) -> tuple[dict[str, Any], list[Problem]]:
    """Return the description as the generator gets it, and notes on what it passes over."""
    rewriting = _Rewriting(Document(document.path, copy.deepcopy(document.root), document.lines))
    rewriting.run()
    return rewriting.document.root, rewriting.notes


class _Rewriting:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.named = mapping(document.at(("components", "schemas")))
        self.aliases: dict[str, str] = {}
        self.notes: list[Problem] = []
        self.nullable = {name for name, schema in self.named.items() if schema.get("nullable") is True}

    def run(self) -> None:
        for name, schema in [*self.named.items()]:
            if "$ref" in schema:  # the generator would make a class of its own of it
                self.aliases[name] = str(self.document.resolved(Part((), schema)).pointer[-1])
        for name in self.aliases:
            del self.named[name]
        for operation in operations(self.document):
            self._operation(operation.part, operation.item)
        parts = [*schemas(self.document)]
        for part in parts:
            named = len(part.pointer) == 3
            hint = str(part.pointer[-1]) if named else _hint(part.pointer)
            new = self._schema(part.node, part.pointer, hint, named=named)
            if new is not part.node:
                part.node.clear()
                part.node.update(new)
        self._unions()

    def _note(self, pointer: Pointer, text: str) -> None:
        self.notes.append(self.document.problem(pointer, text))

    def _operation(self, part: Part, item: Part) -> None:
        if "security" in self.document.root:
            part.node.setdefault("security", self.document.root["security"])
        for key in ("operationId", "tags"):
            if not part.node.get(key):
                self._note(part.pointer, f"an operation without `{key}`: the module is named after its path")
        # HTTP gives these no body, whatever is described.
        part.node["responses"].update(
            (status, {"description": ""}) for status in ("204", "205") if status in part.node["responses"]
        )
        for holder in (part, item):
            for index, parameter in reversed([*enumerate(sequence(holder.node.get("parameters")))]):
                node = self.document.resolved(Part((), parameter)).node
                place, name = node.get("in"), str(node.get("name"))
                if place == "cookie" or (place == "header" and name.lower() in _IGNORED_HEADERS):
                    self._note((*holder.pointer, "parameters", index), f"the {place} {name!r} is not sent")
                    del holder.node["parameters"][index]

    def _schema(self, node: Schema, pointer: Pointer, hint: str, *, named: bool = False) -> Schema:
        """Rewrite what is inside of a schema, and return what takes its place."""
        if "$ref" in node:
            if beside := node.keys() - _ANNOTATIONS - {"$ref"}:
                self._note(pointer, f"OpenAPI ignores what stands beside a $ref: {', '.join(sorted(beside))}")
            name = str(pointer_of(node["$ref"])[-1])
            name = self.aliases.get(name, name)
            ref = {"$ref": _PREFIX + name}
            return {"allOf": [ref], "nullable": True} if name in self.nullable else ref
        for key in ("properties", "allOf", "anyOf", "oneOf"):
            for name, inner in _inside(node.get(key)):
                new = self._schema(inner, (*pointer, key, name), f"{hint}-{name}" if key == "properties" else hint)
                node[key][name] = new
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                node[key] = self._schema(node[key], (*pointer, key), f"{hint}-{'item' if key == 'items' else 'value'}")
        for value, ref in mapping(mapping(node.get("discriminator")).get("mapping")).items():
            name = str(pointer_of(ref)[-1])
            node["discriminator"]["mapping"][value] = _PREFIX + self.aliases.get(name, name)
        in_all_of = "allOf" in pointer[-2:]
        self._keywords(node, in_all_of=in_all_of)
        if named:
            node.pop("nullable", None)
        elif not in_all_of and _alternatives(node) and ("discriminator" in node or "properties" in node):
            name = self._free_name(hint)
            self.named[name] = node
            ref = {"$ref": _PREFIX + name}
            return {"allOf": [ref], "nullable": True} if node.pop("nullable", False) else ref
        if node.get("nullable") is True and "enum" in node:
            return {"oneOf": [{**node, "nullable": False}, {"type": "null"}]}
        return node

    def _keywords(self, node: Schema, *, in_all_of: bool) -> None:
        if node.get("additionalProperties") is False:  # fields that the server adds later would be refused
            del node["additionalProperties"]
        if "type" not in node and not any(key in node for key in ("allOf", "anyOf", "oneOf", "enum")):
            if "items" in node:
                node["type"] = "array"
            elif not in_all_of and ("properties" in node or "additionalProperties" in node):
                node["type"] = "object"
        if node.get("type") == "array":
            node.setdefault("items", {})
        if "properties" in node and not in_all_of and "allOf" not in node:
            for name in sequence(node.get("required")):
                node["properties"].setdefault(name, {})
        if node.get("type", "string") == "string" and "enum" in node:
            node["enum"] = [*dict.fromkeys(value for value in node["enum"] if value is not None)]
            node["x-enum-varnames"] = _member_names(node["enum"], sequence(node.get("x-enum-varnames")))

    # Objects of several kinds.

    def _unions(self) -> None:
        self.source = dict(self.named)
        unions = [name for name in self.source if self._is_union(self.source[name])]
        # What only alternatives are made of needs no class of its own.
        parts = [part for name in unions for part in self._parts(self.source[name])]
        members = [part[key] for part in parts for key in ("oneOf", "anyOf") if key in part]
        inside = {_name(member) for alternatives in members for member in alternatives}
        used = set(_references(self.document.root, {*map(id, members)}))
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
        split = [part for part in parts if _alternatives(part)]
        if not split or not ("discriminator" in split[0] or any("properties" in part for part in parts)):
            return False
        members = [[*self._parts(member)] for member in _alternatives(split[0])]
        return all(any(part.get("type") == "object" or _alternatives(part) for part in member) for member in members)

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
            for member in _alternatives(part):
                for name, field in self._fields(member)[0].items():
                    same = _bare(mapping(of_kinds.get(name, field))) == _bare(field)
                    of_kinds[name] = field if same else {}  # another type for another kind: left open
            properties = {**of_kinds, **properties}
        return properties, required

    def _union(self, name: str, schema: Schema) -> Schema:
        parts = [*self._parts(schema)]
        split = next(part for part in parts if _alternatives(part))
        members = {_name(member): member for member in _alternatives(split)}
        told = mapping(split.get("discriminator"))
        kinds = {kind: _name({"$ref": ref}) for kind, ref in mapping(told.get("mapping")).items()}
        kinds |= {member: member for member in members if member not in kinds.values()}
        own, demanded = self._fields({"allOf": [{**part, "oneOf": [], "anyOf": []} for part in parts]})
        if len(members) == 1:
            (only,) = members.values()
            return {**_about(schema), **_object({**self._fields(only)[0], **own}, demanded)}
        field = str(told.get("propertyName", ""))
        made: list[tuple[str, Schema]] = []
        for kind, member in kinds.items():
            properties, required = self._fields(members.get(member, {"$ref": _PREFIX + member}))
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
            free = self._free_name(f"{name}-{kind}")
            self.named[free] = {**_about(schema), **alternative}
            self.named[free].pop("title", None)
            refs.append({"$ref": _PREFIX + free})
        return {**_about(schema), "oneOf": refs}

    def _free_name(self, wanted: str) -> str:
        """Return a name for a schema that makes a class of its own."""
        taken = {re.sub(r"\W|_", "", name).lower() for name in self.named}
        while re.sub(r"\W|_", "", wanted).lower() in taken:
            wanted += "-kind"
        return wanted


def _hint(pointer: Pointer) -> str:
    """Name an inline schema after the operation's path and its place there."""
    return "-".join(
        str(key).strip("/") for key in pointer if key not in ("paths", "content", "schema", "application/json")
    )


def _member_names(values: list[Any], wanted: list[str]) -> list[str]:
    """Return a name for each value of an enum; where the generator would make one of several, they are numbered."""
    texts = wanted if len(wanted) == len(values) else [str(value).upper() for value in values]
    names = [text if text[:1].isalpha() else f"VALUE_{index}" for index, text in enumerate(texts)]
    plain = [snake_case(name).upper() for name in names]
    return [
        name if plain.count(one) == 1 else f"{name}_{index}"
        for index, (name, one) in enumerate(zip(names, plain, strict=True))
    ]


def _inside(node: Any) -> list[tuple[Any, Any]]:
    return [*mapping(node).items(), *enumerate(sequence(node))]


def _alternatives(schema: Schema) -> list[Schema]:
    return [*sequence(schema.get("oneOf")), *sequence(schema.get("anyOf"))]


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2] or str(schema.get("title", id(schema)))


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": [*dict.fromkeys(required)]}


def _about(schema: Schema) -> Schema:
    return {key: schema[key] for key in ("title", "description") if key in schema}


def _bare(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in _ANNOTATIONS and not key.startswith("x-")}


def _references(node: Any, without: set[int]) -> Iterator[str]:
    """Yield the names of the schemas that are referred to, but by some lists of alternatives."""
    for key, value in _inside(node):
        if key == "$ref" and isinstance(value, str):
            yield value.rpartition("/")[2]
        elif isinstance(value, dict | list) and id(cast("object", value)) not in without:
            yield from _references(value, without)
