"""The pins are what pyproject.toml promises, and can be installed by anybody."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.programs import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FILES = sorted((ROOT / "requirements").glob("*.txt"))


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements" / name).read_text("utf-8"), re.MULTILINE))


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
    lowest, newest = release(pins("lowest.txt")[name]), release(pins("dev.txt")[name])
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


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_lock_is_installed_as_pinned_although_newer_versions_exist(file: Path, tmp_path: Path) -> None:
    """make's own rule, in an empty environment, with the pip that came with the interpreter."""
    newer = tmp_path / "newer"
    newer.mkdir()
    for name in pins(file.name):
        add_wheel(newer, name.replace("-", "_"), "9999")
    links = f"{os.environ.get('PIP_FIND_LINKS', '')} {newer}".strip()
    try:
        done = subprocess.run(  # noqa: S603  # our own Makefile
            ["make", f"ENVS={tmp_path}", f"PYTHON={sys.executable}", f"{tmp_path / file.stem}/.ready"],  # noqa: S607
            cwd=ROOT,
            env=os.environ | {"PIP_FIND_LINKS": links},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "No broken requirements found." in done.stdout
    finally:
        shutil.rmtree(tmp_path / file.stem, ignore_errors=True)


def add_wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
