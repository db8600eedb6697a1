"""The wheel of the package under test, be that the source folder or an installed one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.vendoring.sources import PACKAGE

ROOT = Path(__file__).parents[2]


def build_wheel(folder: Path) -> Path:
    """Build it in a folder, without a network, and return it."""
    tree = folder / "tree"
    shutil.copytree(PACKAGE, tree / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)  # noqa: S603
    (wheel,) = folder.glob("*.whl")
    return wheel
