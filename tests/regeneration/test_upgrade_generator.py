"""`make upgrade-generator`, as far as it goes without a registry: what it compares, and what it would edit."""

from importlib.metadata import version
from pathlib import Path

import pytest

from tools.paths import ROOT
from tools.upgrade_generator import folder_changes, main, naming_the_version, repinned, template_changes

from .conftest import contents


def test_the_version_is_named_anew_wherever_it_stands() -> None:
    text = '    "openapi-python-client==0.29.1",\n{# Replaces a.jinja of openapi-python-client 0.29.1.\nWhy: 0.29.1'
    assert repinned(text, "1.0.0rc2") == (
        '    "openapi-python-client==1.0.0rc2",\n{# Replaces a.jinja of openapi-python-client 1.0.0rc2.\nWhy: 0.29.1'
    )


def test_the_files_that_name_it_are_all_found() -> None:
    installed = version("openapi-python-client")
    found = naming_the_version(ROOT)
    assert {path.name for path in found} >= {"pyproject.toml", "README.md", "client.py.jinja"}
    for path in found:
        text = path.read_text("utf-8")
        assert installed in text
        assert installed not in repinned(text, "9.9"), path


def folders(tmp_path: Path, before: dict[str, str], after: dict[str, str]) -> tuple[Path, Path]:
    made = tmp_path / "before", tmp_path / "after"
    for folder, texts in zip(made, (before, after), strict=True):
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    return made


def test_changes_of_the_templates_that_ours_replace(tmp_path: Path) -> None:
    before, after = folders(
        tmp_path, {"a": "one\ntwo\n", "b": "same\n", "c": "old\n", "d": "1"}, {"a": "one\n", "b": "same\n", "d": "2"}
    )
    assert list(template_changes(before, after, ["a", "b", "c"], ("1", "2"))) == [
        "--- a of 1", "+++ a of 2", "@@ -1,2 +1 @@", " one", "-two",
        "b: no change",
        "--- c of 1", "+++ c of 2", "@@ -1 +0,0 @@", "-old",
        "c is gone: ours is no longer read",
    ]  # fmt: skip


def test_changes_of_the_generated_folder(tmp_path: Path) -> None:
    before, after = folders(
        tmp_path, {"m/a.py": "x\n", "b.py": "y\n"}, {"m/a.py": "z\n", "b.py": "y\n", "c.py": "new\n"}
    )
    assert list(folder_changes(before, after)) == [
        "--- a/c.py", "+++ b/c.py", "@@ -0,0 +1 @@", "+new",
        "--- a/m/a.py", "+++ b/m/a.py", "@@ -1 +1 @@", "-x", "+z",
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [[], ["newest"], ["1.0; rm"]])
def test_what_is_no_version_is_refused_before_anything_is_made(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(SystemExit):
        main(arguments)
    assert contents(tmp_path) == {}
