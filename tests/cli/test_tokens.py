"""Where the token comes from: a file, standard input, the environment, a prompt; and never an argument."""

import getpass
import os
import warnings
from pathlib import Path

import pytest

from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import FIRST, SECRET, Invoke, Refused


def test_white_space_around_the_environments_token_does_not_count(invoke: Invoke, fake: FakeDevRev) -> None:
    assert invoke("get", FIRST, DEVREV_TOKEN=f" {SECRET}\n").status == 0
    assert fake.requests[0].token_id == FIRST


def test_a_file_comes_before_the_environment(
    invoke: Invoke, fake: FakeDevRev, pat: IssuedToken, tmp_path: Path
) -> None:
    """Marked as Windows does, standard input, or a pipe as in `--token-file <(vault read ...)`."""
    file = tmp_path / "token"
    file.write_text(f"\ufeff{pat.secret}\r\n", encoding="utf-8")
    reading, writing = os.pipe()
    os.write(writing, pat.secret.encode())
    os.close(writing)
    for path in (str(file), "-", f"/dev/fd/{reading}"):
        assert invoke("get", pat.id, "--token-file", path, input=f"{pat.secret}\n").status == 0
    os.close(reading)
    assert [request.token_id for request in fake.requests] == [pat.id] * 3


def test_none_at_all_says_where_it_may_come_from(refused: Refused) -> None:
    text = refused("get", FIRST, DEVREV_TOKEN=None)
    assert "DEVREV_TOKEN" in text
    assert "--token-file" in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"Bearer " + SECRET.encode(), "begins with 'Bearer'"),
        (f"{SECRET} {SECRET}".encode(), "has white space"),
        (f"{SECRET}\u00fc".encode(), "another character that no token has"),
        (SECRET.encode() + b"\xff", "another character that no token has"),
        (b"x" * 65_537, "too long for a token"),
    ],
    ids=["empty", "blank", "bearer", "two", "accent", "binary", "long"],
)
def test_what_is_no_token_is_refused_without_being_shown(
    refused: Refused, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    from_environment = refused("get", FIRST, DEVREV_TOKEN=content.decode(errors="surrogateescape"))
    assert from_environment.startswith("Error: the environment variable DEVREV_TOKEN ")
    assert said in from_environment
    for path in (str(file), "-"):
        text = refused("get", FIRST, "--token-file", path, input=content)
        assert text.startswith("Error: the file of --token-file ")
        assert said in text


def test_a_file_without_end(refused: Refused) -> None:
    assert "too long for a token" in refused("get", FIRST, "--token-file", "/dev/zero")


def test_a_file_that_cannot_be_read_is_not_named(refused: Refused, tmp_path: Path) -> None:
    """Somebody may have put the token in the place of its path."""
    for path in (SECRET, SECRET * 20, str(tmp_path), f"{tmp_path}/{SECRET}\0"):
        text = refused("get", FIRST, "--token-file", path)
        assert text.startswith("Error: cannot read the file of --token-file: ")


@pytest.mark.usefixtures("_somebody_answers")
def test_a_terminal_that_shows_what_is_typed_is_not_read(refused: Refused) -> None:
    text = refused("get", FIRST, "--token-file", "-", input=SECRET)
    assert "leave the option out for a prompt that hides it" in text


@pytest.mark.usefixtures("_somebody_answers")
@pytest.mark.parametrize("failure", [EOFError(), OSError("no tty"), getpass.GetPassWarning("Can not control echo")])
def test_a_prompt_that_comes_to_nothing_or_would_echo(
    refused: Refused, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Ctrl-D, no terminal after all, and a terminal whose echo cannot be turned off."""

    def fail(*_: object, **__: object) -> str:
        if isinstance(failure, Warning):
            warnings.warn(failure, stacklevel=2)
            return SECRET
        raise failure

    monkeypatch.setattr("getpass.getpass", fail)
    assert "no token was typed, or the prompt could not hide it" in refused("get", FIRST, DEVREV_TOKEN=None)


@pytest.mark.usefixtures("_somebody_answers")
def test_ctrl_c_at_the_prompt(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("getpass.getpass", stop)
    assert invoke("get", FIRST, DEVREV_TOKEN=None) == (130, "", "Stopped.\n")
    assert invoke("revoke", "pat", DEVREV_TOKEN=None) == (130, "", "Not revoked: stopped.\n")
