"""What the generator takes in silence or reports without a line, looked for in the description beforehand."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from devrev_auth_client.token_types import TokenType

_ENUM = "devrev_auth_client/token_types.py"


# ruamel.yaml's nodes are dicts and lists with line numbers in `lc`, and have no types to check against: hence `Any`.
def _is_mapping(node: Any) -> bool:
    return isinstance(node, dict)


def _is_sequence(node: Any) -> bool:
    return isinstance(node, list)


def find_problems(description: Path) -> list[str]:
    """List everything that keeps the description from being generated, each problem as `file:line: reason`.

    Looked for are YAML that cannot be read, a `$ref` to nothing, and a `TokenType` list that differs from the
    hand-written enum, in which case the text says which lines to change.
    """
    loader: Any = YAML(typ="rt")
    try:
        document = loader.load(description.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        reason: Any = error
        return [f"{description}:{reason.problem_mark.line + 1}: not readable as YAML: {reason.problem}"]
    problems = (*_dangling_refs(document), *_token_type_gaps(document))
    return [f"{description}:{line}: {reason}" for line, reason in problems]


def _dangling_refs(document: Any) -> Iterator[tuple[int, str]]:
    for line, ref in _refs(document):
        if not _resolves(document, ref):
            yield line, f"$ref to {ref!r}, which is not in this file"


def _resolves(document: Any, ref: str) -> bool:
    node = document
    for name in ref.removeprefix("#/").split("/"):
        if not _is_mapping(node) or name not in node:
            return False
        node = node[name]
    return ref.startswith("#/")


def _refs(node: Any) -> Iterator[tuple[int, str]]:
    """Yield every `$ref` below a node, with its line."""
    if _is_mapping(node):
        if "$ref" in node:
            yield node.lc.value("$ref")[0] + 1, str(node["$ref"])
        for child in node.values():
            yield from _refs(child)
    elif _is_sequence(node):
        for child in node:
            yield from _refs(child)


def _token_type_gaps(document: Any) -> Iterator[tuple[int, str]]:
    try:
        schema = document["components"]["schemas"]["TokenType"]
        listed = schema["enum"]
    except (KeyError, TypeError):
        yield 1, "no schema TokenType with an enum, for which the hand-written TokenType stands"
        return
    lines: dict[str, int] = {str(urn): listed.lc.item(index)[0] + 1 for index, urn in enumerate(listed)}
    for urn, times in Counter[str](map(str, listed)).items():
        if times > 1:
            yield lines[urn], f"TokenType lists {urn} {times} times"
    taken = set(TokenType.__members__)
    for urn, line in lines.items():
        if urn not in TokenType:
            name = _member_name(urn, taken)
            taken.add(name)
            yield line, f'new in TokenType; add this member, with a docstring, to {_ENUM}:\n    {name} = "{urn}"'
    for member in TokenType:
        if member not in lines:
            yield (
                schema.lc.key("enum")[0] + 1,
                f"TokenType no longer lists what TokenType.{member.name} stands for; put the URN back, or take this "
                f'member out of {_ENUM}:\n    {member.name} = "{member}"',
            )


def _member_name(urn: str, taken: set[str]) -> str:
    """Name a member after the URN's tail, or after all of it where the tail is taken or no Python name."""
    tail = re.sub(r"\W+", "_", urn.rpartition("token-type:")[2]).strip("_").upper()
    return tail if tail.isidentifier() and tail not in taken else re.sub(r"\W+", "_", urn).strip("_").upper()
