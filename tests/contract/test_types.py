"""What users write type-checks: mypy --strict over tests/typing. `make types` adds pyright and the package."""

import sys

import pytest

from tests.programs import ROOT, run


def test_the_lines_users_write_pass_and_the_wrong_ones_do_not() -> None:
    """An ignore that nothing needs is an error too: each wrong line of the file is one that mypy refuses."""
    pytest.importorskip("mypy", reason="the lowest pins hold no type checker")
    assert run(sys.executable, "-m", "mypy", "--no-error-summary", "tests/typing", cwd=ROOT) == (0, "", "")
