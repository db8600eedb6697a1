"""The two sides: an SDK in some version, and a git repository of somebody else's that gets a copy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import devrev_auth_client

ROOT = Path(__file__).parents[2]
PACKAGE = Path(devrev_auth_client.__file__).parent
COPY = "acme/_vendor/devrev_tokens"
NAME = COPY.replace("/", ".")

# In the host the SDK is not installed. It is in this environment, so its name is blocked.
BLOCK = """\
import sys


class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "devrev_auth_client":
            raise ImportError(f"{name} is not installed in this program")


sys.meta_path.insert(0, Blocked())
"""

_INHERITED = {"HOME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "COVERAGE_PROCESS_CONFIG"}
_GIT = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
for _who in ("AUTHOR", "COMMITTER"):
    _GIT |= {f"GIT_{_who}_NAME": "host", f"GIT_{_who}_EMAIL": "host@example.com"}


def sdk(folder: Path, version: str, **modules: str) -> Path:
    """The package as it might be in another version, with lines added to the ends of some modules."""
    package = folder / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (package / "_version.py").write_text(f'__version__ = "{version}"\n', encoding="utf-8")
    for name, line in modules.items():
        with (package / f"{name}.py").open("a", encoding="utf-8") as module:
            module.write(f"{line}\n")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


class Host:
    """The repository of a program that vendors the SDK, with a package of its own around the copy."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.copy = root / COPY
        self.write("acme/__init__.py", "")
        self.write("acme/_vendor/__init__.py", "")
        self.git("init", "--quiet")

    def vendor(self, sdk: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Run the command of this SDK for the copy; return exit code and both outputs."""
        command = ("-m", "devrev_auth_client.vendor", COPY, *arguments)
        done = self.run(sys.executable, *command, PYTHONPATH=str(sdk), **environment)
        return done.returncode, done.stdout, done.stderr

    def vendored(self, sdk: Path, *arguments: str) -> Host:
        """Make or renew the copy and commit it."""
        code, _, errors = self.vendor(sdk, *arguments)
        assert code == 0, errors
        self.commit("vendor")
        return self

    def stamp(self) -> dict[str, Any]:
        stamp: dict[str, Any] = json.loads((self.copy / "vendored.json").read_text("utf-8"))
        return stamp

    def write(self, path: str, text: str) -> None:
        """Write a file of the host's."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run_code(self, code: str, **environment: str) -> str:
        """Run a program of the host's, where there is no SDK but the copy, warnings as errors; return its output."""
        self.write("program.py", BLOCK + code)
        done = self.run(sys.executable, "-W", "error", "program.py", **environment)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the repository."""
        inherited = {name: value for name, value in os.environ.items() if name in _INHERITED}
        env = inherited | _GIT | environment
        return subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603  # our own command

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        """Commit all there is, but the program of a test."""
        self.git("add", "--all", ":!program.py")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")
