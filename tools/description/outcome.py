"""What the generator makes of the description: names that collide, and parameters that it cannot send."""

from collections.abc import Iterator
from itertools import chain

from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import Class, EnumProperty, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty

from .document import Document, Part, Pointer, Problem, children, sequence, words
from .location import locate, place_of
from .operations import Operation, operations, without_names
from .schemas import schemas
from .unions import is_object

# What the generated modules import: a class of such a name takes its place there.
_IMPORTED = words(
    "Any AuthenticatedClient BinaryIO BytesIO Client File FileTypes Generator HTTPStatus Literal Mapping "
    "OpenStrEnum Response T TYPE_CHECKING TextIO TypeVar UNSET UUID Unset"
)
# What a model's code calls its own, always, and where other fields than those described have a type.
_FIELDS = words("additional_keys additional_properties cast cls d field_dict from_dict src_dict to_dict to_multipart")
_TYPED_FIELDS: frozenset[str] = frozenset({"prop", "prop_dict", "prop_name"})
# What an endpoint's code calls its own, and the parameters of `client.call`.
_ARGUMENTS = words("body cast cookies headers kwargs params quote response endpoint safe_to_repeat")

_SINGLE = frozenset({"StringProperty", "EnumProperty", "IntProperty", "FloatProperty"})
_SENT = {
    "path": _SINGLE | {"UuidProperty", "DateProperty"},
    "header": _SINGLE | {"BooleanProperty"},
    "query": _SINGLE | {"UuidProperty", "DateProperty", "DateTimeProperty", "BooleanProperty", "NoneProperty"},
}


def find_in_enums(document: Document, config: Config) -> Iterator[Problem]:
    """Yield enums of which two values make one member; of some pairs the generator keeps the second in silence."""
    nobody = Class.from_string(string="Nobody", config=config)
    for part in schemas(document):
        names = sequence(part.node.get("x-enum-varnames"))
        seen: dict[str, str] = {}
        for index, value in enumerate(sequence(part.node.get("enum"))):
            if not isinstance(value, str):
                continue
            (name,) = EnumProperty.values_from_list([value], nobody, names[index : index + 1])
            if name.startswith("VALUE_"):  # they are numbered
                name = value
            if name in seen:
                both = f"{value!r} and {seen[name]!r} both make the member {name}"
                reason = f"{value!r} is listed twice" if seen[name] == value else both
                yield document.problem((*part.pointer, "enum", index), reason)
            seen.setdefault(name, value)


def find(document: Document, data: GeneratorData, config: Config) -> Iterator[Problem]:
    """Yield what is wrong with what the generator read."""
    named, problems = _named_classes(document, config)
    if problems:  # all else follows from them
        yield from problems
        return
    for error in chain(data.errors, *(group.parse_errors for group in data.endpoint_collections_by_tag.values())):
        yield locate(document, error)
    yield from _classes(document, data, named)
    for model in data.models:
        yield from _model_fields(document, model)
    yield from _endpoints(document, data)


def _endpoints(document: Document, data: GeneratorData) -> Iterator[Problem]:
    described = {(without_names(operation.path), operation.method): operation for operation in operations(document)}
    for tag, group in data.endpoint_collections_by_tag.items():
        modules: dict[str, Operation] = {}
        for endpoint in group.endpoints:
            operation = described[without_names(_text(endpoint.path)), endpoint.method]
            if endpoint.name in modules:
                line = document.line((*modules[endpoint.name].part.pointer, "operationId"))
                reason = f"makes the same module, {tag}/{endpoint.name}.py, as the operation on line {line}"
                yield document.problem((*operation.part.pointer, "operationId"), reason)
            modules.setdefault(endpoint.name, operation)
            yield from _arguments(document, endpoint, operation)


def _text(value: object) -> str:
    """Return a text of the description as a string, which it is not any more in the generator from 0.29.1 on."""
    plain: object = getattr(value, "get_untrusted_value", lambda: value)()
    return str(plain)


def _named_classes(document: Document, config: Config) -> tuple[dict[str, Pointer], list[Problem]]:
    """Return where the class of each named schema comes from, and what is wrong where two make one class or module."""
    classes: dict[str, Pointer] = {}
    modules: dict[str, Part] = {}
    problems: list[Problem] = []
    for part in children(Part((), document.root), "components", "schemas"):
        if not is_object(part) and "enum" not in part.node:
            continue  # no class
        name = part.pointer[-1]
        info = Class.from_string(string=str(part.node.get("title") or name), config=config)
        if info.module_name in modules:
            other = modules[info.module_name].pointer
            both = f"{name} and {other[-1]} (line {document.line(other)})"
            what = f"class, {info.name}" if info.name in classes else f"module, models/{info.module_name}.py"
            problems.append(document.problem(part.pointer, f"{both} make the same {what}"))
        classes.setdefault(info.name, part.pointer)
        modules.setdefault(info.module_name, part)
    return classes, problems


def _classes(document: Document, data: GeneratorData, named: dict[str, Pointer]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for made in (*data.models, *data.enums):
        info = made.class_info
        place = named.get(info.name)
        if place is None and isinstance(made, ModelProperty):
            place = place_of(document, made.data)
        if info.name in _IMPORTED:
            reason = f"the class {info.name} would hide what generated modules import by that name"
            yield document.problem(place or (), reason)
        if info.module_name in seen:
            reason = f"{info.name} and {seen[info.module_name]} make the same module, models/{info.module_name}.py"
            yield document.problem(place or (), reason)
        seen.setdefault(info.module_name, info.name)


def _model_fields(document: Document, model: ModelProperty) -> Iterator[Problem]:
    typed = model.additional_properties is not None and type(model.additional_properties).__name__ != "AnyProperty"
    taken = _FIELDS | _TYPED_FIELDS if typed else _FIELDS
    for field in (*(model.required_properties or ()), *(model.optional_properties or ())):
        if field.python_name in taken:
            place = place_of(document, model.data) or ()
            name = _text(field.name)
            yield document.problem(
                (*place, "properties", name),
                f"the field {name!r} would hide the generated code's own {field.python_name}; left out here, it "
                "arrives in additional_properties",
            )


def _arguments(document: Document, endpoint: Endpoint, operation: Operation) -> Iterator[Problem]:
    places = {(part.node.get("in"), part.node.get("name")): part for part in operation.parameters(document)}
    for location, parameter in endpoint.iter_all_parameters():
        name = _text(parameter.name)
        part = places[location.value, name]
        if parameter.python_name in _ARGUMENTS:
            reason = f"the parameter {name!r} would hide the generated code's own {parameter.python_name}; leave it out"
            yield document.problem(part.pointer, reason)
        refused = _unsendable(parameter, location.value)
        if refused:
            yield document.problem(part.pointer, f"the generator sends {name!r} wrong: {refused} in {location.value}")


def _unsendable(parameter: PropertyProtocol, location: str) -> str | None:
    """Return what about a parameter's type cannot be sent, or None."""
    kind = type(parameter).__name__
    if location == "query" and isinstance(parameter, ListProperty):
        inner = parameter.inner_property
        single = not isinstance(inner, ListProperty) and _unsendable(inner, location) is None
        return None if single else "an array of more than single values"
    if location == "query" and isinstance(parameter, UnionProperty):
        inners = parameter.inner_properties
        single = not any(isinstance(inner, ListProperty) or _unsendable(inner, location) for inner in inners)
        return None if single else "alternatives that are no single values"
    return None if kind in _SENT.get(location, ()) else f"a {kind.removesuffix('Property').lower()}"
