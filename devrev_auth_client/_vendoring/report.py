"""What has become of a copy: its edits, and its age against a source."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .stamp import is_unchanged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .stamp import Stamp


class Verdict(enum.IntEnum):
    """What `--check` found, and its exit status. Where several hold, it is the first that does."""

    WHOLE = 0
    """As it was made, and the same as the source."""
    EDITED = 3
    """A file has other content than it was made with."""
    MISSING = 4
    """A file that it was made with is not there."""
    EXTRA = 5
    """There is a file that it was not made with."""
    OLDER = 6
    """No edits; the source has a newer version."""
    NEWER = 7
    """No edits; the source has an older version."""
    DIFFERENT = 8
    """No edits; the source has the same version with other content, or the two versions have no order."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What was done to a copy since it was made: paths below its folder, with slashes, sorted. False if nothing."""

    edited: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.edited or self.missing or self.extra)

    def lines(self) -> Iterator[str]:
        """Give a line for each path."""
        for kind in ("edited", "missing", "extra"):
            yield from (f"{kind}: {name}" for name in getattr(self, kind))


@dataclass(frozen=True, kw_only=True)
class Report:
    """What `check` found."""

    folder: Path
    """The copy."""
    version: str
    """The version that it was made from."""
    source_version: str
    """The version that it was compared with."""
    changes: Changes
    age: Verdict
    """`WHOLE` where it was made from what the source is; else `OLDER`, `NEWER` or `DIFFERENT`."""

    @property
    def verdict(self) -> Verdict:
        """The one thing to say: edits come before age."""
        for kind in (Verdict.EDITED, Verdict.MISSING, Verdict.EXTRA):
            if getattr(self.changes, kind.name.lower()):
                return kind
        return self.age

    def lines(self) -> Iterator[str]:
        """Give all there is to say, line by line."""
        yield from self.changes.lines()
        against = f"the copy is {self.version}, the source {self.source_version}"
        if self.age is Verdict.DIFFERENT and self.version == self.source_version:
            against += " with other content"
        if self.verdict is Verdict.WHOLE:
            yield f"whole: {self.version}"
        elif self.age is not Verdict.WHOLE:
            yield f"{self.age.name.lower()}: {against}"


def report(folder: Path, files: Mapping[str, bytes], stamp: Stamp, source: Stamp) -> Report:
    """Compare a copy's files with its stamp, and its stamp with the source's."""
    return Report(
        folder=folder,
        version=stamp.version,
        source_version=source.version,
        changes=compare(files, stamp),
        age=_age(stamp, source),
    )


def compare(files: Mapping[str, bytes], stamp: Stamp) -> Changes:
    """Compare files with what was stamped."""
    both = files.keys() & stamp.files.keys()
    return Changes(
        edited=tuple(sorted(name for name in both if not is_unchanged(files[name], stamp.files[name]))),
        missing=tuple(sorted(stamp.files.keys() - files.keys())),
        extra=tuple(sorted(files.keys() - stamp.files.keys())),
    )


def _age(stamp: Stamp, source: Stamp) -> Verdict:
    if stamp == source:
        return Verdict.WHOLE
    mine, theirs = _order(stamp.version), _order(source.version)
    if mine is None or theirs is None or mine == theirs:
        return Verdict.DIFFERENT
    return Verdict.OLDER if mine < theirs else Verdict.NEWER


def _order(version: str) -> tuple[int, ...] | None:
    """Give what sorts as versions do, 1.2.0.dev1 < 1.2.0a1 < 1.2.0rc1 < 1.2.0; `None` for other forms."""
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(?:\.?(dev|a|b|rc)(\d+))?", version, re.ASCII)
    if found is None:
        return None
    *numbers, stage, serial = found.groups()
    return (*map(int, numbers), ("dev", "a", "b", "rc", None).index(stage), int(serial or 0))
