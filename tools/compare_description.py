"""Says where our operations differ from somebody else's description of them.

    python -m tools.compare_description some.yaml

A line that begins with `+` is theirs alone: a status, a field, a value. One that begins with `-` is ours alone.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tools.description.document import DescriptionError, Document, Part, children, items_of, mapping, read, sequence
from tools.description.operations import Operation, operations
from tools.paths import Paths


def facts(document: Document, operation: Operation) -> Iterator[str]:
    """Yield all that a description says of an operation, a line each."""
    name = f"{operation.method.upper()} {operation.path}"
    for place, parameter in operation.parameters(document):
        yield f"{name}: parameter {parameter} in {place}"
    for media in operation.bodies(document):
        yield from _schema(document, mapping(media.node.get("schema")), f"{name} request", ())
    for status, answer in operation.answers(document).items():
        yield f"{name} {status}"
        for media in children(answer, "content"):
            yield from _schema(document, mapping(media.node.get("schema")), f"{name} {status}", ())


def _schema(document: Document, schema: dict[str, Any], place: str, inside: tuple[str, ...]) -> Iterator[str]:
    """Yield fields and values; what is joined by `allOf`, and each of several kinds, counts as one object."""
    ref = str(schema.get("$ref", ""))
    if ref in inside:
        return
    inside = (*inside, ref) if ref else inside
    schema = document.resolved(Part((), schema)).node
    # Error types are open strings in ours, and their descriptions name the known ones.
    quoted = re.findall(r"`([\w:-]+)`", str(schema.get("description", ""))) if schema.get("type") == "string" else []
    yield from (f"{place}: value {value}" for value in sequence(schema.get("enum")))
    yield from (f"{place}: perhaps {value}" for value in quoted)
    for name, field in mapping(schema.get("properties")).items():
        yield f"{place}: field {name}"
        yield from _schema(document, field, f"{place} {name}", inside)
    for key in ("allOf", "anyOf", "oneOf"):
        for _, member in items_of(schema.get(key)):
            yield from _schema(document, member, place, inside)
    if "items" in schema:
        yield from _schema(document, schema["items"], f"{place}[]", inside)


def compare(ours: Document, theirs: Document) -> Iterator[str]:
    """Yield the differences in what both say of our operations."""
    described = {(operation.path, operation.method): operation for operation in operations(theirs)}
    for operation in operations(ours):
        other = described.get((operation.path, operation.method))
        if other is None:
            yield f"- {operation.method.upper()} {operation.path}"
            continue
        one, two = set(facts(ours, operation)), set(facts(theirs, other))
        known = one | {fact.replace(": perhaps ", ": value ") for fact in one}
        yield from (f"+ {fact}" for fact in _without_inner(two - known))
        yield from (f"- {fact}" for fact in _without_inner(one - two))


def _without_inner(found: set[str]) -> Iterator[str]:
    """Yield some facts in order, but nothing from inside of a field or an answer that is itself among them."""
    outer = {fact.replace(": field ", " ") for fact in found if ": field " in fact or ":" not in fact}
    for fact in sorted(found):
        place = fact.partition(": ")[0]
        is_inside = any(place == each or place.startswith((f"{each} ", f"{each}[")) for each in outer if each != fact)
        if ": perhaps " not in fact and not is_inside:
            yield fact


def main(arguments: Sequence[str]) -> int:
    """Compare the description of the command line with ours; differences are no failure."""
    try:
        lines = [*compare(read(Paths().description), read(Path(arguments[0])))]
    except DescriptionError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(lines) or "no difference")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
