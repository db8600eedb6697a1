"""A second repository, into which the package folder is copied by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import devrev_auth_client

PACKAGE = Path(devrev_auth_client.__file__).parent

# In the host the SDK is not installed. It is in this environment, so its name is blocked.
BLOCK = """\
import sys


class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "devrev_auth_client":
            raise ImportError(f"{name} is not installed in this program")


sys.meta_path.insert(0, Blocked())
"""

_INHERITED = {"HOME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"}


class Host:
    """The repository of a program that vendors the SDK, with a package of its own around it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {name: value for name, value in os.environ.items() if name in _INHERITED}
        root.mkdir()
        self.write("block.py", BLOCK)

    def vendor(self, name: str) -> None:
        """Copy the package folder, as a person would, to where `name` is imported from."""
        folder = self.root.joinpath(*name.split("."))
        for parent in folder.relative_to(self.root).parents[:-1]:
            self.write(str(parent / "__init__.py"), "")
        shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__", ".generated.*"))

    def write(self, path: str, text: str) -> None:
        """Write a file of the host's."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def committed(self, clone: Path) -> Host:
        """The same repository as a clone sees it: what git leaves out of a commit is not there."""
        self._git("init", "--quiet")
        self._git("add", ".")
        self._git("-c", "user.name=host", "-c", "user.email=host@example.com", "commit", "--quiet", "-m", "vendor")
        self._git("clone", "--quiet", ".", str(clone))
        cloned = object.__new__(Host)
        cloned.root, cloned.environment = clone, self.environment
        return cloned

    def run(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run this environment's Python in the repository."""
        return subprocess.run(  # noqa: S603  # our own command
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment | (environment or {}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def run_code(self, code: str, environment: dict[str, str] | None = None) -> str:
        """Run a program of the host's, warnings as errors; return what it printed."""
        self.write("program.py", f"import block\n{code}")
        done = self.run("-W", "error", "program.py", environment=environment)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def _git(self, *arguments: str) -> None:
        git = shutil.which("git")
        assert git is not None
        settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run([git, *arguments], cwd=self.root, env=self.environment | settings, check=True)  # noqa: S603
