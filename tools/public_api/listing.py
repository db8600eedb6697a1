"""The public API of a package folder as text: a line for each name, sorted, so that two listings can be compared.

The text is Python in the shape of a stub, with a class in place of each module, so that griffe reads it back. It is
what a release leaves behind (`releases.py`): it needs neither git nor the old source.
"""

from collections.abc import Iterator
from pathlib import Path

import griffe

# Nobody calls these by name, and a class gains or loses them without a caller noticing.
_UNCALLED = frozenset({"__repr__", "__str__", "__reduce__", "__reduce_ex__", "__dir__", "__all__", "__version__"})

_ATTRS = frozenset({"attrs.define", "attrs.frozen", "attrs.mutable"})

# Models are made with keywords: where the description puts a new field is nobody's concern.
_KEYWORDS_ONLY = "generated.models."

_STARS = {
    griffe.ParameterKind.var_positional: "*",
    griffe.ParameterKind.var_keyword: "**",
}


def listing(package: Path) -> str:
    """Return the listing of a package folder; nothing of it is imported or run."""
    # Without `try_relative_path=False` a folder of that name in the working directory comes first.
    loader = griffe.GriffeLoader(search_paths=[package.parent], allow_inspection=False)
    root = loader.load(package.name, try_relative_path=False)
    loader.resolve_aliases(implicit=False, external=False)
    if not isinstance(root, griffe.Module):
        raise TypeError(f"{package} is no package")
    return "\n".join(_module(root)) + "\n"


def _module(module: griffe.Module) -> Iterator[str]:
    for name in sorted(module.members):
        member = module.members[name]
        if not member.is_public or name in _UNCALLED:
            continue
        if isinstance(member, griffe.Alias):
            yield from _handed_on(member)
        else:
            yield from _object(name, member)


def _handed_on(alias: griffe.Alias) -> Iterator[str]:
    """List a name that is imported from elsewhere: where it is public there too, it is only another name."""
    if not alias.resolved:
        yield f"{alias.name} = {alias.target_path}"
        return
    target = alias.final_target
    place = _place(target)
    if any(part.startswith("_") for part in place.split(".")):
        yield from _object(alias.name, target)
    else:
        yield f"{alias.name} = {place}"


def _place(target: griffe.Object) -> str:
    return target.path.partition(".")[2]


def _object(name: str, member: griffe.Object) -> Iterator[str]:
    if isinstance(member, griffe.Module):
        yield from _block(f"class {name}:", _module(member))
    elif isinstance(member, griffe.Class):
        bases = ", ".join(_public_bases(member))
        yield from _block(f"class {name}({bases}):" if bases else f"class {name}:", _class(member))
    elif isinstance(member, griffe.Function):
        yield _function(name, member)
    elif isinstance(member, griffe.Attribute):
        yield _attribute(name, member)


def _block(head: str, lines: Iterator[str]) -> Iterator[str]:
    body = [f"    {line}" for line in lines]
    yield head
    yield from body or ["    ..."]


def _public_bases(cls: griffe.Class) -> Iterator[str]:
    for base in cls.bases:
        if not _is_private_class(cls, base):
            yield str(base)


def _is_private_class(cls: griffe.Class, base: str | griffe.Expr) -> bool:
    path = base if isinstance(base, str) else base.canonical_path
    root, _, place = path.partition(".")
    return root == cls.path.partition(".")[0] and any(part.startswith("_") for part in place.split("."))


def _class(cls: griffe.Class) -> Iterator[str]:
    members: dict[str, griffe.Object | griffe.Alias] = dict(cls.members)
    for name, inherited in cls.inherited_members.items():
        # What a public base has is listed there.
        if _is_private_class(cls, inherited.target_path):
            members.setdefault(name, inherited)
    if "__init__" not in members and any(decorator.callable_path in _ATTRS for decorator in cls.decorators):
        yield _attrs_init(cls)
    for name, member in sorted(members.items()):
        if member.is_public and name not in _UNCALLED:
            yield from _object(name, member.final_target if isinstance(member, griffe.Alias) else member)


def _function(name: str, function: griffe.Function) -> str:
    word = "async def" if "async" in function.labels else "def"
    parameters = list(function.parameters)
    if function.parent is not None and function.parent.is_class and "staticmethod" not in function.labels:
        parameters = parameters[1:]
    parameters = [parameter for parameter in parameters if not parameter.name.startswith("_")]
    returns = "" if function.returns is None else f" -> {function.returns}"
    return f"{word} {name}({_parameters(parameters)}){returns}: ..."


def _parameters(parameters: list[griffe.Parameter]) -> str:
    texts: list[str] = []
    previous: griffe.ParameterKind | None = None
    for parameter in parameters:
        kind = parameter.kind
        if previous is griffe.ParameterKind.positional_only and kind is not previous:
            texts.append("/")
        if kind is griffe.ParameterKind.keyword_only and previous not in (kind, griffe.ParameterKind.var_positional):
            texts.append("*")
        texts.append(_parameter(parameter))
        previous = kind
    if previous is griffe.ParameterKind.positional_only:
        texts.append("/")
    return ", ".join(texts)


def _parameter(parameter: griffe.Parameter) -> str:
    stars = _STARS.get(parameter.kind or griffe.ParameterKind.positional_or_keyword, "")
    annotation = "" if parameter.annotation is None else f": {parameter.annotation}"
    default = "" if stars or parameter.default is None else f" = {parameter.default}"
    return f"{stars}{parameter.name}{annotation}{default}"


def _attribute(name: str, attribute: griffe.Attribute) -> str:
    if attribute.annotation is not None:
        return f"{name}: {attribute.annotation}"
    # An enum's member is its value.
    return f"{name} = {attribute.value}" if attribute.value is not None else f"{name}: Any"


def _attrs_init(cls: griffe.Class) -> str:
    """Write down the `__init__` that attrs makes, of which the source has only the fields."""
    kind = griffe.ParameterKind.positional_or_keyword
    if _KEYWORDS_ONLY in cls.path:
        kind = griffe.ParameterKind.keyword_only
    parameters: list[griffe.Parameter] = []
    fields = [field for part in (*reversed(cls.mro()), cls) for field in part.members.values()]
    for field in fields:
        if not isinstance(field, griffe.Attribute) or field.annotation is None or "property" in field.labels:
            continue
        told = _field_arguments(field)
        if told.get("init") == "False":
            continue
        default = field.value if told.get("") is None else told.get("default", told.get("factory"))
        only = griffe.ParameterKind.keyword_only if told.get("kw_only") == "True" else kind
        name = field.name.lstrip("_")
        parameters.append(griffe.Parameter(name, annotation=field.annotation, kind=only, default=default))
    parameters.sort(key=lambda parameter: parameter.kind is griffe.ParameterKind.keyword_only)
    return f"def __init__({_parameters(parameters)}) -> None: ..."


def _field_arguments(attribute: griffe.Attribute) -> dict[str, str]:
    """Return the arguments of an `attrs.field(...)`, and under the empty name that it is one."""
    value = attribute.value
    if isinstance(value, griffe.ExprAttribute):
        value = value.last
    if not isinstance(value, griffe.ExprCall) or value.canonical_path != "attrs.field":
        return {}
    keywords = (argument for argument in value.arguments if isinstance(argument, griffe.ExprKeyword))
    return {"": "", **{keyword.name: str(keyword.value) for keyword in keywords}}
