"""`--check` says what became of a copy, each verdict with an exit status of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.version import Version

from devrev_auth_client import vendor
from devrev_auth_client._vendoring.report import _order
from devrev_auth_client.vendor import Verdict
from tests.vendoring.sources import contents, least


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return least(tmp_path / "source", "1.2.0")


@pytest.fixture
def copy(tmp_path: Path, source: Path) -> Path:
    vendor.copy(tmp_path / "copy", source=source)
    return tmp_path / "copy"


def checked(copy: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit status and output of `--check`, which must not have changed a thing."""
    before = contents(copy)
    capsys.readouterr()
    status = vendor.main([str(copy), "--check"], source=source)
    assert contents(copy) == before
    printed = capsys.readouterr()
    assert printed.err == ""
    return status, printed.out


def test_whole(copy: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(copy, source, capsys) == (0, "whole: 1.2.0\n")


def test_bytecode_and_line_ends_are_no_edits(copy: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "generated" / "__pycache__").mkdir()
    (copy / "generated" / "__pycache__" / "client.pyc").write_bytes(b"x")
    errors = copy / "errors.py"
    errors.write_bytes(errors.read_bytes().replace(b"\n", b"\r\n"))
    assert checked(copy, source, capsys) == (0, "whole: 1.2.0\n")


def test_edited(copy: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("errors.py", "generated/py.typed"):
        (copy / name).write_text("# mine\n", encoding="utf-8")
    assert checked(copy, source, capsys) == (3, "edited: errors.py\nedited: generated/py.typed\n")


def test_missing(copy: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "errors.py").unlink()
    assert checked(copy, source, capsys) == (4, "missing: errors.py\n")


def test_extra(copy: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "generated" / "mine.py").write_text("", encoding="utf-8")
    (copy / ".gitignore").write_text("", encoding="utf-8")
    assert checked(copy, source, capsys) == (5, "extra: .gitignore\nextra: generated/mine.py\n")


def test_older(copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = least(tmp_path / "newer", "1.10.0")
    assert checked(copy, newer, capsys) == (6, "older: the copy is 1.2.0, the source 1.10.0\n")


def test_newer(copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older = least(tmp_path / "older", "1.1.9")
    assert checked(copy, older, capsys) == (7, "newer: the copy is 1.2.0, the source 1.1.9\n")


def test_other_content_of_the_same_version(copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = least(tmp_path / "other", "1.2.0", errors="class OtherError(Exception):\n    pass\n")
    expected = "different: the copy is 1.2.0, the source 1.2.0 with other content\n"
    assert checked(copy, other, capsys) == (8, expected)


def test_versions_without_an_order(copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = least(tmp_path / "other", "1.2.0+acme")
    assert checked(copy, other, capsys) == (8, "different: the copy is 1.2.0, the source 1.2.0+acme\n")


def test_everything_is_said_and_edits_come_first(
    copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "errors.py").write_text("", encoding="utf-8")
    (copy / "LICENSE").unlink()
    (copy / "mine.py").write_text("", encoding="utf-8")
    status, printed = checked(copy, least(tmp_path / "newer", "2.0.0"), capsys)
    assert status == 3
    assert printed.splitlines() == [
        "edited: errors.py",
        "missing: LICENSE",
        "extra: mine.py",
        "older: the copy is 1.2.0, the source 2.0.0",
    ]


def test_a_copy_checks_itself(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command as it is run from the copy: source and copy are one folder."""
    assert checked(copy, copy, capsys) == (0, "whole: 1.2.0\n")
    (copy / "errors.py").write_text("", encoding="utf-8")
    assert checked(copy, copy, capsys) == (3, "edited: errors.py\n")


def test_the_verdict_is_the_exit_status_of_the_process(copy: Path) -> None:
    (copy / "errors.py").unlink()
    command = [sys.executable, "-m", "devrev_auth_client.vendor", str(copy), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout.splitlines()[0]) == (4, "missing: errors.py")


@pytest.mark.parametrize("what", ["nothing", "a file", "a folder"])
def test_no_copy(tmp_path: Path, source: Path, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    dest = tmp_path / "dest"
    if what == "a file":
        dest.write_text("", encoding="utf-8")
    elif what == "a folder":
        dest.mkdir()
    assert vendor.main([str(dest), "--check"], source=source) == 1
    why = "no vendored.json in it" if what == "a folder" else "no such folder"
    assert f"{dest} is no vendored copy: {why}. Make one" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"format": 2, "version": "1", "description_sha256": "", "files": {}}',
        '{"format": 1, "version": "1", "description_sha256": "", "files": []}',
        '{"format": 1, "version": "1", "files": {}}',
    ],
)
def test_a_stamp_that_cannot_be_read(copy: Path, source: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "vendored.json").write_text(text, encoding="utf-8")
    before = contents(copy)
    for arguments in ([], ["--check"], ["--update"], ["--update", "--force"]):
        assert vendor.main([str(copy), *arguments], source=source) == 1
        expected = "is no stamp that this version can read" if arguments else "Add --update to renew it"
        assert expected in capsys.readouterr().err
    assert contents(copy) == before


def test_the_report_says_the_same_to_programs(copy: Path, tmp_path: Path) -> None:
    (copy / "errors.py").write_text("", encoding="utf-8")
    report = vendor.check(copy, source=least(tmp_path / "newer", "2.0.0"))
    assert (report.verdict, report.age, report.changes) == (
        Verdict.EDITED,
        Verdict.OLDER,
        vendor.Changes(edited=("errors.py",)),
    )
    assert (report.folder, report.version, report.source_version) == (copy, "1.2.0", "2.0.0")


def test_the_stamp_reads_as_plain_json(copy: Path) -> None:
    stamp = json.loads((copy / "vendored.json").read_text("utf-8"))
    assert list(stamp) == ["format", "package", "version", "description_sha256", "files"]
    assert (stamp["format"], stamp["package"], stamp["version"]) == (1, "devrev_auth_client", "1.2.0")


def test_versions_sort_as_pip_sorts_them() -> None:
    ordered = ["0.9.0", "1.0.0.dev1", "1.0.0.dev2", "1.0.0a1", "1.0.0b1", "1.0.0b10", "1.0.0rc1", "1.0.0", "1.10.0"]
    keys = [_order(version) or () for version in ordered]
    assert keys == sorted(keys)
    assert ordered == sorted(ordered, key=Version)
    assert [_order(version) for version in ("1.0", "1.0.0+local", "v1.0.0", "१.0.0", "1.0.0.post1")] == [None] * 5
