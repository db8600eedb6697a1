"""An editor shows something on hover, and no half sentence, for each public name and each parameter.

It is looked for where editors look, without running the code:

- the docstring of a module, a class, a function; the string below a field or a member of an enum;
- of a parameter, the first line of its description in the docstring of its function or, for what a class is made with,
  of the class; where an argument becomes a field, the string below that field.
"""

from __future__ import annotations

import inspect
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import devrev_auth_client

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import griffe
else:
    griffe = pytest.importorskip("griffe", reason="the lowest pins hold no documentation tools")

PACKAGE = Path(devrev_auth_client.__file__).parent
MODULES = ("", ".errors", ".retry", ".token_types", ".token_claims", ".testing")
# What a template of the generator's own writes into each model, without a description.
OF_THE_GENERATOR = {"additional_properties", "additional_keys", "to_dict", "from_dict"}


def test_all_that_is_public_is_described() -> None:
    logging.getLogger("griffe").setLevel(logging.CRITICAL)  # of docstrings in another style
    loader = griffe.GriffeLoader(search_paths=[PACKAGE.parent])
    loader.load(PACKAGE.name, try_relative_path=False)
    loader.resolve_aliases()
    gaps: list[str] = []
    for name in MODULES:
        module = loader.modules_collection[f"{PACKAGE.name}{name}"]
        gaps += [] if module.docstring else [f"{module.path}: no docstring"]
        for export in module.exports:
            gaps += gaps_of(module[str(export)])
    assert gaps == []


def gaps_of(named: griffe.Object | griffe.Alias) -> Iterator[str]:
    target = named.final_target if isinstance(named, griffe.Alias) else named
    if isinstance(target, griffe.Module) or target.name.startswith("_"):
        return
    if ".generated." in target.path and target.name in OF_THE_GENERATOR:
        return
    if target.docstring is None:
        yield f"{target.path}: no description"
    if isinstance(target, griffe.Function):
        yield from gaps_of_parameters(target, [target])
    if not isinstance(target, griffe.Class):
        return
    members = target.all_members
    for member in members.values():
        if member.name in target.members or not member.is_private:
            yield from gaps_of(member)
    made_with = members.get("__init__")
    function = made_with.final_target if isinstance(made_with, griffe.Alias) else made_with
    if isinstance(function, griffe.Function):
        fields = {name for name, member in members.items() if member.is_attribute and member.docstring is not None}
        yield from gaps_of_parameters(function, [function, target, *target.mro()], fields)


def gaps_of_parameters(
    function: griffe.Function, holders: list[griffe.Function | griffe.Class], fields: Iterable[str] = ()
) -> Iterator[str]:
    described = {name: line for holder in reversed(holders) for name, line in descriptions(holder)}
    for parameter in function.parameters:
        name = parameter.name
        if name in {"self", "cls"} or name.startswith("_") or (name in fields and name not in described):
            continue
        line = described.get(name, "no description")
        if not line.endswith((".", ".)")):
            yield f"{function.path}({name}): the first line, all that an editor shows, is no sentence: {line}"


def descriptions(holder: griffe.Function | griffe.Class) -> Iterator[tuple[str, str]]:
    """Yield the parameters that a docstring describes, each with the first line."""
    text = inspect.cleandoc(holder.docstring.value if holder.docstring else "")
    for style in ("google", "sphinx"):
        for section in griffe.Docstring(text, parent=holder).parse(style, warnings=False):
            if isinstance(section, griffe.DocstringSectionParameters):
                for parameter in section.value:
                    yield parameter.name.lstrip("*"), parameter.description.splitlines()[0]
