"""What generation needs beside the description; where it lacks, the old folder stays."""

import sys
from pathlib import Path

import pytest

from .conftest import Workspace


def test_without_ruff_nothing_is_written(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.delenv("PATH")
    assert "ruff is not in PATH" in workspace.failure()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("generator-config.yaml", "--select F401,I", "--select NO_SUCH_RULE", "ruff failed"),
        ("generator-config.yaml", "docstrings_on_a", "docstrings_an_a", "the generator has no setting 'docstrings_an_"),
        ("templates/str_enum.py.jinja", "{% endif %}", "", "the generator failed: TemplateSyntaxError"),
        ("dev.txt", "\nopenapi-python-client==", "\nopenapi-python-client==0.", "dev.txt: openapi-python-client "),
        ("dev.txt", "\nruff==", "\nruff==0.", "the pin is 0."),
    ],
)
def test_a_failure(workspace: Workspace, file: str, old: str, new: str, said: str) -> None:
    workspace.edit(workspace.config.parent / file, old, new)
    assert said in workspace.failure()
