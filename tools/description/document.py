"""The description as plain data, with the line on which each part of it stands."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

Pointer = tuple[str | int, ...]
"""The keys and indices that lead from the top to a part."""


class Problem(NamedTuple):
    """Something that keeps the description from being generated."""

    line: int
    reason: str


class DescriptionError(Exception):
    """The description is wrong. The text has a line `file:line: reason` for each problem."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
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

    def line(self, pointer: Pointer) -> int:
        """Return the line of a part; where it is missing, that of what it is missing from."""
        while pointer and pointer not in self.lines:
            pointer = pointer[:-1]
        return self.lines.get(pointer, 1)

    def problem(self, pointer: Pointer, reason: str) -> Problem:
        """Return a problem of the part at a pointer."""
        return Problem(self.line(pointer), reason)

    def resolved(self, part: Part) -> Part:
        """Follow references to what they stand for; one that leads nowhere stands for itself."""
        seen: set[str] = set()
        while isinstance(ref := part.node.get("$ref"), str) and ref not in seen:
            seen.add(ref)
            pointer = pointer_of(ref)
            target = self.at(pointer)
            if target is None:
                break
            part = Part(pointer, mapping(target))
        return part

    def at(self, pointer: Pointer) -> Any:
        """Return what stands at a pointer, or None."""
        node: Any = self.root
        for key in pointer:
            node = mapping(node).get(str(key))
        return node


def mapping(node: Any) -> dict[str, Any]:
    """Return a node that is a mapping, else an empty one."""
    return cast(dict[str, Any], node) if isinstance(node, dict) else {}


def sequence(node: Any) -> list[Any]:
    """Return a node that is a list, else an empty one."""
    return list(cast("Iterable[Any]", node)) if isinstance(node, list) else []


def children(part: Part, *keys: str) -> Iterator[Part]:
    """Yield the mappings below a path of keys: those of a mapping by name, or those of a list."""
    pointer = (*part.pointer, *keys)
    node: Any = part.node
    for key in keys:
        node = mapping(node).get(key)
    for name, value in items_of(node):
        if isinstance(value, dict):
            yield Part((*pointer, name), mapping(value))


def items_of(node: Any) -> Iterator[tuple[str | int, Any]]:
    """Yield what a mapping or a list holds, with its keys or indices."""
    yield from mapping(node).items()
    yield from enumerate(sequence(node))


def child(part: Part, key: str) -> Iterator[Part]:
    """Yield the one mapping under a key, where there is one."""
    if isinstance(part.node.get(key), dict):
        yield Part((*part.pointer, key), mapping(part.node[key]))


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def pointer_of(ref: str) -> Pointer:
    """Return the pointer that a `$ref` into the same file names."""
    return tuple(name.replace("~1", "/").replace("~0", "~") for name in ref.removeprefix("#/").split("/"))


def read(path: Path) -> Document:
    """Read a description.

    :raises DescriptionError: it is not YAML, or holds what JSON cannot.
    """
    loader: Any = YAML(typ="rt")  # ruamel.yaml leaves `load` untyped
    try:
        node = loader.load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        fault: Any = error
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise DescriptionError(path, [Problem(line, f"not readable as YAML: {fault.problem}")]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DescriptionError(path, [Problem(1, f"not readable as UTF-8 text: {error}")]) from error
    reader = _Reader()
    root = reader.plain(node, ())
    if not isinstance(root, dict):
        raise DescriptionError(path, [Problem(1, "is no OpenAPI description: the top is not a mapping")])
    if reader.problems:
        raise DescriptionError(path, reader.problems)
    return Document(path, mapping(root), reader.lines)


class _Reader:
    """Turns ruamel.yaml's nodes, which are dicts and lists with lines in `lc` and no types, into plain data."""

    def __init__(self) -> None:
        self.lines: dict[Pointer, int] = {(): 1}
        self.problems: list[Problem] = []

    def plain(self, node: Any, pointer: Pointer) -> Any:
        places: Any = getattr(node, "lc", None)
        if isinstance(node, dict):
            keys: list[Any] = list(mapping(node))
            for key in keys:
                if not isinstance(key, str):
                    self._wrong(pointer, f"the key {key!r} is no string to YAML; quote it")
            return {key: self._child(node, pointer, key, places.key) for key in keys}
        if isinstance(node, list):
            return [self._child(node, pointer, index, places.item) for index in range(len(sequence(node)))]
        if isinstance(node, datetime.date):
            return self._wrong(pointer, f"{node} is a date to YAML; quote it")
        for kind in (bool, int, float, str):
            if isinstance(node, kind):
                return kind(node)
        return None if node is None else self._wrong(pointer, f"a {type(node).__name__}, which JSON does not have")

    def _child(self, node: Any, pointer: Pointer, key: Any, line_of: Any) -> Any:
        here = (*pointer, key)
        try:
            self.lines[here] = line_of(key)[0] + 1
        except KeyError:  # merged from elsewhere (`<<`)
            self.lines[here] = self.lines[pointer]
        return self.plain(node[key], here)

    def _wrong(self, pointer: Pointer, reason: str) -> None:
        self.problems.append(Problem(self.lines[pointer], reason))
