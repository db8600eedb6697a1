"""Shows signatures as callers see them: without private parameters, and with what private names stand for.

A Griffe extension; mkdocs.yml names it.
"""

from __future__ import annotations

from typing import Any

import griffe


class PublicSignatures(griffe.Extension):
    """Takes out parameters such as `_surroundings`, and writes a private constant or alias as what it stands for."""

    def on_package(self, *, pkg: griffe.Module, loader: griffe.GriffeLoader, **kwargs: Any) -> None:  # noqa: ARG002  # the interface of Griffe
        """Do it for all functions of a package."""
        _revise(pkg)


def _revise(holder: griffe.Module | griffe.Class) -> None:
    for member in holder.members.values():
        if isinstance(member, griffe.Module | griffe.Class):
            _revise(member)
        elif isinstance(member, griffe.Function):
            for parameter in list(member.parameters):
                if parameter.name.startswith("_"):
                    del member.parameters[parameter.name]
                else:
                    _spell_out(parameter, member.module)
        elif isinstance(member, griffe.Attribute) and isinstance(member.value, griffe.ExprCall):
            member.value = _default_of_field(member.value)


def _spell_out(parameter: griffe.Parameter, module: griffe.Module) -> None:
    default = module.members.get(str(parameter.default))
    if isinstance(default, griffe.Attribute) and default.value is not None:
        parameter.default = default.value
    if isinstance(parameter.annotation, griffe.ExprName):
        alias = _alias(parameter.annotation.canonical_path, module.package)
        if alias is not None:
            parameter.annotation = alias.value


def _default_of_field(call: griffe.ExprCall) -> griffe.ExprCall | griffe.Expr | str:
    """Return the default of what is made with `attrs.field(default=...)`, or the call as it is."""
    if call.canonical_path != "attrs.field":
        return call
    defaults = [
        argument.value
        for argument in call.arguments
        if isinstance(argument, griffe.ExprKeyword) and argument.name == "default"
    ]
    return defaults[0] if defaults else call


def _alias(path: str, package: griffe.Module) -> griffe.Attribute | None:
    if not path.startswith(f"{package.path}."):
        return None
    found = package[path.removeprefix(f"{package.path}.")]
    return found if isinstance(found, griffe.Attribute) else None
