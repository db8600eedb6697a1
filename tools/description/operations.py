"""The operations of a description, and what they are made of."""

from collections.abc import Iterator
from typing import NamedTuple

from .document import Document, Part, child, children

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Operation(NamedTuple):
    """One operation, and the path item that it belongs to."""

    part: Part
    item: Part
    path: str
    method: str

    def parameters(self, document: Document) -> dict[tuple[str, str], Part]:
        """Return the parameters by place and name: those of the path, and those of the operation over them."""
        parts = [
            document.resolved(part) for holder in (self.item, self.part) for part in children(holder, "parameters")
        ]
        return {(str(part.node.get("in")), str(part.node.get("name"))): part for part in parts}

    def bodies(self, document: Document) -> Iterator[Part]:
        """Yield each media type of the request."""
        for body in child(self.part, "requestBody"):
            yield from children(document.resolved(body), "content")

    def answers(self, document: Document) -> dict[str, Part]:
        """Return the responses by status."""
        return {str(part.pointer[-1]): document.resolved(part) for part in children(self.part, "responses")}


def operations(document: Document) -> Iterator[Operation]:
    """Yield every operation."""
    for item in children(Part((), document.root), "paths"):
        for method in METHODS:
            for part in child(item, method):
                yield Operation(part, item, str(item.pointer[-1]), method)


def schemas(document: Document) -> Iterator[Part]:
    """Yield every schema that stands for itself: the named ones, and those of parameters, requests and responses."""
    yield from children(Part((), document.root), "components", "schemas")
    seen: set[int] = set()
    for operation in operations(document):
        holders = [*operation.parameters(document).values(), *operation.bodies(document)]
        for answer in operation.answers(document).values():
            holders += children(answer, "content")
        for part in (each for holder in holders for each in child(holder, "schema")):
            if id(part.node) not in seen:
                seen.add(id(part.node))
                yield part
