"""How the pytest plugin comes into a run: by its entry point, by name, from a vendored copy; and what it costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import devrev_auth_client
from tests.pytest_plugin.projects import WITHOUT_UNRELATED

PACKAGE = Path(devrev_auth_client.__file__).parent
NAME = "devrev_auth_client.pytest_plugin"
COPY = "acme.thirdparty.devrev_tokens"
TEST = (
    "def test_it(fake_devrev_client, fake_devrev_token):\n    fake_devrev_client.get_auth_token(fake_devrev_token.id)\n"
)


@pytest.fixture(autouse=True)
def _a_project_of_its_own(tmp_path: Path) -> None:
    """Else the settings of a project further up would count, where there is one."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pytest there as a person would, warnings as errors."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DEVREV"))}
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:anyio", *WITHOUT_UNRELATED, *arguments],
        cwd=folder,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_installed_package_brings_its_fixtures(tmp_path: Path) -> None:
    """Nobody names them."""
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    done = run(tmp_path)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_entry_point_has_the_name_of_its_module() -> None:
    """Else a conftest that names the module, which is there already, would be an error."""
    (found,) = entry_points(group="pytest11", name=NAME)
    assert found.value == NAME


@pytest.mark.parametrize("arguments", [[], ["-p", NAME]])
def test_naming_it_as_well_does_no_harm(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "conftest.py").write_text(f"pytest_plugins = [{NAME!r}]\n", encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    done = run(tmp_path, *arguments)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.parametrize("beside_the_installed_one", [False, True])
def test_a_vendored_copy_brings_them_by_name(tmp_path: Path, beside_the_installed_one: bool) -> None:
    """Its own, also where the package is installed as well."""
    folder = tmp_path.joinpath(*COPY.split("."))
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for parent in (folder.parent, folder.parent.parent):
        (parent / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "conftest.py").write_text(f'pytest_plugins = ["{COPY}.pytest_plugin"]\n', encoding="utf-8")
    origin = f"    assert type(fake_devrev_client).__module__.startswith({COPY!r})\n    assert 0\n"
    (tmp_path / "test_it.py").write_text(TEST + origin, encoding="utf-8")
    done = run(tmp_path, *([] if beside_the_installed_one else ["-p", f"no:{NAME}"]), PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "> " + "      assert 0" in done.stdout, done.stdout + done.stderr
    assert done.stdout.count("Journal of the fake DevRev") == 1


def test_it_imports_nothing_until_a_fixture_is_asked_for() -> None:
    """Beside pytest and what the package itself takes."""
    code = f"""
import sys
import pytest
import devrev_auth_client

before = set(sys.modules)
import {NAME}
print(*sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    assert done.stdout.split() == [NAME]


def test_a_failure_without_a_fake_imports_nothing_either(tmp_path: Path) -> None:
    """The report is looked at for every test."""
    (tmp_path / "test_it.py").write_text("def test_it(tmp_path):\n    assert 0\n", encoding="utf-8")
    told = f"""
import sys

def pytest_unconfigure():
    print("loaded:", {NAME!r} in sys.modules, "devrev_auth_client.testing" in sys.modules)
"""
    (tmp_path / "conftest.py").write_text(told, encoding="utf-8")
    done = run(tmp_path)
    assert (done.returncode, "loaded: True False" in done.stdout) == (1, True), done.stdout + done.stderr
