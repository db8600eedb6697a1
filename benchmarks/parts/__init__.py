"""What is measured by itself, each part in fresh processes. A part prints its figures as one line of JSON:

    python -m benchmarks.parts.imports        what importing the package takes beyond what it stands on
    python -m benchmarks.parts.making         what making a client takes
    python -m benchmarks.parts.guard          what everything between the caller and the transport takes
    python -m benchmarks.parts.decoding       what an answer's model takes, beside the stock one
    python -m benchmarks.parts.memory         what a call takes that waits

`first_answer` times the programs in `programs/`, from the start of a process to its first answer; `everything` runs
them all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def bytecode_kept(folder: Path) -> dict[str, str]:
    """Return an environment in which a second process finds everything compiled, ours as well as what pip installed.

    Some environments forbid it (PYTHONDONTWRITEBYTECODE): only what was compiled at installation starts fast then.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def in_fresh_process(folder: Path, module: str, *arguments: str) -> dict[str, Any]:
    """Run one module of the benchmarks by itself and return what it printed."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
    ended = subprocess.run(command, env=bytecode_kept(folder), stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(ended.stdout)
    return figures
