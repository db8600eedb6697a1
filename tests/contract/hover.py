"""Lists where an editor has nothing to show on hover, or half a sentence.

It reads the source as editors do, without running it:

- the docstring of a module, a class, a function; the string below a field or a member of an enum;
- of a parameter, the first line of its description in the docstring of its function or, for what a class is made with,
  of the class; where an argument becomes a field, the string below that field.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import griffe

# Where a parameter's description may stand, in the two styles of this package.
_STYLES: tuple[griffe.DocstringStyle, ...] = ("google", "sphinx")

# What a template of the generator's own writes into each model, without a description.
_OF_THE_GENERATOR = {"additional_properties", "additional_keys", "to_dict", "from_dict"}


def gaps(package: Path, modules: Iterable[str]) -> list[str]:
    """Say what lacks a description among the public names of these modules; `""` is the package itself."""
    logging.getLogger("griffe").setLevel(logging.CRITICAL)  # of docstrings in the other style
    loader = griffe.GriffeLoader(search_paths=[package.parent])
    root = loader.load(package.name, try_relative_path=False)
    loader.resolve_aliases()
    found: list[str] = []
    for name in modules:
        module = root[name] if name else root
        assert isinstance(module, griffe.Module)
        found += _of_module(module)
    return list(dict.fromkeys(found))


def _of_module(module: griffe.Module) -> Iterator[str]:
    if module.docstring is None:
        yield f"{module.path}: no docstring"
    for name in module.exports or []:
        yield from _of(module[str(name)])


def _of(named: griffe.Object | griffe.Alias) -> Iterator[str]:
    target = named.final_target if isinstance(named, griffe.Alias) else named
    if isinstance(target, griffe.Module) or target.name.startswith("_"):
        return
    if ".generated." in target.path and target.name in _OF_THE_GENERATOR:
        return
    if target.docstring is None:
        yield f"{target.path}: no description"
    if isinstance(target, griffe.Function):
        yield from _of_parameters(target, [target])
    if isinstance(target, griffe.Class):
        yield from _of_class(target)


def _of_class(cls: griffe.Class) -> Iterator[str]:
    members = cls.all_members
    for member in members.values():
        if member.name in cls.members or not member.is_private:
            yield from _of(member)
    made_with = members.get("__init__")
    if made_with is not None and made_with.is_function:
        function = made_with.final_target if isinstance(made_with, griffe.Alias) else made_with
        assert isinstance(function, griffe.Function)
        fields = {name for name, member in members.items() if member.is_attribute and member.docstring is not None}
        yield from _of_parameters(function, [function, cls, *cls.mro()], fields)


def _of_parameters(
    function: griffe.Function, holders: list[griffe.Function | griffe.Class], fields: Iterable[str] = ()
) -> Iterator[str]:
    described = {name: line for holder in reversed(holders) for name, line in _described(holder)}
    for parameter in function.parameters:
        name = parameter.name
        if name in {"self", "cls"} or name.startswith("_") or (name in fields and name not in described):
            continue
        line = described.get(name)
        if line is None:
            yield f"{function.path}({name}): no description"
        elif not line.endswith((".", ".)")):
            yield f"{function.path}({name}): the first line, all that an editor shows, is no sentence: {line}"


def _described(holder: griffe.Function | griffe.Class) -> Iterator[tuple[str, str]]:
    """Yield the parameters that a docstring describes, each with the first line."""
    if holder.docstring is None:
        return
    text = inspect.cleandoc(holder.docstring.value)
    for style in _STYLES:
        for section in griffe.Docstring(text, parent=holder).parse(style, warnings=False):
            if isinstance(section, griffe.DocstringSectionParameters):
                for parameter in section.value:
                    yield parameter.name.lstrip("*"), parameter.description.splitlines()[0]
