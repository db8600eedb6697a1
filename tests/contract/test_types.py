"""What users write type-checks: mypy --strict over tests/typing. `make types` adds pyright and the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_lines_users_write_pass_and_the_wrong_ones_do_not() -> None:
    """An ignore that nothing needs is an error too: each wrong line of the file is one that mypy refuses."""
    pytest.importorskip("mypy", reason="the lowest pins hold no type checker")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "tests/typing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
