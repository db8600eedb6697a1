"""The client over httpx2, the other maintained line of httpx."""

import subprocess
import sys

import pytest

from tools.paths import ROOT


@pytest.mark.slow
def test_the_client_works_over_httpx2() -> None:
    """Its behaviour and its faults, with `import httpx` giving httpx2 everywhere."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "tests.httpx2_as_httpx", "-p", "no:cacheprovider"]
    # httpx2 imports anyio before pytest can rewrite its assertions.
    command += ["-W", "ignore::pytest.PytestAssertRewriteWarning", "tests/behaviour", "tests/faults"]
    done = subprocess.run(  # noqa: S603  # our own tests
        command, cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert " passed" in done.stdout
