"""Whether the description's `TokenType` and the hand-written enum list the same URNs."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from .document import Document, Problem, mapping, sequence

_LISTED = ("components", "schemas", "TokenType", "enum")


def members(enum: Path) -> dict[str, str]:
    """Return the URN of each member of the hand-written enum.

    The file is run by itself: the package may not import while its generated part is missing.
    """
    spec = importlib.util.spec_from_file_location("_token_types", enum)
    if spec is None or spec.loader is None:
        raise ImportError(f"{enum} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: str(member) for name, member in module.TokenType.__members__.items()}


def find(document: Document, enum: Path) -> Iterator[Problem]:
    """Yield each URN that only one of both lists, with the line of Python to add or take out."""
    schema = mapping(document.at(_LISTED[:-1]))
    if not sequence(schema.get("enum")):
        yield document.problem(_LISTED, "no schema TokenType with an enum, for which the hand-written TokenType stands")
        return
    written = members(enum)
    listed = list(map(str, schema["enum"]))
    file = "/".join(enum.parts[-2:])
    taken = set(written)
    for index, urn in enumerate(listed):
        if urn not in written.values() and urn not in listed[:index]:
            name = _member_name(urn, taken)
            taken.add(name)
            yield document.problem(
                (*_LISTED, index),
                f'new in TokenType; add this member, with a docstring, to {file}:\n    {name} = "{urn}"',
            )
    for name, urn in written.items():
        if urn not in listed:
            yield document.problem(
                _LISTED,
                f"TokenType no longer lists what TokenType.{name} stands for; put the URN back, or take this "
                f'member out of {file}:\n    {name} = "{urn}"',
            )


def _member_name(urn: str, taken: set[str]) -> str:
    """Name a member after the URN's tail, or after all of it where the tail is taken or no Python name."""
    tail = re.sub(r"\W+", "_", urn.rpartition("token-type:")[2]).strip("_").upper()
    return tail if tail.isidentifier() and tail not in taken else re.sub(r"\W+", "_", urn).strip("_").upper()
