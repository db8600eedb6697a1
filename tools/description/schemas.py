"""What a schema may not have, because the generator would pass over it, or make something else of it."""

from collections.abc import Iterable, Iterator
from itertools import chain

from .document import Document, Part, Pointer, Problem, child, children, mapping, sequence, words
from .media import answers, bodies
from .operations import parameters
from .unions import find_in_union

# Say nothing about what a value looks like, or only which values are refused; the server refuses them.
_HARMLESS = words(
    "title description example deprecated externalDocs xml nullable default readOnly writeOnly not multipleOf "
    "maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern maxItems minItems uniqueItems "
    "maxProperties minProperties"
)
_BESIDE_REF = frozenset({"$ref", "description", "summary"})
_TYPE_OF = {"items": "array", "additionalProperties": "object", "required": "object", "properties": "object"}


def schemas(document: Document) -> Iterator[Part]:
    """Yield every schema that the generator reads, outer ones first."""
    root = Part((), document.root)
    tops = chain(
        children(root, "components", "schemas"),
        chain.from_iterable(child(part, "schema") for part in parameters(document)),
        _contents(chain(bodies(document), answers(document))),
    )
    return chain.from_iterable(map(_below, tops))


def _contents(parts: Iterable[Part]) -> Iterator[Part]:
    for media in chain.from_iterable(children(part, "content") for part in parts):
        yield from child(media, "schema")


def _below(part: Part) -> Iterator[Part]:
    yield part
    for inner in chain(
        children(part, "properties"),
        *(child(part, key) for key in ("items", "additionalProperties")),
        *(children(part, key) for key in ("allOf", "anyOf", "oneOf")),
    ):
        yield from _below(inner)


def find(document: Document) -> Iterator[Problem]:
    """Yield what is wrong with schemas."""
    for part in schemas(document):
        for pointer, reason in (
            *_reference(part),
            *_structure(part),
            *_types(part),
            *_all_of(document, part),
            *_required(document, part),
            *find_in_union(document, part),
        ):
            yield document.problem(pointer, reason)
    yield from _directions(document)
    yield from _nulls(document)


Finding = tuple[Pointer, str]


def _reference(part: Part) -> Iterator[Finding]:
    if "$ref" not in part.node:
        return
    for key in part.node:
        if key not in _BESIDE_REF and not key.startswith("x-"):
            yield (
                (*part.pointer, key),
                f"OpenAPI 3.0 ignores {key!r} beside a $ref; write `allOf: [$ref]` in place of the $ref",
            )
    if _is_named(part):
        yield part.pointer, f"a schema that is only a $ref becomes a class of its own; use {part.node['$ref']} itself"


def _is_named(part: Part) -> bool:
    return len(part.pointer) == 3 and part.pointer[:2] == ("components", "schemas")


def _structure(part: Part) -> Iterator[Finding]:
    node, pointer = part.node, part.pointer
    if "discriminator" in node:
        yield (
            (*pointer, "discriminator"),
            "the generator leaves out `discriminator` and takes the first schema that fits; describe one object with "
            "all fields, or leave the field open (`{}`)",
        )
    if node.get("additionalProperties") is False:
        yield (
            (*pointer, "additionalProperties"),
            "with `additionalProperties: false` fields that the server adds later are lost; leave it out",
        )
    if node.get("nullable") is True and _is_named(part) and (node.get("type") == "object" or "allOf" in node):
        yield (
            (*pointer, "nullable"),
            "a nullable schema with a name becomes a class of another name; say `nullable: true` with `allOf: [$ref]` "
            "where it is used",
        )


def _types(part: Part) -> Iterator[Finding]:
    node, pointer = part.node, part.pointer
    kind = node.get("type")
    for key, wanted in _TYPE_OF.items():
        if key not in node or kind == wanted or "allOf" in node or (kind is None and "properties" in node):
            continue
        if _is_member(part) and key == "required":
            continue
        yield (*pointer, key), f"the generator leaves out `{key}` without `type: {wanted}`"
    if kind == "array" and "items" not in node:
        yield pointer, "an array without `items`; `items: {}` takes anything"
    if "format" in node and kind not in ("string", "integer", "number"):
        yield (*pointer, "format"), "the generator leaves out `format` without a `type`"
    if node.get("format") == "binary" and pointer[-1] != "schema" and not _is_named(part):
        yield (*pointer, "format"), "JSON holds no `format: binary`"
    yield from _enum(part)


