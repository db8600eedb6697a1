"""Copies of what the generator reads and writes, so that a test may break them."""

from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tools.generate import Paths


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its relative name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True, kw_only=True)
class Workspace(Paths):
    """Copies of all that generation touches. `edit` is a text replacement that must hit something."""

    def edit(self, path: Path, old: str, new: str) -> None:
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def line_of(self, text: str) -> int:
        """The number of the first line of the description that has this text."""
        lines = self.description.read_text("utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def files(self) -> dict[str, bytes]:
        """The generated folder and all that stands beside it."""
        return contents(self.target.parent)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    real = Paths()
    copies = {name: tmp_path / getattr(real, name).name for name in ("description", "config", "pins")}
    for name, copy in copies.items():
        copy.write_bytes(getattr(real, name).read_bytes())
    copytree(real.templates, tmp_path / "templates")
    target = tmp_path / "package" / "generated"
    copytree(real.target, target, ignore=ignore_patterns("__pycache__"))
    return replace(Workspace(), **copies, templates=tmp_path / "templates", target=target)
