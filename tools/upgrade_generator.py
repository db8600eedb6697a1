"""Tries another openapi-python-client on a copy of this repository; the repository itself stays as it is.

    python -m tools.upgrade_generator 1.2.3 [what pytest gets, such as tests/unit]

In a folder of its own, which stays for looking at, it makes an environment with that version, generates, type-checks
and tests. It prints what upstream changed in the templates that ours replace, what changes in the generated folder and
for callers, how mypy and the tests ended, and what to edit to adopt the version.
"""

import argparse
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from tools.paths import PACKAGE, ROOT

GENERATOR = "openapi-python-client"
_NOT_COPIED = (
    ".git",
    ".envs",
    ".venv*",
    "build",
    "dist",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    ".coverage*",
    ".generated.*",
)
# As in the Makefile, without --upgrade.
_LOCK = shlex.split(
    "pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url "
    "--no-emit-find-links --group dev --extra testing --output-file requirements/dev.txt"
)


@dataclass
class Trial:
    """One version tried in one folder."""

    wanted: str
    folder: Path
    failed: list[str] = field(default_factory=list[str])

    @property
    def copy(self) -> Path:
        """The copy of the repository."""
        return self.folder / "repository"

    @property
    def python(self) -> Path:
        """The interpreter that has the wanted version."""
        return self.folder / "environment" / "bin" / "python"

    def run(self, name: str, *command: str | Path, lines: int = 0) -> bool:
        """Run a command in the copy and print its last lines, or all of a failure; return whether it went well."""
        print(f"\n== {name}", flush=True)
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.copy,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        output = done.stdout.strip().splitlines()
        print("\n".join(output if done.returncode else output[-lines:] if lines else []))
        if done.returncode:
            self.failed.append(name)
        return done.returncode == 0


def repinned(text: str, wanted: str) -> str:
    """Return a text of this repository that names the generator's version, with another version in it."""
    return re.sub(rf"({GENERATOR}(?:==| ))\d\w*(?:\.\w+)*", rf"\g<1>{wanted}", text)


def naming_the_version(root: Path) -> list[Path]:
    """List the files that name the generator's version and are edited by hand."""
    templates = root / "openapi" / "templates"
    return [root / "pyproject.toml", templates / "README.md", *sorted(templates.glob("*.jinja"))]


def template_changes(before: Path, after: Path, names: Sequence[str], versions: tuple[str, str]) -> Iterator[str]:
    """Yield the differences between upstream's templates of some names, or that there are none."""
    for name in names:
        old, new = _text(before / name), _text(after / name)
        yield from _differences(old, new, f"{name} of {versions[0]}", f"{name} of {versions[1]}") or [
            f"{name}: no change"
        ]
        if not new:
            yield f"{name} is gone: ours is no longer read"


def folder_changes(before: Path, after: Path) -> Iterator[str]:
    """Yield the differences between two folders of text files."""
    names = {path.relative_to(folder) for folder in (before, after) for path in folder.rglob("*") if path.is_file()}
    for name in sorted(name for name in names if "__pycache__" not in name.parts):
        old, new = _text(before / name), _text(after / name)
        yield from _differences(old, new, f"a/{name}", f"b/{name}")


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def _differences(old: str, new: str, old_name: str, new_name: str) -> list[str]:
    return list(unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm=""))


