"""What cannot be carried out faithfully, neither by the generator nor by rewriting the description for it."""

from collections.abc import Iterator
from itertools import chain

from .document import Document, Part, Pointer, Problem, child, children, mapping, sequence
from .operations import Operation, operations, schemas

_STYLES = {"query": ("form", "spaceDelimited", "pipeDelimited"), "path": ("simple",), "header": ("simple",)}
_FORM = "application/x-www-form-urlencoded"
_BYTES = "application/octet-stream"

Finding = tuple[Pointer, str]


def find(document: Document) -> Iterator[Problem]:
    """Yield what the description may not have."""
    for finding in chain(*(_operation(document, operation) for operation in operations(document)), _schemas(document)):
        yield document.problem(*finding)


def _operation(document: Document, operation: Operation) -> Iterator[Finding]:
    for part in (operation.part, operation.item):
        if "servers" in part.node:
            yield (*part.pointer, "servers"), "the generator leaves out `servers` here: requests go to the base URL"
    if "$ref" in operation.item.node:
        yield (*operation.item.pointer, "$ref"), "the generator leaves out a path's `$ref`"
    yield from _security(document, operation.part)
    for (place, name), part in operation.parameters(document).items():
        if "content" in part.node:
            yield (*part.pointer, "content"), f"the generator leaves out {name!r}: it wants `schema`"
        if place == "header" and name.lower() == "authorization":
            yield part.pointer, "the client sends `Authorization` itself; a parameter would take its place"
        if part.node.get("style", "form") not in (*_STYLES.get(place, ()), "form"):
            yield (*part.pointer, "style"), f"`style: {part.node['style']}` cannot be sent"
    requests = [*operation.bodies(document)]
    yield from _several(requests)
    for media in requests:
        yield from _media(document, media, is_request=True)
    for status, answer in operation.answers(document).items():
        if status == "default":
            pointer = (*operation.part.pointer, "responses", status)
            yield pointer, "a default response would be read for successes too; write 4XX and 5XX"
        yield from _several([*children(answer, "content")])
        for media in children(answer, "content"):
            yield from _media(document, media, is_request=False)
    yield from _directions(document, operation)


def _security(document: Document, part: Part) -> Iterator[Finding]:
    schemes = mapping(document.at(("components", "securitySchemes")))
    wanted = part.node.get("security", document.root.get("security"))
    pointer = (*part.pointer, "security") if "security" in part.node else ("security",)
    for name in (name for each in sequence(wanted) for name in mapping(each)):
        scheme = mapping(schemes.get(name))
        if (scheme.get("type"), str(scheme.get("scheme")).lower()) != ("http", "bearer"):
            yield pointer, f"the security scheme {name!r} is not `type: http, scheme: bearer`, which is what is sent"


def _several(contents: list[Part]) -> Iterator[Finding]:
    for media in contents[1:]:
        yield media.pointer, "several media types, of which the generator handles one; keep one"


def _media(document: Document, media: Part, *, is_request: bool) -> Iterator[Finding]:
    if "encoding" in media.node:
        yield (*media.pointer, "encoding"), "the generator leaves out `encoding`"
    if "schema" not in media.node:
        yield media.pointer, "a media type without `schema`: the generator takes it for no body"
        return
    name = str(media.pointer[-1]).partition(";")[0].strip().lower()
    schema = document.resolved(Part((), mapping(media.node["schema"]))).node
    is_bytes = (schema.get("type"), schema.get("format")) == ("string", "binary")
    if name == _BYTES:
        if not is_bytes:
            yield media.pointer, f"{_BYTES} is read and sent as `type: string, format: binary` only"
    elif name == _FORM:
        fields = [document.resolved(part).node for part in children(Part((), schema), "properties")]
        kinds = ("string", "integer", "number", "boolean")
        if not is_request or schema.get("type") != "object" or any(field.get("type") not in kinds for field in fields):
            yield media.pointer, f"{_FORM} is sent right for an object of plain fields only"
    elif name == "multipart/form-data":
        yield media.pointer, "multipart forms cannot be sent"
    elif is_bytes:
        yield media.pointer, f"{name} holds no `format: binary`"
    elif name.startswith("text/") and schema.get("type") != "string":
        yield media.pointer, f"{name} is read as text: its schema must be `type: string`"


def _below(part: Part) -> Iterator[Part]:
    """Yield a schema and all that are written inside of it."""
    yield part
    for key in ("properties", "allOf", "anyOf", "oneOf"):
        for inner in children(part, key):
            yield from _below(inner)
    for key in ("items", "additionalProperties"):
        for inner in child(part, key):
            yield from _below(inner)


def _schemas(document: Document) -> Iterator[Finding]:
    for part in chain.from_iterable(map(_below, schemas(document))):
        kind, values = part.node.get("type"), sequence(part.node.get("enum"))
        if kind != "boolean" and not all(value is None or isinstance(value, str) for value in values):
            yield (
                (*part.pointer, "enum"),
                "an enum of anything but strings is closed: a value that the server adds later would lose the answer; "
                "leave out `enum` and name the values in the description",
            )
        if part.node.get("format") == "binary" and part.pointer[-1] != "schema" and len(part.pointer) != 3:
            yield (*part.pointer, "format"), "JSON holds no `format: binary`"


def _directions(document: Document, operation: Operation) -> Iterator[Finding]:
    """Yield fields that must be there and cannot be: of the other direction, or null, which is read as left out."""
    answers = [media for answer in operation.answers(document).values() for media in children(answer, "content")]
    for key, tops in (("readOnly", [*operation.bodies(document)]), ("writeOnly", answers)):
        for part in _reached(document, tops):
            for name in map(str, sequence(part.node.get("required"))):
                field = mapping(mapping(part.node.get("properties")).get(name))
                pointer = (*part.pointer, "properties", name)
                if field.get(key) is True:
                    yield (
                        (*pointer, key),
                        f"{name!r} is {key} and required; make two schemas, or take it out of `required`",
                    )
                if tops is answers and _is_nullable(document, Part((), field)):
                    yield (
                        pointer,
                        f"null is read as left out, so {name!r} cannot be required; take it out of `required`",
                    )
            for items in child(part, "items"):
                if tops is answers and _is_nullable(document, items):
                    yield items.pointer, "null is left out of arrays, so items cannot be nullable"


def _is_nullable(document: Document, part: Part) -> bool:
    return part.node.get("nullable") is True or document.resolved(part).node.get("nullable") is True


def _reached(document: Document, tops: list[Part]) -> Iterator[Part]:
    """Yield all schemas below some, references followed, each once."""
    seen: set[int] = set()
    waiting = [part for top in tops for part in child(top, "schema")]
    while waiting:
        part = document.resolved(waiting.pop())
        if id(part.node) not in seen:
            seen.add(id(part.node))
            yield part
            for key in ("properties", "allOf", "anyOf", "oneOf"):
                waiting += children(part, key)
            for key in ("items", "additionalProperties"):
                waiting += child(part, key)
