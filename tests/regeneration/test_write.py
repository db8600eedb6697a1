"""`make generate`: same input, same bytes, and either the old folder or the new one, whole."""

import re
import sys
from pathlib import Path

import pytest

from tests.programs import ROOT, contents, run
from tools.generate import GenerationError, main, write

from .conftest import Workspace


@pytest.mark.slow
def test_two_runs_give_the_same_bytes_whatever_the_hash_seed_and_the_place(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tools.generate import *; write(Paths(target=Path(sys.argv[1])))"
    )
    written = []
    for seed, place in (("1", "one"), ("2", ".venv/build")):  # places that ruff passes over by default
        target = tmp_path / place / "generated"
        target.parent.mkdir(parents=True)
        done = run(sys.executable, "-c", program, str(target), cwd=ROOT, variables={"PYTHONHASHSEED": seed})
        assert done.status == 0, done.err
        written.append(contents(target))
    assert written[0] == written[1]
    assert len(written[0]) > 20


def test_a_stray_file_goes_and_nothing_is_left_beside_the_folder(workspace: Workspace) -> None:
    before = workspace.files()
    (workspace.target / "models" / "token_typo.py").touch()
    (workspace.target / "py.typed").unlink()
    write(workspace)
    assert workspace.files() == before


def test_a_first_run_needs_no_folder(workspace: Workspace) -> None:
    before = workspace.files()
    workspace.target.rename(workspace.package.with_name("moved away"))
    write(workspace)
    assert workspace.files() == before


@pytest.mark.slow
def test_the_command_writes(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    workspace.edit(workspace.description, "        - revoked\n", "        - revoked\n        - forgotten\n")
    assert main([], workspace) == 0
    assert 'FORGOTTEN = "forgotten"' in (workspace.target / "models" / "token_status.py").read_text("utf-8")
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_what_the_facade_uses_and_the_description_no_longer_gives_is_a_failure(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit(workspace.description, "operationId: auth-tokens.get\n", "operationId: auth-tokens.read\n")
    before = workspace.files()
    assert main([], workspace) == 1
    assert workspace.files() == before
    told = capsys.readouterr().err
    assert re.search(r"^devrev_auth_client/_operations\.py:\d+: error: .*\bauth_tokens_get\b", told, re.MULTILINE)
    assert "would not pass mypy --strict" in told


def test_at_every_rename_a_whole_folder_is_there(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.edit(workspace.description, "When the token expires.", "When this token expires.")
    old = contents(workspace.target)
    rename, seen = Path.rename, []

    def watched(path: Path, target: Path) -> Path:
        moved = rename(path, target)
        seen.append([contents(folder) for folder in sorted(workspace.package.glob("*generated*"))])
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
    workspace.edit(workspace.description, 'schemas/auth-token"', 'schemas/auth-tolken"')
    with pytest.raises(GenerationError):
        write(workspace)
    assert workspace.files() == before
    assert [path.name for path in workspace.package.glob("*generated*")] == ["generated"]


def test_without_ruff_nothing_is_written(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.delenv("PATH")
    assert "ruff is not in PATH" in workspace.failure()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("generator-config.yaml", "--select F401,I", "--select NO_SUCH_RULE", "ruff failed"),
        ("generator-config.yaml", "docstrings_on_a", "docstrings_an_a", "the generator has no setting 'docstrings_an_"),
        ("templates/str_enum.py.jinja", "{% endif %}", "", "the generator failed: TemplateSyntaxError"),
        ("dev.txt", "\nopenapi-python-client==", "\nopenapi-python-client==0.", "dev.txt: openapi-python-client "),
        ("dev.txt", "\nruff==", "\nruff==0.", "the pin is 0."),
    ],
)
def test_a_failure(workspace: Workspace, file: str, old: str, new: str, said: str) -> None:
    workspace.edit(workspace.config.parent / file, old, new)
    assert said in workspace.failure()
