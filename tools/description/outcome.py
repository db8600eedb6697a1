"""What the generator made of the description: arrays to join, names that hide others, what cannot be sent."""

import re
from collections.abc import Iterator
from typing import ClassVar

import attrs
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import Class, ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty

from .document import Document, Pointer, Problem, mapping
from .operations import Operation, operations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What the generated modules import: a class of such a name takes its place there.
_IMPORTED = _words(
    "Any AuthenticatedClient BinaryIO BytesIO Client File FileTypes Generator HTTPStatus Literal Mapping OpenStrEnum "
    "Response T TYPE_CHECKING TextIO TypeVar UNSET UUID Unset"
)
# What a model's code calls its own, and what only where fields that are not described have a type.
_FIELDS = _words("additional_keys additional_properties cast cls d field_dict from_dict src_dict to_dict to_multipart")
_TYPED_FIELDS = _words("prop prop_dict prop_name")
# What an endpoint's code calls its own, and the parameters of `client.call`.
_ARGUMENTS = _words("body cast client cookies headers kwargs params quote response endpoint safe_to_repeat")

_SINGLE = frozenset({"StringProperty", "EnumProperty", "IntProperty", "FloatProperty"})
_SENT = {
    "path": _SINGLE | {"UuidProperty", "DateProperty"},
    "header": _SINGLE | {"BooleanProperty"},
    "query": _SINGLE | {"UuidProperty", "DateProperty", "DateTimeProperty", "BooleanProperty", "NoneProperty"},
}

_SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


@attrs.define
class JoinedArray(ListProperty):
    """An array that is sent as one text, in place of one `name=item` after another."""

    template: ClassVar[str] = "joined_array_property.py.jinja"
    separator: str = ","


def join_arrays(document: Document, data: GeneratorData) -> None:
    """Put a property of ours where the generator leaves out `explode` or `style`."""
    for _, endpoint, operation in by_endpoint(document, data):
        described = operation.parameters(document)
        for index, parameter in enumerate(endpoint.query_parameters):
            node = described["query", parameter.name.get_untrusted_value()].node
            style = node.get("style", "form")
            if isinstance(parameter, ListProperty) and not node.get("explode", style == "form"):
                fields = attrs.asdict(parameter, recurse=False)
                endpoint.query_parameters[index] = JoinedArray(**fields, separator=_SEPARATORS[style])
                endpoint.relative_imports.add("from ...types import joined")


def error_models(data: GeneratorData) -> list[Class]:
    """Return the classes of what answers of status 400 and above are parsed into."""
    groups = data.endpoint_collections_by_tag.values()
    answers = [answer for group in groups for endpoint in group.endpoints for answer in endpoint.responses.patterns]
    found: dict[str, Class] = {}
    for answer in answers:
        kinds = answer.prop.inner_properties if isinstance(answer.prop, UnionProperty) else [answer.prop]
        if answer.status_code.range is not None and answer.status_code.range[0] >= 400:
            found |= {kind.class_info.name: kind.class_info for kind in kinds if isinstance(kind, ModelProperty)}
    return [found[name] for name in sorted(found)]


