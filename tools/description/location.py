"""On which line the generator's own complaints belong: it names none."""

import re
from collections.abc import Iterator

from openapi_python_client.parser.errors import GeneratorError, ParseError
from pydantic import BaseModel, ValidationError

from .document import Document, Part, Pointer, Problem, items_of, mapping, sequence


def locate(document: Document, error: GeneratorError) -> Problem:
    """Return a complaint of the generator as a problem, with the line that it is about as far as that can be told."""
    text = " ".join(filter(None, (error.header.strip(), (error.detail or "").strip())))
    data = error.data if isinstance(error, ParseError) else None
    pointer = place_of(document, data) if data is not None else None
    return document.problem(pointer or _mentioned(document, text), f"the generator: {' '.join(text.split())}")


def _mentioned(document: Document, text: str) -> Pointer:
    """Return the operation or the schema that a text speaks of, or the top."""
    told = re.search(r"parsing ([A-Z]+) (\S+) within", text)
    if told:
        return ("paths", told[2], told[1].lower())
    names = mapping(document.at(("components", "schemas")))
    found = [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)]
    return ("components", "schemas", found[0]) if found else ()


def place_of(document: Document, data: BaseModel) -> Pointer | None:
    """Return where the part stands that the generator read into some data."""

    def parts(part: Part) -> Iterator[Part]:
        yield part
        for key, value in items_of(part.node):
            yield from below(value, (*part.pointer, key))

    def below(node: object, pointer: Pointer) -> Iterator[Part]:
        if isinstance(node, dict):
            yield from parts(Part(pointer, mapping(node)))
        for index, item in enumerate(sequence(node)):
            yield from below(item, (*pointer, index))

    for part in parts(Part((), document.root)):
        try:
            if type(data).model_validate(part.node) == data:
                return part.pointer
        except ValidationError:
            continue
    return None
