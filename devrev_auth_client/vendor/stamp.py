"""The files of a copy, and its stamp `vendored.json`: what the copy was when it was made."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from .._version import __version__

PACKAGE = Path(__file__).resolve().parents[1]
STAMP = "vendored.json"

# What a copy has only where `--with` asks for it: files and folders of the package.
EXTRAS: dict[str, tuple[str, ...]] = {
    "testing": ("testing", "pytest_plugin.py"),
    "cli": ("cli",),
    "vendor": ("vendor",),
}

# ruff and git read a file in each folder. For other tools the host's own configuration has to leave the copy out.
FOR_TOOLS = {
    "ruff.toml": b"""\
# Vendored code: no rule applies, nothing is rewritten.
exclude = ["*"]
lint.select = []
# No build puts that folder into a wheel, as some do .ruff_cache.
cache-dir = "__pycache__"
""",
    ".gitattributes": b"""\
# Vendored code: the bytes stay as they are.
* -text -whitespace linguist-vendored
""",
}


class VendorError(Exception):
    """The command failed, and no file was changed. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Where a copy comes from and what belongs to it.

    `commit` is that of a checkout without uncommitted changes, `generator` the version of openapi-python-client,
    `description_sha256` the hash of the OpenAPI description, `extras` what `--with` added. `files` has the sha256 of
    each file by its path below the folder, with slashes; the stamp itself is not listed.
    """

    format: int = 2  # Goes up when an older reader would misread a stamp.
    package: str = "devrev_auth_client"
    version: str
    commit: str | None
    generator: str | None
    description_sha256: str | None
    extras: tuple[str, ...]
    files: dict[str, str]

    def to_json(self) -> bytes:
        """Give the file's content."""
        return (json.dumps(asdict(self), indent=2) + "\n").encode()


def read_stamp(folder: Path) -> Stamp:
    """Read a copy's stamp.

    :raises VendorError: the folder has none, and so is no vendored copy, or none that this version can read.
    """
    file = folder / STAMP
    if not file.exists():
        raise VendorError(f"{folder} is not a vendored copy: it has no {file.name}. --check and --update need a copy.")
    try:
        stamp = Stamp(**json.loads(file.read_text(encoding="utf-8")))
        if stamp.format == Stamp.format:
            return replace(stamp, extras=tuple(stamp.extras), files=dict(stamp.files))
    except (ValueError, TypeError):
        pass
    raise VendorError(
        f"This version cannot read {file}. Restore the file from your history, use the SDK's newest version, or delete "
        "the folder and make a new copy."
    )


def read_source(extras: set[str]) -> tuple[dict[str, bytes], Stamp]:
    """Read what a copy of this package holds, and make its stamp.

    :raises VendorError: this package is itself a vendored copy, or lacks one of the extras.
    """
    if (PACKAGE / STAMP).exists():
        # A new stamp would make edits of this copy pass for the SDK's own files.
        raise VendorError(f"{PACKAGE} is a vendored copy, which can only check itself. Run the command of the SDK.")
    files = read_files(PACKAGE)
    there = {name.partition("/")[0] for name in files}
    for extra in extras:
        if there.isdisjoint(EXTRAS.get(extra, ())):
            raise VendorError(f"This SDK has no {extra!r} to copy. Install its newest version.")
    left_out = {part for extra, parts in EXTRAS.items() if extra not in extras for part in parts}
    files = {name: content for name, content in files.items() if name.partition("/")[0] not in left_out} | FOR_TOOLS
    # The generator's own note says what `generated` was made with.
    origin = files["generated/README.md"].decode()
    generator = re.search(r"openapi-python-client\W+([\d.]*\d)", origin)
    description = re.search(r"\b[0-9a-f]{64}\b", origin)
    return files, Stamp(
        version=__version__,
        commit=_commit(),
        generator=generator and generator[1],
        description_sha256=description and description[0],
        extras=tuple(sorted(extras)),
        files={name: digest(content) for name, content in sorted(files.items())},
    )


def read_files(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder, by their paths with slashes; without the stamp and what tools leave behind."""
    found: dict[str, bytes] = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith(".")]
        for path in (Path(parent, name) for name in names if name not in {STAMP, ".DS_Store"}):
            found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def digest(content: bytes) -> str:
    """Give the sha256 in hex. Line ends do not count: git writes CRLF on some machines."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _commit() -> str | None:
    root = PACKAGE.parent
    # A checkout of the SDK, not of a host that has the package at its top.
    if not (root / ".git").exists() or not (root / "openapi").is_dir():
        return None
    # In a hook of the host's, git's variables name the host's repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "status", "--porcelain=v2", "--branch", "--", PACKAGE.name]
    try:
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)  # noqa: S603  # our own command
    except (OSError, subprocess.CalledProcessError):
        return None
    # After the head come lines for what is not committed.
    found = re.match(r"# branch\.oid ([0-9a-f]+)\n(?:# .*\n)*\Z", done.stdout)
    return found and found[1]
