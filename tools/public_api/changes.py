"""How two listings differ, and whether a caller of the first may fail with the second.

griffe finds names that went and signatures that old calls no longer fit. Types it does not compare (its
`_attribute_incompatibilities` and `_returns_are_compatible` say so), so that is done here: a parameter may come to take
more types, a result or an attribute may come to have fewer, and any other change of type is breaking.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import griffe


class Weight(IntEnum):
    """What a change asks of the version, lightest first."""

    NONE = 0
    COMPATIBLE = 1
    BREAKING = 2


@dataclass(frozen=True, order=True)
class Change:
    """One difference; `name` is below the package, such as `errors.APIError.detail`."""

    name: str
    weight: Weight
    what: str

    def __str__(self) -> str:
        sign = "!" if self.weight is Weight.BREAKING else "+" if self.what.startswith("added") else "~"
        return f"{sign} {self.name}: {self.what}"


def changes(before: str, after: str) -> list[Change]:
    """List the differences between two listings, by name."""
    old, new = _tree(before), _tree(after)
    found = [*_broken(old, new)]
    broken = {change.name for change in found}
    found += [change for change in _compared(old, new) if change.name not in broken]
    added = {change.name for change in found if change.what.startswith("added")}
    return sorted(change for change in set(found) if not _is_second_name(change, added))


def _is_second_name(change: Change, added: set[str]) -> bool:
    """Whether this is another name of something that is listed as added; it says nothing more."""
    name = change.what.removeprefix("added = ")
    return change.what != name and any(name == other or name.startswith(f"{other}.") for other in added)


def _broken(old: griffe.Module, new: griffe.Module) -> Iterator[Change]:
    for breakage in griffe.find_breaking_changes(old, new):
        if breakage.kind is not griffe.BreakageKind.CLASS_REMOVED_BASE:  # it counts them; `_compared` compares
            yield Change(_name(breakage.obj), Weight.BREAKING, _explain(breakage))


def _tree(text: str) -> griffe.Module:
    return griffe.visit("api", Path("listing"), text)


def _name(member: griffe.Object | griffe.Alias) -> str:
    return member.path.partition(".")[2]


def _explain(breakage: griffe.Breakage) -> str:
    before, after = breakage.old_value, breakage.new_value
    if breakage.kind is griffe.BreakageKind.OBJECT_REMOVED:
        return "removed"
    what = breakage.kind.value[0].lower() + breakage.kind.value[1:]
    if breakage.kind is griffe.BreakageKind.PARAMETER_CHANGED_DEFAULT:
        return f"{what}: {before.name} = {before.default} -> {after.default}"
    parameter = before if isinstance(before, griffe.Parameter) else after
    return f"{what}: {parameter.name}" if isinstance(parameter, griffe.Parameter) else f"{what}: {before} -> {after}"


def _compared(old: griffe.Object, new: griffe.Object) -> Iterator[Change]:
    """Yield what was added, and what has another type, below two objects of one name."""
    for name, member in new.members.items():
        before = old.members.get(name)
        if isinstance(member, griffe.Alias) or isinstance(before, griffe.Alias):
            continue  # a listing imports nothing
        if before is None:
            yield Change(_name(member), Weight.COMPATIBLE, _addition(member))
        elif isinstance(member, griffe.Class) and isinstance(before, griffe.Class):
            if _bases(before) != _bases(member):
                weight = Weight.COMPATIBLE if _bases(before) <= _bases(member) else Weight.BREAKING
                texts = (", ".join(sorted(bases)) or "none" for bases in (_bases(before), _bases(member)))
                yield Change(_name(member), weight, f"has other bases: {' -> '.join(texts)}")
            yield from _compared(before, member)
        elif isinstance(member, griffe.Function) and isinstance(before, griffe.Function):
            yield from _signatures(before, member)
        elif isinstance(member, griffe.Attribute) and isinstance(before, griffe.Attribute):
            yield from _attributes(before, member)


def _addition(member: griffe.Object) -> str:
    if isinstance(member, griffe.Class):
        return f"added, with {', '.join(member.members)}" if member.members else "added"
    if isinstance(member, griffe.Attribute):
        return f"added {'=' if member.annotation is None else 'as'} {_text(member)}"
    return f"added as {member.signature()}" if isinstance(member, griffe.Function) else "added"


def _bases(cls: griffe.Class) -> set[str]:
    return {str(base) for base in cls.bases}


def _attributes(before: griffe.Attribute, after: griffe.Attribute) -> Iterator[Change]:
    was, now = _text(before), _text(after)
    if was == now:
        return
    weight = Weight.BREAKING
    if before.annotation is not None and after.annotation is not None and _types(now) <= _types(was):
        weight = Weight.COMPATIBLE
    yield Change(_name(after), weight, f"changed: {was} -> {now}")


def _text(attribute: griffe.Attribute) -> str:
    return str(attribute.value if attribute.annotation is None else attribute.annotation)


def _signatures(before: griffe.Function, after: griffe.Function) -> Iterator[Change]:
    """Yield what old calls have lost by a changed signature that they still fit, or what new ones have gained."""
    lost: list[str] = []
    gained: list[str] = []
    if ("async" in before.labels) != ("async" in after.labels):
        lost.append("is awaited" if "async" in after.labels else "is no longer awaited")
    for parameter in after.parameters:
        taken = str(parameter.annotation)
        if parameter.name not in before.parameters:
            gained.append(f"takes {parameter.name}: {taken} = {parameter.default}")
            continue
        wanted = str(before.parameters[parameter.name].annotation)
        if taken != wanted:
            fits = _types(wanted) <= _types(taken)
            (gained if fits else lost).append(f"{parameter.name} takes {taken}, before {wanted}")
    given, promised = str(after.returns), str(before.returns)
    if given != promised:
        fits = _types(given) <= _types(promised)
        (gained if fits else lost).append(f"returns {given}, before {promised}")
    if lost or gained:
        yield Change(_name(after), Weight.BREAKING if lost else Weight.COMPATIBLE, "; ".join(lost or gained))


def _types(annotation: str) -> frozenset[str]:
    """Return the members of a union, or the one type there is."""

    def parts(node: ast.expr) -> Iterator[str]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            yield from parts(node.left)
            yield from parts(node.right)
        else:
            yield ast.unparse(node)

    return frozenset(parts(ast.parse(annotation, mode="eval").body))
