"""How the pytest plugin comes into a run: by its entry point, by name, from a vendored copy; and what it costs."""

import shutil
from pathlib import Path

import pytest

import devrev_auth_client
from tests.programs import Ended, python
from tests.pytest_plugin.conftest import UNRELATED

PACKAGE = Path(devrev_auth_client.__file__).parent
NAME = "devrev_auth_client.pytest_plugin"
COPY = "acme.thirdparty.devrev_tokens"
TEST = (
    "def test_it(fake_devrev_client, fake_devrev_token):\n    fake_devrev_client.get_auth_token(fake_devrev_token.id)\n"
)


def run(folder: Path, conftest: str, test: str, *arguments: str) -> Ended:
    # Else the settings of a project further up would count, where there is one.
    for name, text in (("pytest.ini", "[pytest]\n"), ("conftest.py", conftest), ("test_it.py", test)):
        (folder / name).write_text(text, encoding="utf-8")
    plugins = ("-p", "no:anyio", *UNRELATED, *arguments)
    return python("-m", "pytest", "-q", *plugins, cwd=folder, variables={"PYTHONPATH": str(folder)})


@pytest.mark.parametrize(
    ("conftest", "arguments"),
    [("", []), (f"pytest_plugins = [{NAME!r}]\n", []), (f"pytest_plugins = [{NAME!r}]\n", ["-p", NAME])],
)
def test_an_installed_package_brings_its_fixtures(tmp_path: Path, conftest: str, arguments: list[str]) -> None:
    """Nobody names them; naming them as well does no harm, since the entry point has the name of its module."""
    done = run(tmp_path, conftest, TEST, *arguments)
    assert (done.status, "1 passed" in done.out) == (0, True), done.text


@pytest.mark.parametrize("beside_the_installed_one", [False, True])
def test_a_vendored_copy_brings_them_by_name(tmp_path: Path, beside_the_installed_one: bool) -> None:
    """Its own, also where the package is installed as well."""
    folder = tmp_path.joinpath(*COPY.split("."))
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for parent in (folder.parent, folder.parent.parent):
        (parent / "__init__.py").write_text("", encoding="utf-8")
    origin = f"    assert type(fake_devrev_client).__module__.startswith({COPY!r})\n    assert 0\n"
    without = [] if beside_the_installed_one else ["-p", f"no:{NAME}"]
    done = run(tmp_path, f'pytest_plugins = ["{COPY}.pytest_plugin"]\n', TEST + origin, *without)
    assert done.status == 1
    assert "> " + "      assert 0" in done.out, done.text
    assert done.out.count("Journal of the fake DevRev") == 1


def test_it_imports_nothing_until_a_fixture_is_asked_for(tmp_path: Path) -> None:
    """Beside pytest and what the package itself takes; nor where a test fails, whose report is looked at."""
    code = f"import sys, pytest, devrev_auth_client; before = set(sys.modules); import {NAME}"
    code += "; print(*sorted(set(sys.modules) - before))"
    assert python("-c", code).out.split() == [NAME]
    conftest = f"""
import sys

def pytest_unconfigure():
    print("loaded:", {NAME!r} in sys.modules, "devrev_auth_client.testing" in sys.modules)
"""
    done = run(tmp_path, conftest, "def test_it(tmp_path):\n    assert 0\n")
    assert (done.status, "loaded: True False" in done.out) == (1, True), done.text
