"""`make check-generated`: the folder is, byte for byte, what the description gives."""

import pytest

from tools.generate import check, main

from .conftest import Workspace


def test_the_folder_of_this_repository_is_what_the_description_gives_and_bytecode_is_nobodys_edit(
    workspace: Workspace,
) -> None:
    (workspace.target / "models" / "__pycache__").mkdir()
    (workspace.target / "models" / "__pycache__" / "error.cpython-311.pyc").write_bytes(b"bytecode")
    before = workspace.files()
    assert main(["--check"], workspace) == 0
    assert workspace.files() == before


def test_an_edited_byte_a_stray_file_and_a_missing_file_are_named(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    target = workspace.target
    edited, missing = target / "models" / "auth_token.py", target / "py.typed"
    strays = [target / "api" / "notes.txt", target / "models" / ".hidden", target / "models" / "token_typo.py"]
    edited.write_bytes(edited.read_bytes() + b"\n")
    missing.unlink()
    for stray in strays:
        stray.touch()
    before = workspace.files()

    assert main(["--check"], workspace) == 1

    printed = capsys.readouterr()
    assert printed.out == ""
    assert sorted(printed.err.splitlines()) == sorted(
        [
            "Run `make generate`, or undo the edit.",
            f"differs: {edited}",
            f"missing: {missing}",
            *(f"stray: {stray}" for stray in strays),
        ]
    )
    assert workspace.files() == before


def test_an_edit_of_the_description_or_of_a_template_is_noticed(workspace: Workspace) -> None:
    workspace.edit(workspace.description, "        - revoked\n", "        - revoked\n        - forgotten\n")
    workspace.edit(workspace.templates / "client.py.jinja", "DEFAULT_TIMEOUT = 30.0", "DEFAULT_TIMEOUT = 31.0")
    expected = ["README.md", "client.py", "models/token_status.py"]  # the first has the description's hash
    assert check(workspace) == [f"differs: {workspace.target / name}" for name in expected]


def test_a_description_that_gives_nothing_fails_the_check(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit(workspace.description, 'schemas/auth-token"', 'schemas/auth-tolken"')
    assert main(["--check"], workspace) == 1
    assert "auth-tolken" in capsys.readouterr().err
