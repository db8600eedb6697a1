"""Writes down the public surface: every public name, signature, field and member, one a line.

python -m tests.contract.surface
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

import devrev_auth_client as package
from devrev_auth_client import errors, retry, testing, token_claims, token_types

LISTING = Path(__file__).with_name("public_surface.txt")

NAMESPACES: list[ModuleType] = [package, errors, retry, token_claims, token_types, testing]
CLASSES: list[type[Any]] = [
    package.AsyncDevRevAuthClient,
    package.DevRevAuthClient,
    package.RetryPolicy,
    package.RateLimit,
    package.Attempt,
    package.AuthToken,
    package.UserSummary,
    package.TokenType,
    package.TokenStatus,
    package.UserType,
    package.UserState,
    package.TokenClaims,
    testing.FakeDevRev,
    testing.Fault,
    testing.Injection,
    testing.FakeUser,
    testing.IssuedToken,
    testing.RecordedRequest,
]
ERRORS: list[type[Exception]] = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error")]


def listing() -> str:
    """The whole surface as text."""
    lines: list[str] = []
    for module in NAMESPACES:
        lines += [f"module {module.__name__}", *(f"    {name}" for name in sorted(module.__all__)), ""]
    for cls in [*CLASSES, *ERRORS]:
        lines += [f"class {cls.__name__}({', '.join(base.__name__ for base in cls.__bases__)})", *_members(cls), ""]
    return "\n".join(lines)


def _members(cls: type[Any]) -> Iterator[str]:
    if issubclass(cls, Enum):
        yield from (f"    {member.name} = {str(member.value)!r}" for member in cls)
        return
    if issubclass(cls, Exception):
        yield from (f"    {name}: {kind}" for name, kind in inspect.get_annotations(cls).items())
        return
    if attrs.has(cls):
        fields = [field for field in attrs.fields(cls) if field.init]
        yield from (f"    {field.name}: {_text(field.type)}{_default(field.default)}" for field in fields)
    else:
        yield from _callable("__init__", cls.__init__)
    for name in dir(cls):
        member = inspect.getattr_static(cls, name)
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            assert member.fget is not None
            yield f"    {name}: {inspect.get_annotations(member.fget)['return']}"
        elif callable(getattr(cls, name)):
            yield from _callable(name, getattr(cls, name))


def _callable(name: str, function: Callable[..., Any]) -> Iterator[str]:
    signature = inspect.signature(function)
    parameters = [
        parameter
        for parameter in signature.parameters.values()
        if parameter.name != "self" and not parameter.name.startswith("_")
    ]
    end = f") -> {_text(signature.return_annotation)}"
    start = f"    {'async ' if inspect.iscoroutinefunction(function) else ''}{name}("
    yield start if parameters else start + end
    keyword_only = False
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            yield "        *"
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        yield f"        {stars}{parameter.name}: {_text(parameter.annotation)}{_default(parameter.default)}"
    if parameters:
        yield f"    {end}"


def _default(value: Any) -> str:
    if value is inspect.Parameter.empty or value is attrs.NOTHING:
        return ""
    if isinstance(value, Enum):
        return f" = {type(value).__name__}.{value.name}"
    if callable(value):
        return f" = {value.__module__}.{value.__name__}"
    return " = object()" if type(value) is object else f" = {value!r}"


def _text(annotation: object) -> str:
    if isinstance(annotation, str):
        return annotation
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


if __name__ == "__main__":
    LISTING.write_text(listing(), encoding="utf-8")
