"""Whether the description is OpenAPI 3.0 at all, and its references lead somewhere."""

from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator
from openapi_spec_validator.validation.exceptions import (
    DuplicateOperationIDError,
    ExtraParametersError,
    ParameterDuplicateError,
    UnresolvableParameterError,
)

from .document import Document, Pointer, Problem, items_of, mapping, pointer_of, sequence

# They come without a place; the generator, or `outcome`, finds the same with one.
_PLACELESS = (DuplicateOperationIDError, ExtraParametersError, ParameterDuplicateError, UnresolvableParameterError)

# Holds data of callers, in which anything is allowed.
_DATA = frozenset({"example", "examples", "default", "enum"})


def find(document: Document) -> Iterator[Problem]:
    """Yield what breaks OpenAPI 3.0; the checks that follow lean on there being nothing."""
    version = document.root.get("openapi")
    if not isinstance(version, str) or not version.startswith("3.0."):
        yield document.problem(("openapi",), f"OpenAPI {version}; what follows is checked for 3.0 only, as in 3.0.3")
        return
    references = [*_references(document)]
    yield from references
    if not references:
        yield from _violations(document)


def _references(document: Document) -> Iterator[Problem]:
    for pointer, ref in _refs(document.root, ()):
        # `at` steps over mappings only, so a reference into a list leads nowhere, as it does for the generator.
        if not ref.startswith("#/") or document.at(pointer_of(ref)) is None:
            yield document.problem(pointer, f"$ref to {ref!r}, which is not in this file")
        elif not ref.startswith("#/components/") or ref.count("/") != 3:
            yield document.problem(
                pointer, f"$ref to {ref!r}; the generator finds whole components only: #/components/*/*"
            )


def _refs(node: Any, pointer: Pointer) -> Iterator[tuple[Pointer, str]]:
    """Yield every `$ref` below a node."""
    for index, item in enumerate(sequence(node)):
        yield from _refs(item, (*pointer, index))
    named = pointer[-1:] == ("properties",)
    for key, value in mapping(node).items():
        if key == "$ref" and isinstance(value, str) and not named:
            yield (*pointer, key), value
        elif named or key not in _DATA:
            yield from _refs(value, (*pointer, key))


def _violations(document: Document) -> Iterator[Problem]:
    """Yield what openapi-spec-validator finds. Its types end at `Any`: the errors are jsonschema's."""
    errors: list[Any] = []
    failure = ""
    try:
        validator: Any = OpenAPIV30SpecValidator(document.root)
        for error in validator.iter_errors():
            if not _found_elsewhere(error):
                errors.append(error)  # noqa: PERF401 - what it found before it failed counts
    except Exception as fault:  # noqa: BLE001 - it goes on into what it has found to be no OpenAPI
        failure = f"{type(fault).__name__}: {fault}"
    if failure and not errors:
        yield document.problem((), f"no OpenAPI 3.0: openapi-spec-validator fails with {failure}")
    # The structure first: what is said about single schemas and their defaults repeats it, with less of a place.
    placed = [error for error in errors if error.absolute_path and error.absolute_path[0] in document.root]
    for error in placed or errors:
        cause = _cause(error)
        pointer: Pointer = tuple(cause.absolute_path)
        if not pointer or pointer[0] not in document.root:
            pointer = _place(document.root, (), cause.instance) or ()
        for name in _strangers(cause):
            yield document.problem((*pointer, name), f"OpenAPI 3.0 has no {name!r} here")
            break
        else:
            yield document.problem(pointer, f"no OpenAPI 3.0: {cause.message}")


def _found_elsewhere(error: Any) -> bool:
    # Values that an enum lists twice do no harm.
    return isinstance(error, _PLACELESS) or error.validator == "uniqueItems"


def _cause(error: Any) -> Any:
    """Return the error within an error that says most: not that it could have been a reference."""
    inner = [deeper for deeper in error.context or () if "'$ref' is a required property" not in deeper.message]
    return _cause(max(inner, key=lambda deeper: len(deeper.absolute_path))) if inner else error


def _strangers(error: Any) -> list[str]:
    """Return the keys that an object may not have, where that is what is wrong with it."""
    if error.validator != "additionalProperties":
        return []
    known = mapping(error.schema).get("properties", {})
    return [name for name in mapping(error.instance) if name not in known and not name.startswith("x-")]


def _place(node: Any, pointer: Pointer, wanted: Any) -> Pointer | None:
    """Return where an object stands, or a scalar that is some schema's default."""
    if node is wanted and pointer:
        return pointer
    for key, value in items_of(node):
        if key == "default" and value == wanted:
            return (*pointer, key)
        found = _place(value, (*pointer, key), wanted) if isinstance(value, (dict, list)) else None
        if found:
            return found
    return None
