"""The command of an installed SDK, which has nothing beside its package folder."""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

from tests.programs import ROOT, contents, run
from tests.vendoring.host import PACKAGE, Host, sdk


def test_an_installed_sdk_makes_the_same_copy(host: Host, tmp_path: Path) -> None:
    """An installed pure wheel is an unpacked one; its metadata is taken away, since nothing may ask for it."""
    tree = sdk(tmp_path / "tree", "1.0.0")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))
    assert run(*build, cwd=tree).status == 0
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        archive.extractall(tmp_path / "site", [name for name in archive.namelist() if name.startswith(PACKAGE.name)])
    host.vendored(tmp_path / "site", "--with=vendor")
    other = Host(tmp_path / "other").vendored(tree, "--with=vendor")
    assert contents(host.copy) == contents(other.copy)
