"""The command line: `python -m devrev_auth_client.vendor`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import VendorError, check, copy, update
from .stamp import EXTRAS

if TYPE_CHECKING:
    from collections.abc import Sequence

# Literals, because a copy has no metadata to ask. A test compares them with pyproject.toml.
REQUIRES_PYTHON = ">=3.11"
REQUIREMENTS = {
    "": (
        "anyio>=4.16,<5",
        "attrs>=23.2",
        "h11>=0.16,<1",
        "httpcore>=1.0.9,<2",
        "httpx>=0.28,<0.29",
        "sniffio>=1.3,<2",
    ),
    "testing": ("uvicorn>=0.30",),
    "cli": ("rich>=13.9", "typer>=0.26"),
}

_EXIT_CODES = """\
exit codes:
  0  done; with --check: the copy is unchanged and current
  1  failed; nothing was changed, and the message says what to do
  2  wrong arguments
  3  with --check: files of the copy were edited, removed or added (caches are ignored)
  4  with --check: the copy is unchanged, but older, newer or different from this SDK
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code.

    Standard output gets the requirements, as a requirements file, or the result of `--check`. Everything else goes to
    standard error.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.force and not options.update:
        parser.error("--force needs --update")
    if options.check and options.extras:
        parser.error("--check takes no --with: the stamp has it")
    try:
        if options.check:
            report = check(options.dest)
            sys.stdout.writelines(f"{line}\n" for line in report.lines())
            return 3 if report.edits else 0 if report.age == "current" else 4
        if options.update:
            stamp = update(options.dest, options.extras, force=options.force).source
        else:
            stamp = copy(options.dest, options.extras)
    except (VendorError, OSError) as error:
        sys.stderr.write(f"{error}\nNothing was changed.\n")
        return 1
    what = " with ".join((stamp.version, *stamp.extras))
    sys.stderr.write(f"{options.dest} is now a copy of {what}. It needs Python {REQUIRES_PYTHON} and these packages:\n")
    needed = (line for extra in ("", *stamp.extras) for line in REQUIREMENTS.get(extra, ()))
    sys.stdout.writelines(f"{line}\n" for line in needed)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}",
        description="Copy this SDK into another repository. Check or update the copy later.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("dest", type=Path, metavar="DEST", help="the copy's folder, such as src/host/_vendor/devrev")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check", action="store_true", help="change nothing; say whether the copy is unchanged and current"
    )
    what.add_argument("--update", action="store_true", help="update the copy; fails rather than overwrite your edits")
    parser.add_argument("--force", action="store_true", help="with --update: overwrite your edits, or a newer copy")
    more = "copy this in addition to the client; repeat it for more. --update remembers it"
    parser.add_argument("--with", dest="extras", action="append", default=[], choices=EXTRAS, help=more)
    return parser


if __name__ == "__main__":
    sys.exit(main())
