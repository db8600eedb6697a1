"""Where the token comes from: a file, standard input, the environment, a prompt; and never an argument."""

from __future__ import annotations

import getpass
import os
import warnings
from pathlib import Path

import pytest

from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import FIRST, SECRET, Invoke


def used(fake: FakeDevRev) -> str | None:
    return fake.requests[-1].token_id


def test_white_space_around_the_environments_token_does_not_count(invoke: Invoke, fake: FakeDevRev) -> None:
    assert invoke("get", FIRST, DEVREV_TOKEN=f" {SECRET}\n").status == 0
    assert used(fake) == FIRST


def test_a_file_comes_before_the_environment(
    invoke: Invoke, fake: FakeDevRev, pat: IssuedToken, tmp_path: Path
) -> None:
    """With or without a line break, and with the mark that Windows puts at a file's head."""
    file = tmp_path / "token"
    for content in (pat.secret, f"\ufeff{pat.secret}\r\n"):
        file.write_bytes(content.encode())
        assert invoke("get", pat.id, "--token-file", str(file)).status == 0
        assert used(fake) == pat.id
    assert invoke("get", pat.id, "--token-file", "-", input=f"{pat.secret}\n").status == 0
    assert used(fake) == pat.id


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_a_process_hands_over(invoke: Invoke, fake: FakeDevRev, pat: IssuedToken) -> None:
    """As `--token-file <(vault read ...)` does."""
    reading, writing = os.pipe()
    os.write(writing, pat.secret.encode())
    os.close(writing)
    assert invoke("get", pat.id, "--token-file", f"/dev/fd/{reading}").status == 0
    os.close(reading)
    assert used(fake) == pat.id


def test_none_at_all_says_where_it_may_come_from(invoke: Invoke, fake: FakeDevRev) -> None:
    done = invoke("get", FIRST, DEVREV_TOKEN=None)
    assert (done.status, done.out, fake.requests) == (2, "", [])
    assert "DEVREV_TOKEN" in done.err
    assert "--token-file" in done.err


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
    invoke: Invoke, fake: FakeDevRev, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    for done, origin in (
        (
            invoke("get", FIRST, DEVREV_TOKEN=content.decode(errors="surrogateescape")),
            "the environment variable DEVREV_TOKEN",
        ),
        (invoke("get", FIRST, "--token-file", str(file)), "the file of --token-file"),
        (invoke("get", FIRST, "--token-file", "-", input=content), "the file of --token-file"),
    ):
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith(f"Error: {origin} ")
        assert said in done.err
        assert SECRET not in done.err
    assert fake.requests == []


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no file here that has no end")
def test_a_file_without_end(invoke: Invoke) -> None:
    assert invoke("get", FIRST, "--token-file", "/dev/zero").status == 2


def test_a_file_that_cannot_be_read_is_not_named(invoke: Invoke, tmp_path: Path) -> None:
    """Somebody may have put the token in the place of its path."""
    for path in (SECRET, SECRET * 20, str(tmp_path), f"{tmp_path}/{SECRET}\0"):
        done = invoke("get", FIRST, "--token-file", path)
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("Error: cannot read the file of --token-file: ")
        assert SECRET not in done.err


@pytest.mark.usefixtures("_somebody_answers")
def test_a_terminal_that_shows_what_is_typed_is_not_read(invoke: Invoke) -> None:
    done = invoke("get", FIRST, "--token-file", "-", input=SECRET)
    assert (done.status, done.out) == (2, "")
    assert "leave the option out for a prompt that hides it" in done.err


@pytest.mark.usefixtures("_somebody_answers")
@pytest.mark.parametrize("failure", [EOFError(), OSError("no tty"), getpass.GetPassWarning("Can not control echo")])
def test_a_prompt_that_comes_to_nothing_or_would_echo(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Ctrl-D, no terminal after all, and a terminal whose echo cannot be turned off."""

    def fail(*_: object, **__: object) -> str:
        if isinstance(failure, Warning):
            warnings.warn(failure, stacklevel=2)
            return SECRET
        raise failure

    monkeypatch.setattr("getpass.getpass", fail)
    done = invoke("get", FIRST, DEVREV_TOKEN=None)
    assert (done.status, done.out) == (2, "")
    assert "no token was typed, or the prompt could not hide it" in done.err


@pytest.mark.usefixtures("_somebody_answers")
def test_ctrl_c_at_the_prompt(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("getpass.getpass", stop)
    assert invoke("get", FIRST, DEVREV_TOKEN=None) == (130, "", "Stopped.\n")
    assert invoke("revoke", "pat", DEVREV_TOKEN=None) == (130, "", "Not revoked: stopped.\n")
