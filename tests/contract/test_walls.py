"""The walls inside the package: imports run one way, every one of them relative, and nothing asks what is installed."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import devrev_auth_client
from devrev_auth_client import cli, testing
from tests.contract.walls import CLI_ROWS, FAKE_ROWS, LAYERS, ORDER, OUTSIDE, violations

PACKAGE = Path(devrev_auth_client.__file__).parent


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package that a test may break."""
    return copytree(PACKAGE, tmp_path / "copy", ignore=ignore_patterns("__pycache__"))


def rows_of(docstring: str | None) -> list[tuple[str, str]]:
    """The layer maps of a docstring: the layer's name, where the line has one, and the modules of each row."""
    lines = re.findall(r"^    (?:(\w+) {2,}| *)([\w.]+(?:, [\w.]+)*) {2,}\S.*$", docstring or "", re.MULTILINE)
    return [(layer, modules.replace(",", "")) for layer, modules in lines]


def test_imports_run_one_way() -> None:
    assert violations(PACKAGE) == []


def test_the_layer_map_of_the_docstring_is_the_one_that_is_checked() -> None:
    written: dict[str, list[str]] = {}
    for layer, row in rows_of(devrev_auth_client.__doc__):
        written.setdefault(layer or list(written)[-1], []).append(row)
    assert {layer: " ".join(rows) for layer, rows in written.items()} == {
        layer: " ".join(rows) for layer, rows in LAYERS.items()
    }


def test_the_map_of_the_fake_is_the_one_that_is_checked() -> None:
    rows = [" ".join(filter(None, row)) for row in rows_of(testing.__doc__)]
    assert rows == FAKE_ROWS[1:]


def test_the_map_of_the_command_line_is_the_one_that_is_checked() -> None:
    rows = ["cli." + " ".join(filter(None, row)) for row in rows_of(cli.__doc__)]
    assert rows == CLI_ROWS[1:]


def test_every_module_of_the_maps_exists() -> None:
    paths = [PACKAGE / name.replace(".", "/") for name in [*ORDER, *OUTSIDE]]
    assert [path for path in paths if not path.is_dir() and not path.with_suffix(".py").exists()] == []


def test_the_version_is_a_literal() -> None:
    statements = ast.parse((PACKAGE / "_version.py").read_text("utf-8")).body
    assigned = [node for node in statements if isinstance(node, ast.Assign)]
    assert [ast.unparse(node.targets[0]) for node in assigned] == ["__version__"]
    assert ast.literal_eval(assigned[0].value) == devrev_auth_client.__version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", devrev_auth_client.__version__)


@pytest.mark.parametrize(
    ("module", "line", "reason"),
    [
        ("errors", "from .token_types import TokenType", "imports token_types, with which it has nothing to do"),
        ("retry", "from ._outcomes import Answer", "imports _outcomes, which stands above it"),
        ("_attempt_loop", "from . import _operations", "imports _operations, which stands above it"),
        ("_attempt_loop", "def f() -> None:\n    import time", "a pure module imports time"),
        ("_rate_gate", "from random import uniform", "a pure module imports random"),
        ("_async_lane", "from ._operations import Operation", "imports _operations, with which it has nothing to do"),
        ("_operations", "from ._wire import exchange", "imports _wire, with which it has nothing to do"),
        ("_operations", "from . import UNSET", "imports UNSET, which is in no layer"),
        ("_async_client", "from ._sync_driver import run", "imports _sync_driver, with which it has nothing to do"),
        ("_base_client", "from ._async_driver import run", "imports _async_driver, which stands above it"),
        ("_base_client", "from .generated.types import UNSET", "imports generated code, which only _operations does"),
        ("__init__", "from .generated.models import AuthToken", "imports generated code, which only _operations does"),
        ("__init__", "from .testing import FakeDevRev", "imports testing, which is no part of the client"),
        ("_vendoring/stamp", "from .swap import put", "the vendoring command imports _vendoring.swap"),
        ("_async_lane", "from .vendor import check", "imports vendor, which is no part of the client"),
        ("_fake/api", "from ..errors import RateLimit", "the fake imports errors"),
        ("_fake/records", "from .api import FakeApi", "the fake imports _fake.api"),
        ("_fake/api", "from ..vendor import copy", "the fake imports vendor"),
        ("pytest_plugin", "from .errors import RateLimit", "the pytest plugin imports errors"),
        ("_fake/records", "import pytest", "imports pytest, which is no dependency"),
        ("testing", "from .pytest_plugin import _fakes", "imports pytest_plugin, which is no part of the client"),
        ("vendor", "from ._version import __version__", "the vendoring command imports _version"),
        ("_lane_book", "from .cli import main", "imports cli, which is no part of the client"),
        ("cli/show", "from .run import Run", "the command line imports cli.run"),
        ("cli/commands", "from .._call import Call", "the command line imports _call"),
        ("retry", "from .token_claims import TokenClaims", "imports token_claims, which stands above it"),
        ("generated/types", "from ..errors import RateLimit", "generated code imports errors"),
        ("generated/models/error", "from ... import _json", "generated code imports _json"),
        ("generated/client", "from ... import errors", "imports <above the package>.errors, which is in no layer"),
        (
            "_async_lane",
            "from devrev_auth_client.errors import RateLimit",
            "an absolute import of the package: a copy under another name would not find it",
        ),
        (
            "_async_lane",
            "import devrev_auth_client.errors",
            "an absolute import of the package: a copy under another name would not find it",
        ),
        ("_async_lane", "from importlib import metadata", "asks for the installed distribution"),
        ("_async_lane", "import importlib\nimportlib.metadata.version('x')", "asks for the installed distribution"),
        ("_async_lane", "import pkg_resources", "asks for the installed distribution"),
        ("_async_lane", "import importlib\nimportlib.import_module('x')", "imports by a name that nobody can check"),
        ("_async_lane", "import requests", "imports requests, which is no dependency"),
        ("_wire", "import uvicorn", "imports uvicorn, which is no dependency"),
        ("_new", "", "is in no layer"),
        ("_fake/new", "", "is in no layer"),
    ],
)
def test_a_broken_wall_is_found(copy: Path, module: str, line: str, reason: str) -> None:
    """One line added to a copy of the package, and nothing but that line is reported."""
    file = copy / f"{module}.py"
    before = file.read_text("utf-8") if file.exists() else ""
    file.write_text(f"{before}\n{line}\n", encoding="utf-8")
    number = before.count("\n") + line.count("\n") + 2 if before else 1
    assert violations(copy) == [f"{module.replace('/', '.')}:{number}: {reason}"]
