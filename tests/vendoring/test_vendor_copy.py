"""`python -m devrev_auth_client.vendor DEST` makes a copy, or refuses and leaves everything as it was."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from devrev_auth_client import vendor
from devrev_auth_client.vendor import VendorError
from tests.vendoring.sources import DESCRIPTION_SHA256, PACKAGE, contents, least

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_a_copy_is_the_package_as_it_is_and_a_stamp(tmp_path: Path) -> None:
    copy = tmp_path / "host" / "_vendor" / "sdk"
    vendor.copy(copy)
    copied = contents(copy)
    stamp = json.loads(copied.pop("vendored.json"))
    assert copied == {name: content for name, content in contents(PACKAGE).items() if "/." not in f"/{name}"}
    assert {"LICENSE", "py.typed", "generated/py.typed", "testing/__init__.py", "vendor.py"} <= copied.keys()
    assert stamp["version"] == PACKAGE.joinpath("_version.py").read_text("utf-8").split('"')[-2]
    description = (ROOT / "openapi" / "auth-tokens.yaml").read_bytes()
    assert stamp["description_sha256"] == hashlib.sha256(description).hexdigest()
    assert stamp["files"] == {name: hashlib.sha256(content).hexdigest() for name, content in copied.items()}


def test_nothing_else_stays_in_the_host(tmp_path: Path) -> None:
    vendor.copy(tmp_path / "host" / "sdk", source=least(tmp_path / "source"))
    assert [path.name for path in (tmp_path / "host").iterdir()] == ["sdk"]


def test_the_same_copy_is_the_same_bytes(tmp_path: Path) -> None:
    source = least(tmp_path / "source")
    vendor.copy(tmp_path / "one", source=source)
    vendor.copy(tmp_path / "other", source=source)
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_bytecode_and_hidden_files_are_not_copied(tmp_path: Path) -> None:
    source = least(tmp_path / "source")
    expected = contents(source).keys() | {"vendored.json"}
    for name in ("__pycache__/errors.pyc", ".generated.fresh/client.py", "generated/.ruff_cache/x", ".DS_Store"):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text("x", encoding="utf-8")
    vendor.copy(tmp_path / "copy", source=source)
    assert {path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*.*")} | {
        "LICENSE"
    } == expected


def test_a_copy_of_a_copy_has_the_same_stamp(tmp_path: Path) -> None:
    """Also where git turned the first one's line ends into CRLF."""
    one, other = tmp_path / "one", tmp_path / "other"
    vendor.copy(one, source=least(tmp_path / "source"))
    errors = one / "errors.py"
    errors.write_bytes(errors.read_bytes().replace(b"\n", b"\r\n"))
    vendor.copy(other, source=one)
    assert contents(other) == contents(one)
    assert vendor.check(other, source=one).verdict is vendor.Verdict.WHOLE


def test_the_requirements_are_printed_as_a_requirements_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vendor.main([str(tmp_path / "copy")], source=least(tmp_path / "source")) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == PROJECT["dependencies"]
    assert f"is a copy of 1.0.0. It needs Python {PROJECT['requires-python']} and" in printed.err


def test_the_requirements_are_those_of_the_project() -> None:
    assert list(vendor.REQUIREMENTS) == PROJECT["dependencies"]
    assert PROJECT["requires-python"] == vendor.REQUIRES_PYTHON


def test_the_licence_in_the_package_is_the_repositorys() -> None:
    assert (PACKAGE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_help_names_every_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        vendor.main(["--help"])
    assert exited.value.code == 0
    printed = capsys.readouterr().out
    for verdict in vendor.Verdict:
        assert f"  {verdict.value}  {verdict.name.lower().replace('whole', 'done')}" in printed


@pytest.mark.parametrize("arguments", [["--force"], ["--check", "--force"], ["--check", "--update"]])
def test_options_that_do_not_go_together_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exited:
        vendor.main([str(tmp_path / "copy"), *arguments])
    assert exited.value.code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["my-sdk", "2fast", "class", "a.b"])
def test_a_name_that_python_cannot_import_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(VendorError, match="no name that Python can import"):
        vendor.copy(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_what_exists_and_is_no_copy_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file, an empty folder, a folder of somebody's own; each unchanged."""
    source = least(tmp_path / "source")
    host = tmp_path / "host"
    (host / "empty").mkdir(parents=True)
    (host / "own").mkdir()
    (host / "own" / "code.py").write_text("x = 1\n", encoding="utf-8")
    (host / "file").write_text("x", encoding="utf-8")
    before = contents(host)
    for name in ("empty", "own", "file"):
        assert vendor.main([str(host / name)], source=source) == 1
        assert f"{host / name} exists and is no vendored copy. Nothing was written." in capsys.readouterr().err
        assert vendor.main([str(host / name), "--update", "--force"], source=source) == 1
        assert f"{host / name} is no vendored copy" in capsys.readouterr().err
    assert contents(host) == before
    assert sorted(path.name for path in host.iterdir()) == ["empty", "file", "own"]


def test_a_copy_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    source = least(tmp_path / "source")
    vendor.copy(tmp_path / "copy", source=source)
    with pytest.raises(VendorError, match=r"is a vendored copy already. Add --update"):
        vendor.copy(tmp_path / "copy", source=source)


def test_the_source_itself_is_no_place_for_a_copy(tmp_path: Path) -> None:
    source = least(tmp_path / "source")
    before = contents(tmp_path)
    for dest in (source, source / "copy", source / "generated" / "copy", source.parent):
        with pytest.raises(VendorError, match="Choose another place"):
            vendor.copy(dest, source=source)
    assert contents(tmp_path) == before


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    vendor.copy(tmp_path / "link" / "sdk", source=least(tmp_path / "source"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "sdk" / "vendored.json").is_file()


def test_a_source_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    source = least(tmp_path / "source")
    (source / "LICENSE").unlink()
    (source / "_version.py").unlink()
    with pytest.raises(VendorError, match=r"is not the whole SDK: LICENSE, _version.py missing"):
        vendor.copy(tmp_path / "host" / "copy", source=source)
    assert not (tmp_path / "host").exists()


def test_a_source_without_the_descriptions_hash_is_refused(tmp_path: Path) -> None:
    source = least(tmp_path / "source")
    (source / "generated" / "README.md").write_text(f"Of {DESCRIPTION_SHA256[:-1]}.\n", encoding="utf-8")
    with pytest.raises(VendorError, match=r"README.md does not say what a stamp needs"):
        vendor.copy(tmp_path / "copy", source=source)


def test_an_edited_copy_is_no_source(tmp_path: Path) -> None:
    """A new stamp would make the edits pass for the SDK's own code."""
    one = tmp_path / "one"
    vendor.copy(one, source=least(tmp_path / "source"))
    (one / "errors.py").write_text("", encoding="utf-8")
    (one / "mine.py").write_text("", encoding="utf-8")
    with pytest.raises(VendorError, match=r"has edits:\n    edited: errors.py\n    extra: mine.py\n"):
        vendor.copy(tmp_path / "other", source=one)
    assert not (tmp_path / "other").exists()


def test_a_failure_to_write_is_said_and_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert vendor.main([str(tmp_path / "file" / "copy")], source=least(tmp_path / "source")) == 1
    assert "Nothing was changed. Put that right, and run the command again." in capsys.readouterr().err
    assert (tmp_path / "file").read_bytes() == b""
