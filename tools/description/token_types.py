"""The schema that the hand-written `TokenType` stands for, and whether both list the same URNs."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from .document import Document, Problem, mapping, sequence

_NAMED = ("components", "schemas")


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


def schema(document: Document, enum: Path) -> str:
    """Return the name of the schema that lists most of the URNs, and more than half of them; empty if there is none."""
    urns = set(members(enum).values())
    named = mapping(document.at(_NAMED)).items()
    shared = {name: len(urns.intersection(map(str, sequence(mapping(node).get("enum"))))) for name, node in named}
    best = max(shared, key=lambda name: shared[name], default="")
    return best if best and shared[best] > len(urns) / 2 else ""


def find(document: Document, enum: Path) -> Iterator[Problem]:
    """Yield each URN that only one of both lists, with the line of Python to add or take out."""
    name = schema(document, enum)
    if not name:
        yield document.problem(_NAMED, "no schema lists the URNs for which the hand-written TokenType stands")
        return
    pointer = (*_NAMED, name, "enum")
    written = members(enum)
    listed = list(map(str, sequence(mapping(document.at(pointer[:-1])).get("enum"))))
    file = "/".join(enum.parts[-2:])
    for index, urn in enumerate(listed):
        if urn not in written.values():
            member = _member_name(urn, set(written))
            yield document.problem(
                (*pointer, index),
                f'new in TokenType; add this member, with a docstring, to {file}:\n    {member} = "{urn}"',
            )
    for member, urn in written.items():
        if urn not in listed:
            yield document.problem(
                pointer,
                f"TokenType no longer lists what TokenType.{member} stands for; put the URN back, or take this "
                f'member out of {file}:\n    {member} = "{urn}"',
            )


def _member_name(urn: str, taken: set[str]) -> str:
    """Name a member after the URN's tail, or after all of it where the tail is taken or no Python name."""
    tail = re.sub(r"\W+", "_", urn.rpartition("token-type:")[2]).strip("_").upper()
    return tail if tail.isidentifier() and tail not in taken else re.sub(r"\W+", "_", urn).strip("_").upper()
