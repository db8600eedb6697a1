"""The pins are what pyproject.toml promises, and can be installed by anybody."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FILES = sorted(ROOT.glob("requirements-*.txt"))


def pins(name: str) -> dict[str, str]:
    """The versions that a file pins."""
    return dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))


def release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


DEPENDENCIES = [
    *PROJECT["dependencies"],
    *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
]


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_each_range_is_pinned_at_both_ends(dependency: str) -> None:
    """The lowest pin is the range's own lower bound, and the newest lies in the range."""
    found = re.fullmatch(r"([\w-]+)>=([\d.]+)(?:,<([\d.]+))?", dependency)
    assert found
    name, least, beyond = found.groups()
    lowest, newest = release(pins("requirements-lowest.txt")[name]), release(pins("requirements-dev.txt")[name])
    padded = release(least) + (0,) * len(lowest)
    assert lowest == padded[: len(lowest)]
    assert lowest <= newest
    assert beyond is None or newest < release(beyond)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_pin_has_a_hash_and_names_no_place_to_get_it_from(file: Path) -> None:
    text = file.read_text("utf-8")
    blocks = re.split(r"\n(?=[\w-]+==)", text)[1:]
    assert [block.partition(" ")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert re.findall(r"://|--index|--find-links|--extra-index|(?m:^[^#\n]*\s/)", text) == []
