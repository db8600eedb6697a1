"""The regenerated package, and code that calls its new operations, under mypy --strict and pyright strict."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CALLS = Path(__file__).with_name("new_operations_types.py")


@pytest.fixture
def project(regenerated: Path) -> Path:
    """The folder of the regenerated package, with the code that calls it."""
    shutil.copy(CALLS, regenerated)
    return regenerated


def run(project: Path, *command: str) -> str:
    """What a checker prints, which must be content."""
    arguments = [sys.executable, "-m", *command]
    done = subprocess.run(arguments, cwd=project, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_mypy_strict_passes(project: Path) -> None:
    settings = ["--strict", "--warn-unreachable", "--config-file=", f"--cache-dir={os.devnull}"]
    assert "no issues found" in run(project, "mypy", *settings, "devrev_auth_client", CALLS.name)


@pytest.mark.slow
def test_pyright_strict_passes(project: Path) -> None:
    # The hand-written part passes or not in this repository, without a copy.
    environment = Path(sys.prefix)
    settings = {
        "include": ["devrev_auth_client/generated", CALLS.name],
        "typeCheckingMode": "strict",
        "enableTypeIgnoreComments": False,
        "reportUnnecessaryTypeIgnoreComment": True,
        "pythonVersion": "3.11",
        "venvPath": str(environment.parent),
        "venv": environment.name,
    }
    (project / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    assert "0 errors" in run(project, "pyright")
