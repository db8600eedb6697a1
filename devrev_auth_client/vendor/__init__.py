"""Copies this package into another repository, and checks and updates the copy later.

    python -m devrev_auth_client.vendor src/host/_vendor/devrev_auth_client             make a copy
    python -m devrev_auth_client.vendor src/host/_vendor/devrev_auth_client --check     is it unchanged and current?
    python -m devrev_auth_client.vendor src/host/_vendor/devrev_auth_client --update    update it

A copy has the client alone, under any name that Python can import. `--with testing` and the like add to it. Its stamp,
`vendored.json`, records those, where the copy comes from, and the hash of each file. The module `stamp` reads and
writes stamps; `__main__` is the command line.
"""

from __future__ import annotations

import keyword
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .stamp import PACKAGE, STAMP, Stamp, VendorError, digest, read_files, read_source, read_stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Report", "Stamp", "VendorError", "check", "copy", "update"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The state of a copy: its stamp, the SDK's stamp, and its edits, such as `edited: errors.py`."""

    stamp: Stamp
    source: Stamp
    edits: list[str]

    @property
    def age(self) -> str:
        """The copy's age: current, older, newer, or different if the versions are equal and the files are not."""
        mine, theirs = (_order(stamp.version) for stamp in (self.stamp, self.source))
        if self.stamp.files == self.source.files:
            return "current"
        return "older" if mine < theirs else "newer" if mine > theirs else "different"

    def lines(self) -> list[str]:
        """Return the report, line by line."""
        if self.age == "current":
            return self.edits or [f"unchanged and current: {self.stamp.version}"]
        return [*self.edits, f"{self.age}: the copy is {self.stamp.version}, the SDK {self.source.version}"]


def copy(dest: Path, extras: Iterable[str] = ()) -> Stamp:
    """Make a new copy, and the folders above it; the path's last part is the name that the host imports.

    :raises VendorError: the folder exists, or its name or place cannot be used.
    """
    target = _target(dest)
    files, stamp = read_source({*extras})
    if (target / STAMP).exists():
        raise VendorError(f"{target} is already a vendored copy. Add --update to update it, or --check to check it.")
    if target.exists():
        raise VendorError(f"{target} exists and is not a vendored copy. Give a path that does not exist yet.")
    _put(files, stamp, target)
    return stamp


def check(dest: Path) -> Report:
    """Say what was changed in a copy since it was made, and whether it matches this SDK.

    :raises VendorError: there is no vendored copy.
    """
    target = dest.resolve()
    stamp = read_stamp(target)
    # A copy that has this command can check its own files; what the SDK is now, it cannot know.
    return _compare(target, stamp, stamp if target == PACKAGE else read_source({*stamp.extras})[1])


def update(dest: Path, extras: Iterable[str] = (), *, force: bool = False) -> Report:
    """Update a copy that is not current or has edits, adding extras; return its state before.

    :raises VendorError: there is no vendored copy; or, without `force`, it has edits or is newer than this SDK.
    """
    target = _target(dest)
    stamp = read_stamp(target)
    files, source = read_source({*stamp.extras, *extras})
    before = _compare(target, stamp, source)
    if (before.edits or before.age == "newer") and not force:
        raise VendorError(
            f"The update would overwrite changes in {target}:\n"
            + "".join(f"    {line}\n" for line in before.lines())
            + "Commit your edits, then add --force. Afterwards git can reapply them."
        )
    if before.edits or before.age != "current":
        _put(files, source, target)
    return before


def _target(dest: Path) -> Path:
    """Follow links, since renaming would replace them; refuse names and places that no copy can have."""
    target = dest.resolve()
    if not target.name.isidentifier() or keyword.iskeyword(target.name):
        raise VendorError(f"Python cannot import a package named {target.name!r}. Give the copy's folder another name.")
    if target == PACKAGE or target in PACKAGE.parents or PACKAGE in target.parents:
        raise VendorError(f"{target} overlaps with the SDK that runs this command. Choose another folder.")
    return target


def _compare(target: Path, stamp: Stamp, source: Stamp) -> Report:
    found = {name: digest(content) for name, content in read_files(target).items()}
    edits = [f"edited: {name}" for name in sorted(found) if found[name] != stamp.files.get(name, found[name])]
    edits += [f"missing: {name}" for name in sorted(stamp.files.keys() - found)]
    edits += [f"added: {name}" for name in sorted(found.keys() - stamp.files)]
    return Report(stamp=stamp, source=source, edits=edits)


def _order(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def _put(files: dict[str, bytes], stamp: Stamp, target: Path) -> None:
    """Write the folder beside its place, then rename twice: a failure leaves the old one as it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as beside:
        new, old = Path(beside, "new"), Path(beside, "old")
        for name, content in {**files, STAMP: stamp.to_json()}.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
