"""Whether the package is sound with a freshly generated folder in it, by mypy --strict, before the folder goes in.

It finds what the facade uses and the description no longer gives, and names that collide in generated code.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.paths import ROOT


def type_errors(package: Path, fresh: Path) -> list[str]:
    """List what mypy reports on a copy of the package that has the fresh folder for `generated`."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / package.name
        shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__", ".generated.*", "generated"))
        shutil.copytree(fresh, copy / "generated")
        settings = [
            "--config-file",
            str(ROOT / "pyproject.toml"),
            "--cache-dir",
            str(ROOT / ".mypy_cache" / "generate"),
        ]
        command = [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--no-pretty",
            "--no-error-summary",
            *settings,
            package.name,
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    return [line for line in done.stdout.splitlines() if ": note: " not in line] or [f"mypy failed: {done.stderr}"]
