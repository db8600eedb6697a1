"""`--check` says whether a copy is whole and current, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.programs import contents
from tests.vendoring.conftest import COPY, Host, sdk


@pytest.fixture
def host(host: Host, old: Path) -> Host:
    return host.vendored(old)


def checked(host: Host, sdk: Path) -> tuple[int, list[str]]:
    before = contents(host.root)
    done = host.vendor(sdk, "--check")
    assert (done.err, contents(host.root)) == ("", before)
    return done.status, done.out.splitlines()


def test_a_whole_copy(host: Host, old: Path) -> None:
    assert checked(host, old) == (0, ["unchanged and current: 1.9.0"])


def test_caches_and_line_ends_are_no_edits(host: Host, old: Path) -> None:
    for name in ("__pycache__/a.pyc", ".ruff_cache/0.1/x", "generated/.mypy_cache/x.json", ".DS_Store"):
        host.write(f"{COPY}/{name}", "x")
    errors = host.copy / "errors.py"
    errors.write_bytes(errors.read_bytes().replace(b"\n", b"\r\n"))
    assert checked(host, old) == (0, ["unchanged and current: 1.9.0"])


def test_every_edit_is_named_and_the_age_as_well(host: Host, old: Path, new: Path) -> None:
    host.write(f"{COPY}/errors.py", "")
    host.write(f"{COPY}/generated/mine.py", "")
    host.write(f"{COPY}/.gitignore", "")
    (host.copy / "LICENSE").unlink()
    edits = ["edited: errors.py", "missing: LICENSE", "added: .gitignore", "added: generated/mine.py"]
    assert checked(host, old) == (3, edits)
    assert checked(host, new) == (3, [*edits, "older: the copy is 1.9.0, the SDK 1.10.0"])


def test_older_newer_and_different(host: Host, old: Path, new: Path, tmp_path: Path) -> None:
    assert checked(host, new) == (4, ["older: the copy is 1.9.0, the SDK 1.10.0"])
    other = sdk(tmp_path / "other", "1.9.0", errors="OTHER = True")
    assert checked(host, other) == (4, ["different: the copy is 1.9.0, the SDK 1.9.0"])
    host.vendored(new, "--update")
    assert checked(host, old) == (4, ["newer: the copy is 1.10.0, the SDK 1.9.0"])


def test_no_copy(host: Host, old: Path) -> None:
    (host.copy / "vendored.json").unlink()
    host.refused(old, "is not a vendored copy", "--check")
    host.git("rm", "-r", "--quiet", "--force", COPY)
    host.refused(old, "is not a vendored copy", "--check")


@pytest.mark.parametrize("damage", ["<<<<<<< ours\n", '{"format": 2}', "[]", "a later format"])
def test_a_stamp_that_cannot_be_read(host: Host, old: Path, damage: str) -> None:
    """What a merge left behind, or a version to come wrote: never taken for a copy without edits."""
    later = json.dumps(host.stamp() | {"format": 3})
    host.write(f"{COPY}/vendored.json", later if damage == "a later format" else damage)
    for arguments in (["--check"], ["--update", "--force"]):
        host.refused(old, "This version cannot read ", *arguments)
