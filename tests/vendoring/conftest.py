"""The two sides: an SDK in some version, and a git repository of somebody else's that gets a copy."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Self

import pytest

import devrev_auth_client
from tests.programs import Ended, contents, run

PACKAGE = Path(devrev_auth_client.__file__).parent
COPY = "acme/_vendor/devrev_tokens"
NAME = COPY.replace("/", ".")

# In the host the SDK is not installed. It is in this environment, so its name is blocked.
BLOCK = 'import sys; sys.modules["devrev_auth_client"] = None\n'

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


class Host:
    """The repository of a program that vendors the SDK, with a package of its own around the copy."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.copy = root / COPY
        self.write("acme/__init__.py", "")
        self.write("acme/_vendor/__init__.py", "")
        self.git("init", "--quiet")

    def vendor(self, sdk: Path, *arguments: str, dest: str = COPY, **variables: str) -> Ended:
        return self.python("-m", "devrev_auth_client.vendor", dest, *arguments, PYTHONPATH=str(sdk), **variables)

    def refused(self, sdk: Path, said: str, *arguments: str, status: int = 1) -> None:
        """The command of this SDK refuses, says why, and changes nothing."""
        before = contents(self.root)
        done = self.vendor(sdk, *arguments)
        assert (done.status, done.out, said in done.err) == (status, "", True)
        assert contents(self.root) == before

    def vendored(self, sdk: Path, *arguments: str) -> Self:
        """Make or renew the copy and commit it."""
        done = self.vendor(sdk, *arguments)
        assert done.status == 0, done.err
        self.commit("vendor")
        return self

    def stamp(self) -> dict[str, Any]:
        stamp: dict[str, Any] = json.loads((self.copy / "vendored.json").read_text("utf-8"))
        return stamp

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run_code(self, code: str, **variables: str) -> str:
        """Run a program of the host's, where there is no SDK but the copy; return its output."""
        self.write("program.py", BLOCK + code)
        done = self.python("program.py", **variables)
        assert (done.status, done.err) == (0, "")
        return done.out

    def run(self, *command: str, **variables: str) -> Ended:
        return run(*command, cwd=self.root, variables=_GIT | variables)

    def python(self, *arguments: str, **variables: str) -> Ended:
        return self.run(sys.executable, "-W", "error", *arguments, **variables)

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.status == 0, done.err
        return done.out.strip()

    def commit(self, message: str) -> str:
        """Commit all there is, but the program of a test."""
        self.git("add", "--all", ":!program.py")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture(scope="session")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sdk(tmp_path_factory.mktemp("old"), "1.9.0")


@pytest.fixture(scope="session")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sdk(tmp_path_factory.mktemp("new"), "1.10.0", errors="ADDED = True")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path / "host")
