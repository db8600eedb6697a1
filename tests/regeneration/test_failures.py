"""What generation needs beside the description; where it lacks, the old folder stays."""

import sys
from pathlib import Path

import pytest

from .conftest import Workspace


def test_without_ruff_nothing_is_written(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.delenv("PATH")
    assert "ruff is not in PATH" in workspace.failure()


def test_a_hook_that_fails_is_a_failure(workspace: Workspace) -> None:
    workspace.edit(workspace.config, "--select F401,I", "--select NO_SUCH_RULE")
    assert "ruff failed" in workspace.failure()


def test_a_misspelt_setting_is_a_failure(workspace: Workspace) -> None:
    workspace.edit(workspace.config, "docstrings_on_attributes: true", "docstrings_on_atributes: true")
    assert workspace.failure() == "generator-config.yaml: the generator has no setting 'docstrings_on_atributes'"


def test_a_broken_template_is_a_failure(workspace: Workspace) -> None:
    workspace.edit(workspace.templates / "str_enum.py.jinja", "{% endif %}", "")
    assert "the generator failed: TemplateSyntaxError" in workspace.failure()


@pytest.mark.parametrize("tool", ["openapi-python-client", "ruff"])
def test_another_version_than_the_pinned_one_is_a_failure(workspace: Workspace, tool: str) -> None:
    workspace.edit(workspace.pins, f"\n{tool}==", f"\n{tool}==0.")
    assert f"dev.txt: {tool} " in workspace.failure()
    assert "the pin is 0." in workspace.failure()
