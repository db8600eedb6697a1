"""The stamp of a vendored copy: `vendored.json` in its folder, which says what the copy was when it was made."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STAMP = "vendored.json"

# Goes up when an older reader would misread a stamp. It stands in the file as `format`.
_FORMAT = 1


class VendorError(Exception):
    """What was asked for cannot be done, and no file was changed. The text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Where a copy comes from and what belongs to it."""

    version: str
    """The SDK's version."""
    description_sha256: str
    """The OpenAPI description's hash, from which `generated` was made."""
    files: Mapping[str, str]
    """The sha256 of each file, by its path below the folder, with slashes. The stamp itself is not listed."""

    def to_json(self) -> str:
        """Give the file's text; the same copy has the same text, whenever and wherever it is made."""
        head = {"format": _FORMAT, "package": "devrev_auth_client"}
        return json.dumps(head | asdict(self), indent=2) + "\n"


def read_stamp(folder: Path) -> Stamp | None:
    """Read a copy's stamp; `None` where the folder has none, and so is no vendored copy.

    :raises VendorError: there is a file of that name, and it is no stamp that this version can read.
    """
    file = folder / STAMP
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        found = None
    stamp = _parse(found)
    if stamp is None:
        raise VendorError(
            f"{file} is no stamp that this version can read. Restore it from your history, use the SDK's newest "
            "version, or move the folder away and make a new copy."
        )
    return stamp


def read_files(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder, by their paths with slashes, sorted; without the stamp and Python's bytecode."""
    return {name: (folder / name).read_bytes() for name in sorted(_names(folder)) if name != STAMP}


def digest(content: bytes) -> str:
    """Give the sha256 in hex, as the stamp has it."""
    return hashlib.sha256(content).hexdigest()


def is_unchanged(content: bytes, expected: str) -> bool:
    """Tell whether a file is what was stamped. Line ends do not count: git writes CRLF on some machines."""
    return expected in (digest(content), digest(content.replace(b"\r\n", b"\n")))


def _names(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files:
            yield (Path(parent) / name).relative_to(folder).as_posix()


def _parse(found: Any) -> Stamp | None:
    try:
        version, description, files = found["version"], found["description_sha256"], found["files"].items()
        if found["format"] != _FORMAT:
            return None
    except (KeyError, TypeError, AttributeError):
        return None
    return Stamp(
        version=str(version),
        description_sha256=str(description),
        files={str(name): str(content) for name, content in files},
    )
