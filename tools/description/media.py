"""What bodies and answers may not have, because the generator would pass over it, or make something else of it."""

from collections.abc import Iterator
from itertools import chain

from .document import Document, Part, Problem, child, children
from .operations import METHODS

_FORM = "application/x-www-form-urlencoded"
_BYTES = "application/octet-stream"


def bodies(document: Document) -> Iterator[Part]:
    """Yield every request body where it is written out."""
    root = Part((), document.root)
    places = [children(root, "components", "requestBodies")]
    for item in children(root, "paths"):
        places.extend(child(part, "requestBody") for method in METHODS for part in child(item, method))
    return (part for part in chain.from_iterable(places) if "$ref" not in part.node)


def answers(document: Document) -> Iterator[Part]:
    """Yield every response where it is written out."""
    root = Part((), document.root)
    places = [children(root, "components", "responses")]
    for item in children(root, "paths"):
        places.extend(children(part, "responses") for method in METHODS for part in child(item, method))
    return (part for part in chain.from_iterable(places) if "$ref" not in part.node)


def find(document: Document) -> Iterator[Problem]:
    """Yield what is wrong with the contents of requests and responses."""
    for item in children(Part((), document.root), "paths"):
        for method in METHODS:
            for part in chain.from_iterable(children(part, "responses") for part in child(item, method)):
                if part.pointer[-1] == "default":
                    yield document.problem(
                        part.pointer, "a default response would be read for successes too; write 4XX and 5XX"
                    )
    for part in chain(bodies(document), answers(document)):
        yield from _content(document, part)


def _content(document: Document, part: Part) -> Iterator[Problem]:
    contents = [*children(part, "content")]
    if len(contents) > 1:
        yield document.problem(contents[1].pointer, "several media types, of which the generator handles one; keep one")
    is_request = part.pointer[1] == "requestBodies" or part.pointer[-1] == "requestBody"
    for media in contents:
        if "schema" not in media.node:
            yield document.problem(media.pointer, "a media type without `schema`: the generator takes it for no body")
        elif "encoding" in media.node:
            yield document.problem((*media.pointer, "encoding"), "the generator leaves out `encoding`")
        else:
            yield from _media_type(document, media, is_request)


def _media_type(document: Document, media: Part, is_request: bool) -> Iterator[Problem]:
    name = str(media.pointer[-1]).partition(";")[0].strip().lower()
    schema = document.resolved(Part((*media.pointer, "schema"), media.node["schema"])).node
    is_bytes = (schema.get("type"), schema.get("format")) == ("string", "binary")
    reason = None
    if name == "application/json" or name.endswith("+json"):
        reason = "JSON holds no `format: binary`" if is_bytes else None
    elif name == _BYTES:
        reason = None if is_bytes else f"{_BYTES} is read and sent as `type: string, format: binary` only"
    elif is_request and name == _FORM:
        reason = None if _is_flat(document, schema) else f"{_FORM} is sent right for an object of plain fields only"
    elif is_request or not name.startswith("text/"):
        kinds = f"JSON, {_BYTES} and {_FORM if is_request else 'text'}"
        reason = f"the media type {name!r} is not handled; {kinds} are"
    elif schema.get("type") != "string" or is_bytes:
        reason = f"{name} is read as text: its schema must be `type: string`"
    if reason:
        yield document.problem(media.pointer, reason)


def _is_flat(document: Document, schema: dict[str, object]) -> bool:
    """Whether a form can hold an object: its fields are single values, written out here."""
    fields = [document.resolved(part).node for part in children(Part((), schema), "properties")]
    return schema.get("type") == "object" and all(
        field.get("type") in ("string", "integer", "number", "boolean") for field in fields
    )