def complaint(document: Document, error: GeneratorError) -> Problem:
    """Return what the generator says, with the line of the operation or the schema that it names."""
    text = " ".join(f"{error.header} {error.detail or ''}".split())
    pointer: Pointer = ()
    operation = re.search(r"parsing ([A-Z]+) (\S+) within", text)
    if operation:
        pointer = ("paths", operation[2], operation[1].lower())
    else:
        named = mapping(document.at(("components", "schemas")))
        named_here = [name for name in named if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
        pointer = ("components", "schemas", max(named_here, key=len)) if named_here else ()
    return document.problem(pointer, f"the generator: {text}")


def find(document: Document, data: GeneratorData, config: Config) -> Iterator[Problem]:
    """Yield what is wrong with what the generator read."""
    places = {
        Class.from_string(string=str(mapping(schema).get("title") or name), config=config).name: name
        for name, schema in mapping(document.at(("components", "schemas"))).items()
    }

    def problem(class_name: str, *inside: str, reason: str) -> Problem:
        # A class without a name of its own is named after what it is part of.
        owners = [name for name in places if class_name.startswith(name)]
        pointer = ("components", "schemas", places[max(owners, key=len)]) if owners else ()
        return document.problem((*pointer, *inside), reason)

    modules: dict[str, str] = {}
    for made in (*data.models, *data.enums):
        info = made.class_info
        if info.name in _IMPORTED:
            yield problem(
                info.name, reason=f"the class {info.name} would hide what generated modules import by that name"
            )
        other = modules.setdefault(info.module_name, info.name)
        if other != info.name:
            yield problem(
                info.name, reason=f"{info.name} and {other} make the same module, models/{info.module_name}.py"
            )
    for model in data.models:
        is_typed = type(model.additional_properties).__name__ not in ("NoneType", "AnyProperty")
        taken = _FIELDS | _TYPED_FIELDS if is_typed else _FIELDS
        for field in (*(model.required_properties or ()), *(model.optional_properties or ())):
            if field.python_name in taken:
                name = field.name.get_untrusted_value()
                reason = f"the field {name!r} would hide the generated code's own {field.python_name}; left out here, "
                reason += "it arrives in additional_properties"
                yield problem(model.class_info.name, "properties", name, reason=reason)
    yield from _endpoints(document, data)


def by_endpoint(document: Document, data: GeneratorData) -> Iterator[tuple[str, Endpoint, Operation]]:
    """Yield each endpoint with its tag and the operation that it was made from."""
    described = {(_without_names(operation.path), operation.method): operation for operation in operations(document)}
    for tag, group in data.endpoint_collections_by_tag.items():
        for endpoint in group.endpoints:
            yield tag, endpoint, described[_without_names(endpoint.path.get_untrusted_value()), endpoint.method]


def _without_names(path: str) -> str:
    """Return a path with no names for its parameters: the generator puts Python's in place of the description's."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _endpoints(document: Document, data: GeneratorData) -> Iterator[Problem]:
    modules: dict[tuple[str, str], Operation] = {}
    for tag, endpoint, operation in by_endpoint(document, data):
        other = modules.setdefault((tag, endpoint.name), operation)
        if other is not operation:
            reason = f"makes the same module, {tag}/{endpoint.name}.py, as {other.method} {other.path}"
            yield document.problem((*operation.part.pointer, "operationId"), reason)
        parameters = operation.parameters(document)
        for location, parameter in endpoint.iter_all_parameters():
            name = parameter.name.get_untrusted_value()
            pointer = parameters[location.value, name].pointer
            if parameter.python_name in _ARGUMENTS:
                reason = (
                    f"the parameter {name!r} would hide the generated code's own {parameter.python_name}; leave it out"
                )
                yield document.problem(pointer, reason)
            if refused := _unsendable(parameter, location.value):
                yield document.problem(pointer, f"{name!r} cannot be sent: {refused} in {location.value}")


def _unsendable(parameter: PropertyProtocol, location: str, *, joined: bool = False) -> str | None:
    """Return what about a parameter's type cannot be sent, or None."""
    inners: list[PropertyProtocol] = []
    if location == "query" and isinstance(parameter, ListProperty):
        inners = [parameter.inner_property]
    elif location == "query" and isinstance(parameter, UnionProperty):
        inners = parameter.inner_properties
    if not inners:
        kind = type(parameter).__name__
        sent = _SENT[location] | ({"AnyProperty"} if joined else set[str]())  # what is joined is looked at in each call
        return None if kind in sent else f"a {kind.removesuffix('Property').lower()}"
    joined = isinstance(parameter, JoinedArray)
    single = not any(isinstance(inner, ListProperty) or _unsendable(inner, location, joined=joined) for inner in inners)
    return None if single else "an array or alternatives of more than single values"
