"""The host's own tools leave a copy alone."""

import re
from pathlib import Path

import pytest

from tests.programs import ROOT, contents
from tests.vendoring.conftest import COPY, Host

MESSY = "import os\nx = {  'a':1 }\n"


@pytest.fixture
def host(host: Host, old: Path) -> Host:
    pytest.importorskip("ruff", reason="ruff comes with the development pins alone")
    host.write("pyproject.toml", '[tool.ruff]\nfix = true\nlint.select = ["ALL"]\n')
    host.write("acme/messy.py", MESSY)
    return host.vendored(old)


@pytest.mark.parametrize("command", [["check", "--fix", "--unsafe-fixes"], ["format"]])
def test_ruff_changes_nothing(host: Host, old: Path, command: list[str]) -> None:
    """By the `ruff.toml` of the copy; what is the host's own is changed. ruff's cache is where no build takes it."""
    for where in (".", COPY):
        host.python("-m", "ruff", *command, where)
    assert host.git("status", "--porcelain") == "M acme/messy.py"
    assert (host.copy / "__pycache__" / "CACHEDIR.TAG").exists()
    assert not (host.copy / ".ruff_cache").exists()
    assert host.vendor(old, "--check").status == 0


def test_ruff_leaves_files_alone_that_a_hook_names(host: Host) -> None:
    """`check` by the copy's own file, `format` by the lines of the how-to, which are all valid TOML."""
    file = f"{COPY}/__init__.py"
    assert host.python("-m", "ruff", "check", "--fix", file)[:2] == (0, "All checks passed!\n")
    text = (ROOT / "docs" / "how-to" / "vendoring.md").read_text("utf-8")
    (lines,) = re.findall(r"```toml\n([^`]*)```", text)
    host.write("pyproject.toml", lines.replace("[tool.ruff]", "[tool.ruff]\nline-length = 40"))
    host.python("-m", "ruff", "format", file, "acme/messy.py")
    assert host.git("status", "--porcelain").split() == ["M", "acme/messy.py", "M", "pyproject.toml"]


def test_git_keeps_the_bytes(host: Host, tmp_path: Path) -> None:
    """Where it turns line ends into CRLF, too."""
    host.git("clone", "--quiet", "-c", "core.autocrlf=true", ".", str(tmp_path / "clone"))
    assert b"\r\n" in (tmp_path / "clone" / "acme" / "messy.py").read_bytes()
    assert contents(tmp_path / "clone" / COPY) == contents(host.copy)


def test_no_file_asks_for_a_fix_of_its_white_space(host: Host) -> None:
    """Hooks that repair line ends and files' ends have nothing to do, and no configuration of their own."""
    for name, content in contents(host.copy).items():
        lines = content.decode().split("\n")
        assert (name, [line for line in lines if line != line.rstrip()]) == (name, [])
        assert lines[-1] == ""
        assert lines[-2:] != ["", ""], name
