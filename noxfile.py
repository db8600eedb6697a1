"""The tests from the built wheel, on every Python that is supported, with the lowest and the newest dependencies.

    make test-matrix
    make test-matrix ARGS="--session 'tests-3.12(newest)'"

A Python that is not on this machine is skipped, and the summary says so.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PINS = {"lowest": "lowest.txt", "newest": "dev.txt"}

# The lowest pins have no development tools, so what is tested of those is left to the newest. Regeneration and the
# links in the documents are about the source folder itself: `make test` does those.
TESTS = {
    "lowest": ("tests/unit", "tests/behaviour", "tests/faults", "tests/contract", "tests/cli", "tests/testing"),
    "newest": ("tests", "--ignore=tests/regeneration", "--ignore=tests/docs"),
}

# What would be imported or tested in place of the wheel, or takes no part in testing.
NOT_COPIED = ("devrev_auth_client", "build", "dist", "__pycache__", ".*")

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv"
nox.options.envdir = "build/nox"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False

# pyenv keeps its Pythons in folders of their own; what it has on PATH refuses versions that are not active.
_pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
_folders = [sorted(_pyenv.glob(f"versions/{version}.*/bin"))[-1:] for version in PYTHONS]
os.environ["PATH"] = os.pathsep.join([*(str(folder) for found in _folders for folder in found), os.environ["PATH"]])


@nox.session(python=PYTHONS)
@nox.parametrize("pins", [nox.param(name, id=name) for name in PINS])
def tests(session: nox.Session, pins: str) -> None:
    """Run the tests where the package is nowhere but installed."""
    wheels = sorted((ROOT / "dist").glob("*.whl"))
    if len(wheels) != 1:
        session.error("dist/ must hold one wheel: run `make build`")
    if not (ROOT / "requirements" / PINS[pins]).exists():
        session.error(f"{PINS[pins]} is missing: run `make lock`")
    session.install("--require-hashes", "-r", str(ROOT / "requirements" / PINS[pins]))
    session.install("--no-deps", str(wheels[0]))

    folder = Path(session.create_tmp()) / "repository"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    session.chdir(folder)
    session.run("python", "-c", "import devrev_auth_client as sdk; assert 'site-packages' in sdk.__file__, sdk")
    session.run("python", "-m", "pytest", "-q", "-n", "3", *TESTS[pins], *session.posargs)
