"""`--update` renews a copy, and takes no edit away without `--force`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devrev_auth_client import vendor
from devrev_auth_client._vendoring import swap
from devrev_auth_client.vendor import VendorError, Verdict
from tests.vendoring.sources import contents, least


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The newer version, with a module more and another changed."""
    return least(tmp_path / "newer", "2.0.0", errors="class Renamed(Exception): ...\n", added="")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the older version, which has a module that the newer one does not."""
    copy = tmp_path / "host" / "sdk"
    vendor.copy(copy, source=least(tmp_path / "older", "1.0.0", dropped=""))
    return copy


@pytest.fixture(params=["exchanged", "renamed"])
def either_swap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system can exchange two folders in one step, and where it cannot."""
    if request.param == "renamed":
        monkeypatch.setattr(swap, "_exchange", lambda one, other: False)


@pytest.mark.usefixtures("either_swap")
def test_an_older_copy_becomes_what_a_new_one_would_be(copy: Path, source: Path, tmp_path: Path) -> None:
    assert vendor.update(copy, source=source).verdict is Verdict.OLDER
    vendor.copy(tmp_path / "fresh", source=source)
    assert contents(copy) == contents(tmp_path / "fresh")
    assert vendor.check(copy, source=source).verdict is Verdict.WHOLE
    assert [path.name for path in copy.parent.iterdir()] == ["sdk"]


def test_the_command_says_what_it_did(copy: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The requirements are printed again: a new version may have others."""
    for done in ("is now 2.0.0", "is current"):
        assert vendor.main([str(copy), "--update"], source=source) == 0
        printed = capsys.readouterr()
        assert printed.out.splitlines() == list(vendor.REQUIREMENTS)
        assert f"{copy} {done}." in printed.err


def test_a_current_copy_is_not_touched(copy: Path, source: Path) -> None:
    def marks() -> list[tuple[Path, int, int]]:
        found = [(path, path.stat()) for path in [copy, *sorted(copy.rglob("*"))]]
        return [(path, stat.st_ino, stat.st_mtime_ns) for path, stat in found]

    vendor.update(copy, source=source)
    before = marks()
    assert vendor.update(copy, source=source).verdict is Verdict.WHOLE
    assert marks() == before


@pytest.mark.parametrize("edit", ["edited", "missing", "extra"])
def test_edits_stay_without_force_and_go_with_it(copy: Path, source: Path, edit: str) -> None:
    if edit == "missing":
        (copy / "errors.py").unlink()
    else:
        (copy / ("errors.py" if edit == "edited" else "mine.py")).write_text("mine = 1\n", encoding="utf-8")
    before = contents(copy)
    with pytest.raises(VendorError) as refused:
        vendor.update(copy, source=source)
    name = "mine.py" if edit == "extra" else "errors.py"
    assert f"\n    {edit}: {name}\n    older: the copy is 1.0.0, the source 2.0.0\n" in str(refused.value)
    assert "add --force to give them up" in str(refused.value)
    assert contents(copy) == before

    vendor.update(copy, source=source, force=True)
    assert contents(copy).keys() == contents(source).keys() | {"vendored.json"}
    assert vendor.check(copy, source=source).verdict is Verdict.WHOLE


def test_edits_of_a_current_copy_are_undone_by_force(copy: Path, source: Path) -> None:
    vendor.update(copy, source=source)
    (copy / "errors.py").write_text("", encoding="utf-8")
    with pytest.raises(VendorError):
        vendor.update(copy, source=source)
    vendor.update(copy, source=source, force=True)
    assert vendor.check(copy, source=source).verdict is Verdict.WHOLE


def test_a_newer_copy_goes_back_only_by_force(copy: Path, source: Path, tmp_path: Path) -> None:
    vendor.update(copy, source=source)
    older = tmp_path / "older" / "sdk"
    with pytest.raises(VendorError, match=r"newer: the copy is 2\.0\.0, the source 1\.0\.0"):
        vendor.update(copy, source=older)
    assert vendor.update(copy, source=older, force=True).verdict is Verdict.NEWER
    assert vendor.check(copy, source=older).verdict is Verdict.WHOLE


def test_other_content_of_the_same_version_is_renewed(copy: Path, tmp_path: Path) -> None:
    """As while the SDK itself is being worked on."""
    other = least(tmp_path / "other", "1.0.0")
    assert vendor.update(copy, source=other).verdict is Verdict.DIFFERENT
    assert vendor.check(copy, source=other).verdict is Verdict.WHOLE


def test_a_copy_cannot_renew_itself(copy: Path) -> None:
    with pytest.raises(VendorError, match="run the command of an SDK that is elsewhere"):
        vendor.update(copy, source=copy)


def test_what_is_no_copy_is_refused_and_nothing_is_made(tmp_path: Path, source: Path) -> None:
    with pytest.raises(VendorError, match="is no vendored copy: no such folder"):
        vendor.update(tmp_path / "no" / "where", source=source)
    assert not (tmp_path / "no").exists()


def test_what_cannot_be_exchanged_is_left_to_two_renames(tmp_path: Path) -> None:
    assert swap._exchange(tmp_path / "missing", tmp_path) is False


@pytest.mark.usefixtures("either_swap")
def test_a_failure_to_write_leaves_the_old_copy(
    copy: Path, source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As when the disk is full, at any file and at either rename."""
    before = contents(copy.parent)
    fsync, rename, calls = os.fsync, Path.rename, 0

    def failing_fsync(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError(28, "No space left on device")
        fsync(handle)

    def failing_rename(path: Path, target: Path) -> Path:
        if path.name.endswith("-fresh"):
            raise OSError(28, "No space left on device")
        return rename(path, target)

    for name, failing in (("os.fsync", failing_fsync), ("Path.rename", failing_rename)):
        with monkeypatch.context() as patched:
            patched.setattr(f"{swap.__name__}.{name}", failing)
            if name == "Path.rename":
                patched.setattr(swap, "_exchange", lambda one, other: False)
            assert vendor.main([str(copy), "--update"], source=source) == 1
        assert "No space left on device\nNothing was changed." in capsys.readouterr().err
        assert contents(copy.parent) == before


def test_leftovers_of_a_killed_run_are_cleared_up(copy: Path, source: Path) -> None:
    for name in (".sdk.vendor-fresh", ".sdk.vendor-previous"):
        (copy.parent / name / "generated").mkdir(parents=True)
        (copy.parent / name / "generated" / "half.py").write_text("x", encoding="utf-8")
    vendor.update(copy, source=source)
    assert [path.name for path in copy.parent.iterdir()] == ["sdk"]


def test_a_run_that_was_killed_between_two_renames_is_put_right(
    copy: Path, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only where the system cannot exchange folders is there such a moment."""
    before = contents(copy)
    copy.rename(copy.with_name(".sdk.vendor-previous"))
    assert vendor.main([str(copy), "--check"], source=source) == 1
    assert "an update was interrupted. Run it again with --update; the old copy is safe." in capsys.readouterr().err
    with pytest.raises(VendorError, match="is a vendored copy already"):
        vendor.copy(copy, source=source)
    assert contents(copy) == before
    copy.rename(copy.with_name(".sdk.vendor-previous"))
    assert vendor.update(copy, source=source).version == "1.0.0"
    assert vendor.check(copy, source=source).verdict is Verdict.WHOLE
