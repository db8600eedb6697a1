"""The generated folder as it is committed: marked, typed, and leaning on nothing hand-written but the enums."""

import ast
import hashlib
from importlib.metadata import version
from pathlib import Path

from devrev_auth_client import generated
from tools.generate import Paths

FOLDER = Path(generated.__file__).parent


def test_every_module_says_which_command_wrote_it() -> None:
    modules = list(FOLDER.rglob("*.py"))
    assert len(modules) > 20
    assert [
        path.name for path in modules if not path.read_text("utf-8").startswith("# Written by `make generate`")
    ] == []


def test_its_readme_says_what_made_it() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    assert "| command | `make generate` |" in text
    assert hashlib.sha256(Paths().description.read_bytes()).hexdigest() in text
    assert f"| openapi-python-client | {version('openapi-python-client')}, with" in text
    assert f"| ruff | {version('ruff')} |" in text


def test_it_imports_nothing_hand_written_but_the_enums() -> None:
    outside = set()
    for path in FOLDER.rglob("*.py"):
        depth = len(path.relative_to(FOLDER).parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level > depth:
                outside.add((node.module, *(alias.name for alias in node.names)))
            elif isinstance(node, ast.ImportFrom | ast.Import) and not getattr(node, "level", 0):
                roots = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                assert not any(root.startswith("devrev_auth_client") for root in roots), path
    assert outside == {("token_types", "OpenStrEnum"), ("token_types", "TokenType")}
