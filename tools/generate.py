"""Writes devrev_auth_client/generated from the description, or checks that it is what the description gives.

    python -m tools.generate            write it, and say what was passed over
    python -m tools.generate --check    say what differs, and fail if anything does

Both run the whole generation: the description is checked, openapi-python-client writes a fresh folder, any warning of
it is a failure, and the folder is finished (headers, py.typed, README). Writing type-checks the package with the fresh
folder in it, and only then touches the old one.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.description.document import Problem
from tools.generator import build
from tools.paths import ROOT, GenerationError, Paths
from tools.type_check import type_errors

__all__ = ["ROOT", "GenerationError", "Paths", "check", "main", "write"]


def write(paths: Paths, prove: Callable[[Path, Path], list[str]] | None = None) -> list[Problem]:
    """Replace the target by what the description gives, and return notes on it; same input, same bytes.

    The new folder is complete beside the old one before two renames swap them, so at no moment is half a folder there.
    `prove` gets the package and the new folder, and lists what speaks against it.

    :raises GenerationError: the target is as it was.
    """
    fresh = paths.target.with_name(f".{paths.target.name}.fresh")
    previous = paths.target.with_name(f".{paths.target.name}.previous")
    # What an interrupted run may have left: the only whole folder, or rubbish.
    if previous.exists() and not paths.target.exists():
        previous.rename(paths.target)
    for leftover in (fresh, previous):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        notes = build(paths, fresh)
        faults = prove(paths.package, fresh) if prove else []
        if faults:
            raise GenerationError(
                "\n".join([*faults, "The package would not pass mypy --strict with this description."])
            )
        _swap(fresh, paths.target, previous)
        return notes
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check(paths: Paths) -> list[str]:
    """List what keeps the target from being, byte for byte, what the description gives; empty if nothing does.

    :raises GenerationError: the description gives nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / paths.target.name
        build(paths, fresh)
        expected, found = _contents(fresh), _contents(paths.target)
    return [
        f"{'missing' if name not in found else 'stray' if name not in expected else 'differs'}: {paths.target / name}"
        for name in sorted(expected.keys() | found.keys())
        if expected.get(name) != found.get(name)
    ]


def _swap(fresh: Path, target: Path, previous: Path) -> None:
    if target.exists():
        target.rename(previous)
    try:
        fresh.rename(target)
    except OSError:
        if previous.exists():
            previous.rename(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def _contents(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder, by its relative name. Python's bytecode folders are nobody's edit."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.relative_to(folder).parts
    }


def main(arguments: Sequence[str] | None = None, paths: Paths | None = None) -> int:
    """Write or check; the exit status is 1 if that failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description="Generate the client, or check it.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the folder is not up to date")
    options = parser.parse_args(arguments)
    paths = paths or Paths()
    try:
        if not options.check:
            for note in sorted(write(paths, type_errors)):
                print(f"{paths.description}:{note.line}: note: {note.reason}")
            return 0
        differences = check(paths)
    except GenerationError as error:
        print(error, file=sys.stderr)
        return 1
    for difference in differences:
        print(difference, file=sys.stderr)
    if differences:
        print("Run `make generate`, or undo the edit.", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
