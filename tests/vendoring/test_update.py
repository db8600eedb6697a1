"""`--update` renews a copy, and takes no edit away without `--force`; `--check` says how it differs."""

import json
import re
import sys
from pathlib import Path

import pytest

from devrev_auth_client import vendor
from tests.programs import ROOT, contents
from tests.vendoring.conftest import COPY, Host, sdk


@pytest.fixture
def host(host: Host, old: Path) -> Host:
    return host.vendored(old)


def test_an_update_gives_what_a_new_copy_would_be(host: Host, new: Path, tmp_path: Path) -> None:
    host.vendored(new, "--update")
    assert contents(host.copy) == contents(Host(tmp_path / "another").vendored(new).copy)
    assert host.vendor(new, "--check").status == 0
    assert {path.name for path in host.copy.parent.iterdir()} == {"__init__.py", host.copy.name}


def test_a_module_that_is_gone_upstream_goes(host: Host, tmp_path: Path) -> None:
    newer = sdk(tmp_path / "newer", "2.0.0")
    (newer / "devrev_auth_client" / "retry.py").unlink()
    assert host.vendor(newer, "--update").status == 0
    assert not (host.copy / "retry.py").exists()


def test_a_current_copy_is_not_touched(host: Host, old: Path) -> None:
    before = host.copy.stat().st_ino
    assert host.vendor(old, "--update").status == 0
    assert host.copy.stat().st_ino == before


def test_the_stamp_remembers_what_was_added(host: Host, old: Path, new: Path) -> None:
    host.vendored(old, "--update", "--with=testing")
    assert (host.copy / "pytest_plugin.py").exists()
    assert host.vendor(old, "--check").status == 0
    host.vendored(new, "--update", "--with=cli")
    assert (host.copy / "pytest_plugin.py").exists()
    assert host.stamp()["extras"] == ["cli", "testing"]


@pytest.mark.parametrize("edit", ["edited: errors.py", "missing: errors.py", "added: mine.py"])
def test_edits_go_by_force_alone(host: Host, old: Path, new: Path, edit: str) -> None:
    name = edit.partition(" ")[2]
    if edit.startswith("missing"):
        (host.copy / name).unlink()
    else:
        host.write(f"{COPY}/{name}", "mine = 1\n")
    for source in (old, new):
        host.refused(source, f"    {edit}\n", "--update")
        host.refused(source, "add --force", "--update")
    assert host.vendor(new, "--update", "--force").status == 0
    assert host.vendor(new, "--check").status == 0


def test_a_newer_copy_goes_back_by_force_alone(host: Host, old: Path, new: Path) -> None:
    host.vendored(new, "--update")
    host.refused(old, "newer: the copy is 1.10.0, the SDK 1.9.0", "--update")
    assert host.vendor(old, "--update", "--force").status == 0
    assert host.stamp()["version"] == "1.9.0"


@pytest.mark.parametrize("failing", [1, 2])
def test_a_failure_to_rename_leaves_the_copy_as_it_was(
    host: Host, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    before, rename, calls = contents(host.root), Path.rename, 0

    def rename_or_fail(path: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", rename_or_fail)
    with pytest.raises(PermissionError):
        vendor.update(host.copy, force=True)
    assert contents(host.root) == before


def test_git_alone_keeps_a_local_fix_through_an_update(host: Host, new: Path, tmp_path: Path) -> None:
    fixed = (host.copy / "errors.py").read_text("utf-8").replace('"""', '"""Fixed here. ', 1)
    host.write(f"{COPY}/errors.py", fixed)
    host.commit("Fix what upstream has not fixed yet")
    host.write("acme/own.py", "")
    host.commit("Something else")

    text = (ROOT / "docs" / "how-to" / "vendoring.md").read_text("utf-8")
    (lines,) = re.findall(r"```sh\n(copy=[^`]*)```", text)
    lines = re.sub(r"(?m)^copy=\S+", f"copy={COPY}", lines).replace("python ", f"{sys.executable} ")
    newest = sdk(tmp_path / "newest", "1.11.0")
    for source in (new, newest):  # Twice: after the first, the fix is where the next update finds it.
        done = host.run("sh", "-e", "-c", lines, PYTHONPATH=str(source))
        assert done.status == 0, done.err
    assert (host.copy / "errors.py").read_text("utf-8") == fixed
    assert host.stamp()["version"] == "1.11.0"
    assert host.vendor(newest, "--check")[:2] == (3, "edited: errors.py\n")


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
