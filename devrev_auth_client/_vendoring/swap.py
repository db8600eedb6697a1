"""Writes a folder so that a run killed at any moment leaves the old one or the new one, never a mixture.

The new folder is written beside the old one under a name of its own, forced to disk, and then takes the old one's
place in one step. What a killed run leaves beside it, the next one takes away.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


@contextlib.contextmanager
def alone(target: Path) -> Generator[None]:
    """Hold off other runs beside this one, and clear up after one that was killed.

    The parent folder must exist. Windows has no lock for a folder: there, two runs at once can fail.
    """
    with _locked(target.parent):
        previous = previous_of(target)
        # Killed between the two renames of `_replace`: this is the only whole folder.
        if previous.is_dir() and not os.path.lexists(target):
            previous.rename(target)
        for leftover in (_fresh_of(target), previous):
            shutil.rmtree(leftover, ignore_errors=True)
        yield


def put(files: Mapping[str, bytes], target: Path) -> None:
    """Make the target hold these files, by their paths below it, and nothing else. Call it inside `alone`.

    :raises OSError: the target is as it was.
    """
    fresh = _fresh_of(target)
    try:
        _write(files, fresh)
        if not target.exists():
            fresh.rename(target)
        elif not _exchange(fresh, target):
            _replace(fresh, target)
        _sync(target.parent)
    finally:
        # After an exchange, this is the old folder.
        shutil.rmtree(fresh, ignore_errors=True)


def previous_of(target: Path) -> Path:
    """Name the old folder while it makes room for the new one, where the system cannot exchange them."""
    return target.with_name(f".{target.name}.vendor-previous")


def _fresh_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.vendor-fresh")


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    for parent in {(folder / name).parent for name in files}:
        _sync(parent)


def _sync(folder: Path) -> None:
    """Force a folder's entries to disk, so that a power cut cannot undo a rename. Windows cannot, and need not."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step, at no moment of which a name is free; `False` where the system cannot."""
    library = ctypes.CDLL(None) if os.name == "posix" else None
    names = os.fsencode(one), os.fsencode(other)
    here, exchange = -100, 2  # AT_FDCWD; RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
    calls = {"renameat2": (here, names[0], here, names[1], exchange), "renamex_np": (*names, exchange)}
    for name, arguments in calls.items():
        function = getattr(library, name, None)
        if function is not None and function(*arguments) == 0:
            return True
    return False


def _replace(fresh: Path, target: Path) -> None:
    """Two renames. A run killed between them leaves the name free; the next one puts the old folder back."""
    previous = previous_of(target)
    target.rename(previous)
    try:
        fresh.rename(target)
    except OSError:
        previous.rename(target)
        raise
    shutil.rmtree(previous, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Generator[None]:
    if sys.platform == "win32":  # pragma: no cover
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems have no locks; then two runs at once are the caller's to avoid.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
