"""Copies this package into another repository, and says later what has become of the copy.

    python -m devrev_auth_client.vendor src/host/_vendor/devrev_auth_client             make a copy
    python -m devrev_auth_client.vendor src/host/_vendor/devrev_auth_client --check     is it whole, is it current?
    python -m devrev_auth_client.vendor src/host/_vendor/devrev_auth_client --update    renew it

A copy is the package folder as it is, licence and all, with a stamp: `vendored.json` has the SDK's version, the hash of
the OpenAPI description, and the hash of each file. The folder may have any name that Python can import. The command
runs from an installed SDK, from its source tree, and from a copy, whose own version it then hands on.

How it is made: `_vendoring.source` reads what is copied, `_vendoring.stamp` is the stamp, `_vendoring.report` compares,
`_vendoring.swap` writes a folder that a killed run cannot leave half written.
"""

from __future__ import annotations

import argparse
import keyword
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ._vendoring.report import Changes, Report, Verdict, report
from ._vendoring.source import describe_source, read_source
from ._vendoring.stamp import STAMP, Stamp, VendorError, read_files, read_stamp
from ._vendoring.swap import alone, previous_of, put

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "REQUIREMENTS",
    "REQUIRES_PYTHON",
    "Changes",
    "Report",
    "Stamp",
    "VendorError",
    "Verdict",
    "check",
    "copy",
    "update",
]

# Literals, because a copy has no metadata to ask. A test compares them with pyproject.toml.
REQUIRES_PYTHON = ">=3.11"
REQUIREMENTS = (
    "anyio>=4.16,<5",
    "attrs>=23.2",
    "h11>=0.16,<1",
    "httpcore>=1.0.9,<2",
    "httpx>=0.28,<0.29",
    "sniffio>=1.3,<2",
)

_PACKAGE = Path(__file__).resolve().parent

_EXIT_STATUSES = """\
exit status:
  0  done; with --check: the copy is whole, and the same as the source
  1  refused, or failed; nothing was changed, and the text says what to do
  2  the arguments are wrong
with --check, the first of these that holds:
  3  edited: a file is not what it was when the copy was made
  4  missing: a file of the copy is not there
  5  extra: there is a file that the copy was not made with (__pycache__ does not count)
  6  older than the source, which is the SDK that runs this command
  7  newer than the source
  8  different: of the source's version and other content, or of a version that has no place before or after it
"""


def copy(dest: Path, *, source: Path = _PACKAGE) -> Stamp:
    """Make a new copy, and the folders above it; return its stamp.

    :param dest: a path where nothing is yet; its last part is the name that the host imports.
    :param source: the package folder to copy.
    :raises VendorError: nothing was written.
    :raises OSError: it could not be written; what was written has been taken away.
    """
    target = _target(dest, source)
    files, stamp = read_source(source)
    if target.exists():
        raise VendorError(_exists(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    with alone(target):
        # Asked again: a run that was killed may have left the old copy beside its place, and it is back now.
        if target.exists():
            raise VendorError(_exists(target))
        put(_with_stamp(files, stamp), target)
    return stamp


def check(dest: Path, *, source: Path = _PACKAGE) -> Report:
    """Say what was changed in a copy since it was made, and whether it is older or newer than the source.

    :raises VendorError: there is no vendored copy.
    """
    return _inspect(dest.resolve(), describe_source(source))


def update(dest: Path, *, force: bool = False, source: Path = _PACKAGE) -> Report:
    """Renew a copy, if it is not what the source is; return what it was like before.

    :param force: overwrite edits, and a copy that is newer than the source.
    :raises VendorError: there is no vendored copy, or one that takes `force`; nothing was written.
    :raises OSError: it could not be written; the copy is as it was.
    """
    target = _target(dest, source)
    files, stamp = read_source(source)
    if not target.parent.is_dir():
        raise VendorError(_no_copy(target))
    with alone(target):
        before = _inspect(target, stamp)
        if not force and (before.changes or before.age is Verdict.NEWER):
            raise VendorError(
                f"{target} would lose what is in it and not in the source:\n"
                + "".join(f"    {line}\n" for line in before.lines())
                + "Nothing was written. Put your edits elsewhere, or add --force to give them up."
            )
        if before.verdict is not Verdict.WHOLE:
            put(_with_stamp(files, stamp), target)
    return before


def _inspect(target: Path, source: Stamp) -> Report:
    stamp = read_stamp(target)
    if stamp is None:
        raise VendorError(_no_copy(target))
    return report(target, read_files(target), stamp, source)


def _with_stamp(files: Mapping[str, bytes], stamp: Stamp) -> dict[str, bytes]:
    return {**files, STAMP: stamp.to_json().encode()}


def _target(dest: Path, source: Path) -> Path:
    """Follow links, since renaming would replace them; refuse names and places that no copy can have."""
    target, source = dest.resolve(), source.resolve()
    if not target.name.isidentifier() or keyword.iskeyword(target.name):
        raise VendorError(f"{target.name!r} is no name that Python can import. Give the copy's folder one that is.")
    if target == source or target in source.parents or source in target.parents:
        raise VendorError(
            f"{target} is or holds the SDK that runs this command, or lies inside it. Choose another place, or run "
            "the command of an SDK that is elsewhere, such as an installed one."
        )
    return target


def _exists(target: Path) -> str:
    if target.is_dir() and (target / STAMP).exists():
        return f"{target} is a vendored copy already. Add --update to renew it, --check to look at it."
    return (
        f"{target} exists and is no vendored copy. Nothing was written. Give a path that does not exist yet, such as "
        f"{target / 'devrev_auth_client'}."
    )


def _no_copy(target: Path) -> str:
    if not target.exists() and previous_of(target).is_dir():
        return f"{target} is not there: an update was interrupted. Run it again with --update; the old copy is safe."
    why = f"no {STAMP} in it" if target.is_dir() else "no such folder"
    return f"{target} is no vendored copy: {why}. Make one with neither --check nor --update, where nothing is yet."


def main(arguments: Sequence[str] | None = None, *, source: Path = _PACKAGE) -> int:
    """Run the command; return the exit status.

    Standard output has the requirements, in the form of a requirements file, or what `--check` found; everything else
    goes to standard error.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.force and not options.update:
        parser.error("--force goes with --update alone")
    try:
        if options.check:
            found = check(options.dest, source=source)
            sys.stdout.writelines(f"{line}\n" for line in found.lines())
            return found.verdict
        if options.update:
            before = update(options.dest, force=options.force, source=source)
            done = "is current" if before.verdict is Verdict.WHOLE else f"is now {before.source_version}"
            version = before.source_version
        else:
            version = copy(options.dest, source=source).version
            done = f"is a copy of {version}"
    except VendorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error}\nNothing was changed. Put that right, and run the command again.\n")
        return 1
    sys.stderr.write(f"{options.dest} {done}. It needs Python {REQUIRES_PYTHON} and, in your own dependencies:\n")
    sys.stderr.flush()
    sys.stdout.writelines(f"{line}\n" for line in REQUIREMENTS)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}.vendor",
        description="Copy this SDK into another repository; look after the copy.",
        epilog=_EXIT_STATUSES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dest", type=Path, metavar="DEST", help="the copy's folder, such as src/host/_vendor/devrev")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="write nothing; say whether the copy is whole and current")
    what.add_argument("--update", action="store_true", help="renew the copy; refuses to overwrite edits")
    parser.add_argument("--force", action="store_true", help="with --update: overwrite edits, or a newer copy")
    return parser


if __name__ == "__main__":
    sys.exit(main())
