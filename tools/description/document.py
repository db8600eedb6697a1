"""The description as plain data, with the line on which each part of it stands."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import yaml  # type: ignore[import-untyped]  # its stubs would be one more pin; pyright brings its own

Pointer = tuple[str | int, ...]
"""The keys and indices that lead from the top to a part."""


class Problem(NamedTuple):
    """Something to say about one line of the description."""

    line: int
    reason: str


class DescriptionError(Exception):
    """The description is wrong. The text has a line `file:line: reason` for each problem."""

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        super().__init__("\n".join(f"{path}:{line}: {reason}" for line, reason in sorted(set(problems))))


class Part(NamedTuple):
    """A part of the description and where it stands."""

    pointer: Pointer
    node: dict[str, Any]


@dataclass(frozen=True)
class Document:
    """A description that could be read."""

    path: Path
    root: dict[str, Any]
    lines: dict[Pointer, int]

    def problem(self, pointer: Pointer, reason: str) -> Problem:
        """Return a problem with the line of a part; where that is missing, of what it is missing from."""
        while pointer and pointer not in self.lines:
            pointer = pointer[:-1]
        return Problem(self.lines.get(pointer, 1), reason)

    def resolved(self, part: Part) -> Part:
        """Follow references to what they stand for."""
        seen: set[str] = set()
        while isinstance(ref := part.node.get("$ref"), str) and ref not in seen:
            seen.add(ref)
            part = Part(pointer_of(ref), mapping(self.at(pointer_of(ref))))
        return part

    def at(self, pointer: Pointer) -> Any:
        """Return what stands at a pointer, or None."""
        node: Any = self.root
        for key in pointer:
            node = mapping(node).get(str(key))
        return node


def mapping(node: Any) -> dict[str, Any]:
    """Return a node that is a mapping, else an empty one."""
    return cast("dict[str, Any]", node) if isinstance(node, dict) else {}


def sequence(node: Any) -> list[Any]:
    """Return a node that is a list, else an empty one."""
    return list(cast("Iterable[Any]", node)) if isinstance(node, list) else []


def items_of(node: Any) -> Iterator[tuple[str | int, Any]]:
    """Yield what a mapping or a list holds, with its keys or indices."""
    yield from mapping(node).items()
    yield from enumerate(sequence(node))


def children(part: Part, *keys: str) -> Iterator[Part]:
    """Yield the mappings below a path of keys: those of a mapping by name, or those of a list."""
    node: Any = part.node
    for key in keys:
        node = mapping(node).get(key)
    for name, value in items_of(node):
        if isinstance(value, dict):
            yield Part((*part.pointer, *keys, name), mapping(value))


def child(part: Part, key: str) -> Iterator[Part]:
    """Yield the one mapping under a key, where there is one."""
    if isinstance(part.node.get(key), dict):
        yield Part((*part.pointer, key), mapping(part.node[key]))


def pointer_of(ref: str) -> Pointer:
    """Return the pointer that a `$ref` into the same file names."""
    return tuple(name.replace("~1", "/").replace("~0", "~") for name in ref.removeprefix("#/").split("/"))


def read(path: Path) -> Document:
    """Read a description.

    :raises DescriptionError: it is not YAML, or holds what JSON cannot.
    """
    try:
        node = _Loader(path.read_text(encoding="utf-8")).get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DescriptionError(path, [Problem(line, f"not readable as YAML: {error.problem}")]) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DescriptionError(path, [Problem(1, f"not readable as text: {error}")]) from error
    reader = _Reader()
    root = reader.plain(node, ()) if node is not None else None
    if not isinstance(root, dict):
        raise DescriptionError(path, [Problem(1, "is no OpenAPI description: the top is not a mapping")])
    if reader.problems:
        raise DescriptionError(path, reader.problems)
    return Document(path, mapping(root), reader.lines)


_SCALARS = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"[-+]?[0-9]+", [*"-+0123456789"]),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", [*"-+.0123456789"]),
)


class _Loader(yaml.CSafeLoader):  # type: ignore[misc]  # mypy knows nothing of it
    """libyaml's parser, with what YAML 1.2 takes for a number, a truth or nothing: `on`, `no` and dates are text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and the form are PyYAML's
        first: [(tag, re.compile(f"(?:{pattern})$")) for tag, pattern, firsts in _SCALARS if first in firsts]
        for first in ["", *"~nNtTfF-+.0123456789"]
    }


class _Reader:
    """Turns the nodes of YAML into plain data, and notes their lines."""

    def __init__(self) -> None:
        self.lines: dict[Pointer, int] = {}
        self.problems: list[Problem] = []

    def plain(self, node: Any, pointer: Pointer) -> Any:
        self.lines.setdefault(pointer, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*pointer, index)) for index, item in enumerate(cast("list[Any]", node.value))]
        text = str(node.value)
        match node.tag:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return int(text)
            case "float":
                return float(text)
            case _:
                return text

    def _mapping(self, node: Any, pointer: Pointer) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in cast("list[tuple[Any, Any]]", node.value):
            name, line = str(key.value), key.start_mark.line + 1
            if key.tag in [tag for tag, _, _ in _SCALARS]:
                self.problems.append(Problem(line, f"the key {name} is no string to YAML; quote it"))
            elif name in found:
                self.problems.append(Problem(line, f"the key {name!r} is there twice"))
            self.lines[*pointer, name] = line
            found[name] = self.plain(value, (*pointer, name))
        return found