def _enum(part: Part) -> Iterator[Finding]:
    values = sequence(part.node.get("enum"))
    pointer = (*part.pointer, "enum")
    if not values or part.node.get("type") == "boolean":
        return
    if part.node.get("nullable") is True or None in values:
        yield (
            pointer,
            "the generator breaks nullable enums; give the enum a name of its own, without null, and say "
            "`nullable: true` with `allOf: [$ref]` where it is used",
        )
    elif not all(isinstance(value, str) for value in values):
        yield (
            pointer,
            "an enum of anything but strings is closed: a value that the server adds later would lose the answer; "
            "leave out `enum` and name the values in the description",
        )
    names = part.node.get("x-enum-varnames")
    if names is not None and len(sequence(names)) != len(values):
        yield (*part.pointer, "x-enum-varnames"), f"{len(sequence(names))} names for {len(values)} values"


def _is_member(part: Part) -> bool:
    return len(part.pointer) > 1 and part.pointer[-2] == "allOf"


def _all_of(document: Document, part: Part) -> Iterator[Finding]:
    node = part.node
    members = [*children(part, "allOf")]
    if len(members) == 1 and "$ref" in members[0].node:
        for key in node.keys() - _HARMLESS - {"allOf", "type"}:
            if not key.startswith("x-"):
                yield (
                    (*part.pointer, key),
                    f"the generator leaves out `{key}` beside an allOf of one $ref; make it a second item of the allOf",
                )
        return
    for member in members:
        inline = "$ref" not in member.node
        kept = _HARMLESS | {"type", "properties", "required"} if inline else {"$ref", *member.node}
        for key in member.node.keys() - kept:
            if not key.startswith("x-"):
                yield (*member.pointer, key), f"the generator leaves out `{key}` in an item of allOf"
        target = document.resolved(member).node
        if inline and target.get("type", "object") != "object":
            yield member.pointer, "an allOf joins objects, and this item is none"
        if not inline and mapping(target.get("additionalProperties")):
            yield member.pointer, f"the generator leaves out the `additionalProperties` of {member.node['$ref']}"


def _required(document: Document, part: Part) -> Iterator[Finding]:
    """Yield the required fields that are not described: the generator asks for none of them."""
    if _is_member(part):
        return  # what holds the allOf sees the fields of all its items
    described = _fields(document, part)
    for holder in (part, *children(part, "allOf")):
        for index, name in enumerate(sequence(holder.node.get("required"))):
            if name not in described:
                yield (*holder.pointer, "required", index), f"{name!r} is required but not among the properties"


def _fields(document: Document, part: Part) -> set[str]:
    members = (document.resolved(member) for member in children(part, "allOf"))
    return set(mapping(part.node.get("properties"))).union(*(_fields(document, member) for member in members))


def _directions(document: Document) -> Iterator[Problem]:
    """Yield fields that only one direction has, but that a class for both would demand."""
    for key, tops in (("readOnly", _contents(bodies(document))), ("writeOnly", _contents(answers(document)))):
        for part in _reached(document, tops):
            for name in sequence(part.node.get("required")):
                field = mapping(mapping(part.node.get("properties")).get(name))
                if field.get(key) is True:
                    way = "sent" if key == "readOnly" else "received"
                    yield document.problem(
                        (*part.pointer, "properties", name, key),
                        f"the generator leaves out `{key}`: {name!r} is required here, and this schema is {way} too; "
                        "make two schemas, or take it out of `required`",
                    )


def _nulls(document: Document) -> Iterator[Problem]:
    """Yield what may be null where the clients, which read a null as left out, would miss it."""
    for part in _reached(document, _contents(answers(document))):
        for name in sequence(part.node.get("required")):
            field = Part((*part.pointer, "properties", name), mapping(mapping(part.node.get("properties")).get(name)))
            if _is_nullable(document, field):
                reason = (
                    f"the clients read null as left out, so {name!r} cannot be both required and nullable in an answer"
                )
                yield document.problem(field.pointer, f"{reason}; take it out of `required`")
        for items in child(part, "items"):
            if _is_nullable(document, items):
                yield document.problem(
                    items.pointer, "the clients leave null out of arrays, so items cannot be nullable"
                )


def _is_nullable(document: Document, part: Part) -> bool:
    return part.node.get("nullable") is True or document.resolved(part).node.get("nullable") is True


def _reached(document: Document, tops: Iterable[Part]) -> Iterator[Part]:
    """Yield all schemas below some, references followed, each once."""
    seen: set[Pointer] = set()
    waiting: list[Part] = list(tops)
    while waiting:
        part = document.resolved(waiting.pop())
        if part.pointer in seen:
            continue
        for inner in _below(part):
            seen.add(inner.pointer)
            yield inner
            if "$ref" in inner.node:
                waiting.append(inner)