def prepare(trial: Trial) -> bool:
    """Copy the repository, pin the wanted version in the copy, and make its environment."""
    shutil.copytree(ROOT, trial.copy, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    for path in naming_the_version(trial.copy):
        path.write_text(repinned(path.read_text("utf-8"), trial.wanted), "utf-8")
    uv = Path(sys.executable).with_name("uv")
    target = ("--quiet", "--python", trial.python)
    # What is pinned stays where it is, as far as the wanted version allows.
    return (
        trial.run("pins", uv, *_LOCK)
        and trial.run("environment", uv, "venv", "--quiet", "--python", sys.executable, trial.python.parent.parent)
        and trial.run("installation", uv, "pip", "install", *target, "--requirement", "requirements/dev.txt")
        and trial.run("package", uv, "pip", "install", *target, "--no-deps", "--no-build-isolation", "--editable", ".")
    )


def show_templates(trial: Trial) -> None:
    """Print what upstream changed in the templates that ours replace."""
    print(f"\n== upstream's templates of the names of ours, {version(GENERATOR)} -> {trial.wanted}")
    where = "import openapi_python_client as generator; print(generator.__path__[0])"
    done = subprocess.run([str(trial.python), "-c", where], capture_output=True, text=True, check=True)
    names = sorted(path.name for path in (ROOT / "openapi" / "templates").glob("*.jinja"))
    before = Path(str(files("openapi_python_client"))) / "templates"
    after = Path(done.stdout.strip()) / "templates"
    print("\n".join(template_changes(before, after, names, (version(GENERATOR), trial.wanted))))


def show_code(trial: Trial) -> None:
    """Print what changes in the generated folder: a line for each file, and all of it into a file."""
    lines = list(folder_changes(ROOT / PACKAGE / "generated", trial.copy / PACKAGE / "generated"))
    (trial.folder / "generated.diff").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"\n== generated folder (all of it: {trial.folder / 'generated.diff'})")
    for name in [line.removeprefix("+++ b/") for line in lines if line.startswith("+++ b/")] or ["no change"]:
        print(f"  {name}")


def try_out(trial: Trial, tests: Sequence[str]) -> None:
    """Generate, type-check and test in the copy."""
    python = trial.python
    if trial.run("generation", python, "-c", "from tools import upgrade_generator as up; up.generate_here()"):
        show_code(trial)
        compare = f"from tools import upgrade_generator as up; up.compare_with({str(ROOT / PACKAGE)!r})"
        trial.run("public API", python, "-c", compare, lines=200)
        trial.run("mypy", python, "-m", "mypy", "--strict", PACKAGE, "tools", lines=1)
        trial.run("tests", python, "-m", "pytest", "-q", "-n", "2", *tests, lines=3)


def generate_here() -> None:
    """Generate, whatever mypy will say to the result: it is there to be looked at. Runs in the copy."""
    from tools.generate import GenerationError, Paths, write

    try:
        write(Paths())
    except GenerationError as error:
        sys.exit(str(error))


def compare_with(before: str) -> None:
    """Print how the public API differs from that of another package folder. Runs in the copy."""
    from tools.public_api.changes import changes
    from tools.public_api.listing import listing

    found = changes(listing(Path(before)), listing(ROOT / PACKAGE))
    print("\n".join(map(str, found)) or "no difference")


def summary(trial: Trial) -> str:
    """Say how it went, and what adopting the version takes."""
    edits = "\n".join(f"  {path.relative_to(ROOT)}" for path in naming_the_version(ROOT))
    ending = f"failed: {', '.join(trial.failed)}" if trial.failed else "everything passed"
    return f"""
== {GENERATOR} {version(GENERATOR)} -> {trial.wanted}: {ending}
To adopt it, carry over into our templates what changed in upstream's of these names, name the version in
{edits}
run `make lock`, `make generate` and `make check test`, and commit. The copy is in {trial.copy}."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a version; the exit status is 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.upgrade_generator", description=f"Try another {GENERATOR}.")
    parser.add_argument("version", help="the version to try, such as 1.2.3")
    parser.add_argument("tests", nargs="*", help="what pytest gets; all tests if nothing")
    options = parser.parse_args(arguments)
    if not re.fullmatch(r"\d[\w.]*", options.version):
        parser.error(f"{options.version!r} is no version")
    trial = Trial(options.version, Path(tempfile.mkdtemp(prefix="upgrade-generator-")))
    if prepare(trial):
        show_templates(trial)
        try_out(trial, options.tests)
    print(summary(trial))
    return 1 if trial.failed else 0


if __name__ == "__main__":
    sys.exit(main())
