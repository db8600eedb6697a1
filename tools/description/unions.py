"""What `oneOf` and `anyOf` may not have, as the generator takes the first alternative that fits."""

from collections.abc import Iterator
from itertools import chain, combinations

from .document import Document, Part, Pointer, children, sequence

# What may stand beside the alternatives without being lost.
_BESIDE = frozenset(
    {"anyOf", "oneOf", "discriminator", "title", "description", "nullable", "default", "example", "deprecated"}
)


def find_in_union(document: Document, part: Part) -> Iterator[tuple[Pointer, str]]:
    """Yield what is wrong with a schema's alternatives."""
    keys = [key for key in ("anyOf", "oneOf") if key in part.node]
    if not keys:
        return
    for key in part.node.keys() - _BESIDE:
        if not key.startswith(("x-", "externalDocs")):
            yield (*part.pointer, key), f"the generator leaves out `{key}` beside `{keys[0]}`"
    if len(keys) > 1:
        yield (*part.pointer, "oneOf"), "the generator reads `anyOf` and `oneOf` together as one list of alternatives"
        return
    alternatives = [document.resolved(member) for member in children(part, keys[0])]
    places = [member.pointer for member in children(part, keys[0])]
    objects = [index for index, member in enumerate(alternatives) if is_object(member)]
    for first, second in combinations(objects, 2):
        if _required(document, alternatives[first]) <= _required(document, alternatives[second]):
            yield (
                places[second],
                "the alternative before this one asks for no field that this one lacks, so this one is never read; put "
                "the one that requires more first, or describe one object with all fields",
            )
    for kind, named in (("array", "array"), ("string", "enum")):
        same = [
            index
            for index, member in enumerate(alternatives)
            if member.node.get("type") == kind and (kind == "array" or "enum" in member.node)
        ]
        if len(same) > 1:
            yield places[same[1]], f"a second {named} among the alternatives is never read: the first takes all of them"


def is_object(part: Part) -> bool:
    """Whether a schema describes an object."""
    return part.node.get("type") == "object" or "allOf" in part.node or "properties" in part.node


def _required(document: Document, part: Part) -> set[str]:
    """Return the fields that an object must have, those of its allOf included."""
    inner = (_required(document, document.resolved(member)) for member in children(part, "allOf"))
    return {*map(str, sequence(part.node.get("required"))), *chain.from_iterable(inner)}
