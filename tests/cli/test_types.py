"""`devrev-auth types`, and the same words for the shell's completion."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import zipapp
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import devrev_auth_client
from devrev_auth_client import TokenType, token_types
from devrev_auth_client._cli import words
from devrev_auth_client._cli.arguments import complete_token_type
from tests.cli.conftest import Invoke
from tests.cli.shell import SCRIPT, environment_of


def test_each_type_is_listed_with_its_urn_and_what_it_is(invoke: Invoke) -> None:
    done = invoke("types", DEVREV_TOKEN=None)
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert len(lines) == 2 * len(TokenType) == 34
    listed = [(*head.split(), meaning.strip()) for head, meaning in zip(lines[::2], lines[1::2], strict=True)]
    expected = {member: words.meanings()[member] for member in TokenType}
    assert listed == [(words.option_name(member), str(member), said) for member, said in expected.items()]


def test_the_words_are_the_docstrings_of_the_members() -> None:
    """Their one home; here they are looked for in the text."""
    source = inspect.getsource(token_types)
    said = words.meanings()
    assert list(said) == list(TokenType)
    for member, text in said.items():
        assert f'{member.name} = "{member}"\n    """{text}"""\n' in source
    (*_, last) = ast.parse(source).body
    assert isinstance(last, ast.ClassDef)
    assert ast.get_docstring(last) not in {*said.values()}


def test_without_a_source_the_names_are_still_there(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a frozen program."""

    def no_source(_: object) -> str:
        raise OSError("could not get source code")

    monkeypatch.setattr("inspect.getsource", no_source)
    lines = invoke("types").out.splitlines()
    assert [line.split() for line in lines] == [[words.option_name(member), str(member)] for member in TokenType]


def test_the_words_are_there_in_a_zip_file(tmp_path: Path) -> None:
    """As in a zipapp, whose modules are no files."""
    folder = Path(devrev_auth_client.__file__).parent
    copytree(folder, tmp_path / "app" / "acme_tokens", ignore=ignore_patterns("__pycache__"))
    program = "import acme_tokens\nassert '.pyz' in acme_tokens.__file__\nfrom acme_tokens.cli import main\nmain()\n"
    (tmp_path / "app" / "__main__.py").write_text(program, "utf-8")
    zipapp.create_archive(tmp_path / "app", tmp_path / "app.pyz")
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, str(tmp_path / "app.pyz"), "types"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Personal access token" in done.stdout


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("pa", ["pat", "pat-act-as"]),
        ("PAT_", ["PAT_act-as"]),
        ("session-", ["session-dev0", "session-onetime", "session-rev-act-as"]),
        ("x", []),
        ("pat-act-as", ["pat-act-as"]),
    ],
)
def test_a_half_typed_type_is_completed(typed: str, completed: list[str]) -> None:
    assert [name for name, _ in complete_token_type(typed)] == completed


def test_nothing_typed_gives_all_with_what_they_are() -> None:
    completed = dict(complete_token_type(""))
    assert len(completed) == 17
    assert completed["pat"] == words.meanings()[TokenType.PAT]


def test_the_shell_gets_the_completion() -> None:
    """From the real script, as zsh asks it."""
    asked = {"_DEVREV_AUTH_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "devrev-auth revoke pat"}
    done = subprocess.run(  # noqa: S603  # our own script
        [SCRIPT], capture_output=True, text=True, timeout=60, check=False, env=environment_of(asked)
    )
    assert done.stderr == ""
    assert '"pat"' in done.stdout
    assert '"pat-act-as"' in done.stdout
    assert "Personal access token" in done.stdout
