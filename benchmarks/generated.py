"""The clients that other generators write from the same description, made anew so that none of them goes stale."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from benchmarks.answer import DESCRIPTION

STOCK = "stock_client"
"""What openapi-python-client writes with its own templates and its default configuration."""

OPENAPI_GENERATOR = "openapi_generator_client"
"""What OpenAPI Generator writes for Python with `--library asyncio`, which sends with aiohttp."""


def generate(folder: Path) -> dict[str, str]:
    """Write what can be written to `folder`; return, by package, why the others cannot."""
    missing = {STOCK: _stock(folder), OPENAPI_GENERATOR: _openapi_generator(folder)}
    return {package: reason for package, reason in missing.items() if reason is not None}


def _stock(folder: Path) -> str | None:
    if find_spec("openapi_python_client") is None:
        return "openapi-python-client is not installed"
    arguments = ["generate", "--path", str(DESCRIPTION), "--output-path", str(folder / STOCK), "--meta", "none"]
    return _run(["openapi-python-client", *arguments], folder)


def _openapi_generator(folder: Path) -> str | None:
    if find_spec("openapi_generator_cli") is None:
        return "openapi-generator-cli is not installed"
    if shutil.which("java") is None:
        return "OpenAPI Generator needs java, which is not on this machine"
    arguments = ["generate", "-i", str(DESCRIPTION), "-g", "python", "--library", "asyncio", "-o", "written"]
    reason = _run(["openapi-generator-cli", *arguments, "--package-name", OPENAPI_GENERATOR], folder)
    if reason is None:
        (folder / "written" / OPENAPI_GENERATOR).rename(folder / OPENAPI_GENERATOR)
    return reason


def _run(command: list[str], folder: Path) -> str | None:
    # The tools of this environment, not of the machine; openapi-python-client calls ruff by its name.
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        [shutil.which(command[0], path=tools) or command[0], *command[1:]],
        cwd=folder,
        env={**os.environ, "PATH": tools},
        capture_output=True,
        text=True,
        check=False,
    )
    return None if ended.returncode == 0 else f"{command[0]} failed: {(ended.stderr or ended.stdout).strip()[-300:]}"
