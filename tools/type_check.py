"""Whether the package is sound with a freshly generated folder in it, by mypy --strict, before the folder goes in.

It finds what the facade uses and the description no longer gives, and names that collide in generated code.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.paths import ROOT


def type_errors(package: Path, fresh: Path) -> list[str]:
    """List what mypy reports on a copy of the package that has the fresh folder for `generated`."""
    with tempfile.TemporaryDirectory() as folder:
        # Under its own name mypy would also find the installed package, and in it what the fresh folder lacks.
        copy = Path(folder) / f"{package.name}_as_it_will_be"
        shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__", ".generated.*", "generated"))
        shutil.copytree(fresh, copy / "generated")
        settings = ("--strict", "--no-pretty", "--no-error-summary", "--config-file", str(ROOT / "pyproject.toml"))
        command = [sys.executable, "-m", "mypy", *settings, "--cache-dir", os.devnull, copy.name]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    lines = done.stdout.replace(copy.name, package.name).splitlines()
    return [line for line in lines if ": note: " not in line] or [f"mypy failed: {done.stderr}"]
