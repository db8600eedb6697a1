"""What is copied: the files of a package folder, be it in the source tree, installed, or itself a vendored copy.

All that a copy needs lies inside the folder, the licence and the description's hash too: a folder that was installed
or copied has nothing beside it, and an installed distribution's metadata is not asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .report import compare
from .stamp import Stamp, VendorError, digest, read_files, read_stamp

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = "_version.py"
# It names what the generated folder was made from.
_ORIGIN = "generated/README.md"
_NEEDED = ("LICENSE", _VERSION, _ORIGIN, "vendor.py")


def describe_source(folder: Path) -> Stamp:
    """Give the stamp that a copy of this folder would have; a vendored copy's is its own, edits or not.

    :raises VendorError: the folder is not the whole package.
    """
    return read_stamp(folder) or _describe(folder, _read(folder))


def read_source(folder: Path) -> tuple[dict[str, bytes], Stamp]:
    """Read the files to copy and their stamp; both come from one reading, so that they cannot disagree.

    :raises VendorError: the folder is not the whole package, or is a vendored copy with edits.
    """
    files = _read(folder)
    own = read_stamp(folder)
    if own is None:
        return files, _describe(folder, files)
    changes = compare(files, own)
    if changes:
        # A new stamp would make them pass for the SDK's own files.
        raise VendorError(
            f"{folder}, from which this command runs, is itself a vendored copy, and has edits:\n"
            + "".join(f"    {line}\n" for line in changes.lines())
            + "Renew it first (--update), or run the command of an installed SDK."
        )
    return files, own


def _read(folder: Path) -> dict[str, bytes]:
    # Names that begin with a dot belong to editors, to tools, and to a generation under way.
    files = {name: content for name, content in read_files(folder).items() if "/." not in f"/{name}"}
    missing = [name for name in _NEEDED if name not in files]
    if missing:
        raise VendorError(f"{folder} is not the whole SDK: {', '.join(missing)} missing. Install the SDK again.")
    return files


def _describe(folder: Path, files: dict[str, bytes]) -> Stamp:
    return Stamp(
        version=_find(r'(?m)^__version__ = "([^"]+)"$', folder, files, _VERSION),
        description_sha256=_find(r"\b([0-9a-f]{64})\b", folder, files, _ORIGIN),
        files={name: digest(content) for name, content in files.items()},
    )


def _find(pattern: str, folder: Path, files: dict[str, bytes], name: str) -> str:
    found = set(re.findall(pattern, files[name].decode("utf-8", "replace")))
    if len(found) != 1:
        raise VendorError(
            f"{folder / name} does not say what a stamp needs. Install the SDK again; in its source tree, run "
            "`make generate`."
        )
    return str(found.pop())
