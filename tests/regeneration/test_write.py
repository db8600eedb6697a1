"""`make generate`: same input, same bytes, and either the old folder or the new one, whole."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.generate import GenerationError, Paths, main, write

from .conftest import Workspace, contents

ROOT = Path(__file__).parents[2]


def test_two_runs_give_the_same_bytes_whatever_the_hash_seed_and_the_place(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tools.generate import *; write(Paths(target=Path(sys.argv[1])))"
    )
    written = []
    for seed, place in (("1", "one"), ("2", ".venv/build")):  # places that ruff passes over by default
        target = tmp_path / place / "generated"
        target.parent.mkdir(parents=True)
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", program, str(target)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)  # noqa: S603 - our own command
        written.append(contents(target))
    assert written[0] == written[1]
    assert len(written[0]) > 20


def test_a_stray_file_goes_and_nothing_is_left_beside_the_folder(workspace: Workspace) -> None:
    before = workspace.files()
    (workspace.target / "models" / "token_typo.py").touch()
    (workspace.target / "py.typed").unlink()
    assert main([], workspace) == 0
    assert workspace.files() == before


def test_a_first_run_needs_no_folder(workspace: Workspace) -> None:
    before = workspace.files()
    workspace.target.rename(workspace.target.parent.with_name("moved away"))
    write(workspace)
    assert workspace.files() == before


def test_a_changed_description_changes_the_code(workspace: Workspace) -> None:
    workspace.edit(workspace.description, "        - revoked\n", "        - revoked\n        - forgotten\n")
    write(workspace)
    assert 'FORGOTTEN = "forgotten"' in (workspace.target / "models" / "token_status.py").read_text("utf-8")


def test_at_every_rename_a_whole_folder_is_there(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.edit(workspace.description, "When the token expires.", "When this token expires.")
    old = contents(workspace.target)
    rename, seen = Path.rename, []

    def watched(path: Path, target: Path) -> Path:
        moved = rename(path, target)
        seen.append([contents(folder) for folder in sorted(workspace.target.parent.iterdir())])
        return moved

    monkeypatch.setattr(Path, "rename", watched)
    write(workspace)
    new = contents(workspace.target)
    assert new.keys() == old.keys()
    assert new != old
    # .generated.fresh and .generated.previous, then .generated.previous and generated
    assert seen == [[new, old], [old, new]]


def test_a_swap_that_fails_puts_the_old_folder_back(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = workspace.files()
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name.endswith(".fresh"):
            raise PermissionError("no")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(PermissionError):
        write(workspace)
    assert workspace.files() == before


def test_a_run_that_was_killed_in_mid_swap_is_made_good(workspace: Workspace) -> None:
    before = workspace.files()
    workspace.target.rename(workspace.target.with_name(".generated.previous"))
    (workspace.target.with_name(".generated.fresh") / "models").mkdir(parents=True)
    workspace.edit(workspace.description, 'schemas/AuthToken"', 'schemas/AuthTolken"')
    with pytest.raises(GenerationError):
        write(workspace)
    assert workspace.files() == before
    assert sorted(path.name for path in workspace.target.parent.iterdir()) == ["generated"]


def test_paths_are_those_of_this_repository_by_default() -> None:
    paths = Paths()
    assert paths.target == ROOT / "devrev_auth_client" / "generated"
    assert paths.description == ROOT / "openapi" / "auth-tokens.yaml"
