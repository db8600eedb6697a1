"""What an operation may not have, because the generator would pass over it, or make something else of it."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from .document import Document, Part, Problem, child, children, mapping, sequence

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# Where OpenAPI writes arrays and objects as the generator does: one `name=item` after another, or no choice at all.
_STYLES = {"query": "form", "path": "simple", "header": "simple", "cookie": "form"}


class Operation(NamedTuple):
    """One operation, and the path item that it belongs to."""

    part: Part
    item: Part
    path: str
    method: str

    def parameters(self, document: Document) -> Iterator[Part]:
        """Yield the parameters of the operation and of its path, references followed."""
        for part in (self.part, self.item):
            yield from map(document.resolved, children(part, "parameters"))


def operations(document: Document) -> Iterator[Operation]:
    """Yield every operation."""
    for item in children(Part((), document.root), "paths"):
        for method in METHODS:
            for part in child(item, method):
                yield Operation(part, item, str(item.pointer[-1]), method)


def find(document: Document) -> Iterator[Problem]:
    """Yield what is wrong with operations, their parameters and their security."""
    for operation in operations(document):
        yield from _names(document, operation)
        yield from _path_parameters(document, operation)
        yield from _security(document, operation)
        for part in (operation.part, operation.item):
            if "servers" in part.node:
                yield document.problem(
                    (*part.pointer, "servers"), "the generator leaves out `servers` here: requests go to the base URL"
                )
            yield from _duplicates(document, part)
        if "$ref" in operation.item.node:
            yield document.problem((*operation.item.pointer, "$ref"), "the generator leaves out a path's `$ref`")
    yield from _operation_ids(document)
    yield from _paths(document)
    for parameter in parameters(document):
        yield from _parameter(document, parameter)


def parameters(document: Document) -> Iterator[Part]:
    """Yield every parameter where it is written out."""
    root = Part((), document.root)
    places = [children(root, "components", "parameters")]
    for item in children(root, "paths"):
        places.append(children(item, "parameters"))
        places.extend(children(part, "parameters") for method in METHODS for part in child(item, method))
    return (part for part in chain.from_iterable(places) if "$ref" not in part.node)


def _names(document: Document, operation: Operation) -> Iterator[Problem]:
    node, pointer = operation.part.node, operation.part.pointer
    if not node.get("operationId"):
        yield document.problem(pointer, "an operation without `operationId`, which names its module; add one")
    if not sequence(node.get("tags")):
        yield document.problem(pointer, "an operation without `tags`; add one: it names the folder of the module")


def _operation_ids(document: Document) -> Iterator[Problem]:
    first: dict[str, Part] = {}
    for operation in operations(document):
        part = operation.part
        name = str(part.node.get("operationId"))
        if name in first and "operationId" in part.node:
            line = document.line((*first[name].pointer, "operationId"))
            yield document.problem(
                (*part.pointer, "operationId"), f"the operation on line {line} has the id {name!r} too"
            )
        first.setdefault(name, part)


def without_names(path: str) -> str:
    """Return a path with no names for its parameters: the generator puts Python's in place of the description's."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _paths(document: Document) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for item in children(Part((), document.root), "paths"):
        path = str(item.pointer[-1])
        other = first.setdefault(without_names(path), path)
        if other != path:
            yield document.problem(item.pointer, f"{path} is the same path as {other}: the names make no difference")


def _path_parameters(document: Document, operation: Operation) -> Iterator[Problem]:
    named = re.findall(r"\{([^}]*)\}", operation.path)
    described = [part.node.get("name") for part in operation.parameters(document) if part.node.get("in") == "path"]
    for name in sorted({*named} ^ set(map(str, described))):
        where = "the path, but no parameter" if name in named else "a parameter `in: path`, but not the path,"
        yield document.problem(operation.part.pointer, f"{where} has {name!r}")


def _duplicates(document: Document, part: Part) -> Iterator[Problem]:
    resolved = [document.resolved(parameter).node for parameter in children(part, "parameters")]
    for (name, place), times in Counter((node.get("name"), node.get("in")) for node in resolved).items():
        if times > 1:
            yield document.problem((*part.pointer, "parameters"), f"{times} parameters {name!r} in {place}")


def _security(document: Document, operation: Operation) -> Iterator[Problem]:
    part = operation.part
    schemes = mapping(document.at(("components", "securitySchemes")))
    if "security" not in part.node and document.root.get("security"):
        yield document.problem(
            part.pointer,
            "the generator does not read the top's `security`; repeat it here, or nothing asks for a token",
        )
    for index, wanted in enumerate(sequence(part.node.get("security"))):
        for name in mapping(wanted):
            scheme = mapping(schemes.get(name))
            if (scheme.get("type"), str(scheme.get("scheme")).lower()) != ("http", "bearer"):
                yield document.problem(
                    (*part.pointer, "security", index),
                    f"the security scheme {name!r} is none of `type: http, scheme: bearer`, and that is what is sent",
                )


def _parameter(document: Document, part: Part) -> Iterator[Problem]:
    node, pointer = part.node, part.pointer
    name, place = node.get("name"), str(node.get("in"))
    if "content" in node:
        yield document.problem((*pointer, "content"), f"the generator leaves out {name!r}: it wants `schema`")
    if place == "cookie":
        yield document.problem(pointer, f"{name!r} is a cookie; httpx no longer takes cookies with a request")
    if place == "header" and str(name).lower() in {"accept", "authorization", "content-type"}:
        yield document.problem(pointer, f"OpenAPI ignores a header parameter {name!r}, and the generator would send it")
    style = node.get("style", _STYLES.get(place))
    if style != _STYLES.get(place):
        yield document.problem((*pointer, "style"), f"the generator leaves out `style: {style}`")
    exploded = _STYLES.get(place) == "form"
    if node.get("explode", exploded) is not exploded:
        yield document.problem((*pointer, "explode"), f"the generator leaves out `explode` for {name!r}")
