"""Runs the Python blocks of a document as programs of their own, in the working directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.markdown import ROOT, Block, Document

# Loading all that is installed takes a second and a half; of that, readers have these.
_PLUGINS = ("anyio.pytest_plugin", "devrev_auth_client.pytest_plugin")


def run(document: Document, block: Block) -> None:
    """Run a block in this process; a traceback names the document's line."""
    code = compile("\n" * (block.line - 1) + block.code, str(ROOT / document.name), "exec", dont_inherit=True)
    exec(code, {"__name__": "__main__"})  # noqa: S102  # our own document


def run_apart(block: Block, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a block in a process of its own, for what changes the process: logging, instrumentation."""
    path = Path(block.title or "program.py")
    path.write_text(block.code, encoding="utf-8")
    return _python(str(path), *arguments)


def run_tests(document: Document) -> subprocess.CompletedProcess[str]:
    """Save the blocks that have a file's name, and run pytest on those named `test_...`."""
    tests: list[str] = []
    for block in document.blocks("python"):
        if block.title:
            Path(block.title).write_text(block.code, encoding="utf-8")
        if block.title.startswith("test_"):
            tests.append(block.title)
    plugins = [word for name in _PLUGINS for word in ("-p", name)]
    return _python("-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins, *tests)


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own documents
        [sys.executable, "-W", "error", *arguments],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
