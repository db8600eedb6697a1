"""What the last release listed: a file that each release leaves behind, or the source at its tag.

The file is enough where git has no tags (a shallow clone, an unpacked sdist). A tag that is newer than the file means
that a release forgot to record; then the tag counts, and `make check-version` asks for the record.
"""

import io
import re
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from .listing import listing

_RECORD = "released-api.txt"
_TAG = re.compile(r"v\d+\.\d+\.\d+")
_HEAD = """\
# The public API of {package} {version}, as released. Written by `make record-release`, read by `make check-version`;
# nobody edits it. tools/public_api/listing.py says how to read it.
"""
_VERSION = re.compile(r"# The public API of \S+ (\S+), as released\.")


@dataclass(frozen=True)
class Release:
    """A released version and its listing."""

    version: Version
    api: str


def recorded(root: Path) -> Release | None:
    """Return the release that the repository's own file tells, or None before the first."""
    file = root / "tools" / _RECORD
    if not file.is_file():
        return None
    text = file.read_text(encoding="utf-8")
    told = _VERSION.match(text)
    if told is None:
        raise ValueError(f"{file}:1: does not say which version it lists; write it again with `make record-release`")
    return Release(Version(told[1]), text)


def tagged(root: Path) -> Version | None:
    """Return the newest release tag that leads to this commit, or None where there is none or no git."""
    names = _git(root, "tag", "--list", "v*", "--merged", "HEAD")
    versions = [Version(name) for name in names.decode().split() if _TAG.fullmatch(name)]
    return max(versions, default=None)


def last(root: Path, package: str) -> Release | None:
    """Return the newest release that the repository knows of, or None before the first."""
    record, tag = recorded(root), tagged(root)
    if tag is None or (record is not None and record.version >= tag):
        return record
    return at_tag(root, package, tag)


def at_tag(root: Path, package: str, version: Version) -> Release:
    """Return the release whose source stands at the tag `v<version>`."""
    archive = _git(root, "archive", "--format=tar", f"v{version}", package)
    if not archive:
        raise ValueError(f"git has no tag v{version} with a folder {package}; fetch the tags and try again")
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        return Release(version, listing(Path(folder) / package))


def record(root: Path, package: str, release: Release) -> Path:
    """Write the file that tells a release, and return its path."""
    file = root / "tools" / _RECORD
    file.write_text(_HEAD.format(package=package, version=release.version) + release.api, encoding="utf-8")
    return file


def _git(root: Path, *arguments: str) -> bytes:
    """Return what git prints, and nothing where there is no git or no such thing."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        return b""
    return done.stdout if done.returncode == 0 else b""
