"""What the generator would pass over or make something else of, rewritten into what it carries out faithfully.

The result is for the generator alone; `refusals` has read the description as it was written.
"""

import copy
from typing import Any

from openapi_python_client.strings import snake_case

from .document import Document, Part, Pointer, Problem, mapping, pointer_of, sequence
from .kinds import ANNOTATIONS, PREFIX, Kinds, Schema, alternatives_of, free_name, inside_of
from .operations import operations, schemas

# OpenAPI 3.0.3, "Parameter Object": header parameters of these names are ignored.
_IGNORED_HEADERS = frozenset({"accept", "content-type"})


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
        Kinds(self.document.root, self.named).rewrite()

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
            if beside := node.keys() - ANNOTATIONS - {"$ref"}:
                self._note(pointer, f"OpenAPI ignores what stands beside a $ref: {', '.join(sorted(beside))}")
            name = str(pointer_of(node["$ref"])[-1])
            name = self.aliases.get(name, name)
            ref = {"$ref": PREFIX + name}
            return {"allOf": [ref], "nullable": True} if name in self.nullable else ref
        for key in ("properties", "allOf", "anyOf", "oneOf"):
            for name, inner in inside_of(node.get(key)):
                new = self._schema(inner, (*pointer, key, name), f"{hint}-{name}" if key == "properties" else hint)
                node[key][name] = new
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                node[key] = self._schema(node[key], (*pointer, key), f"{hint}-{'item' if key == 'items' else 'value'}")
        for value, ref in mapping(mapping(node.get("discriminator")).get("mapping")).items():
            name = str(pointer_of(ref)[-1])
            node["discriminator"]["mapping"][value] = PREFIX + self.aliases.get(name, name)
        in_all_of = "allOf" in pointer[-2:]
        self._keywords(node, in_all_of=in_all_of)
        if named:
            node.pop("nullable", None)
        elif not in_all_of and alternatives_of(node) and ("discriminator" in node or "properties" in node):
            name = free_name(self.named, hint)
            self.named[name] = node
            ref = {"$ref": PREFIX + name}
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
