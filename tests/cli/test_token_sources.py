"""Where the token comes from: a file, standard input, the environment; and never an argument."""

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


def test_the_environment(invoke: Invoke, fake: FakeDevRev, pat: IssuedToken) -> None:
    assert invoke("get", FIRST, DEVREV_TOKEN=f" {SECRET}\n").status == 0
    assert used(fake) == FIRST


def test_a_file_comes_before_the_environment(
    invoke: Invoke, fake: FakeDevRev, pat: IssuedToken, tmp_path: Path
) -> None:
    """With or without a line break, and with the mark that Windows puts at a file's head."""
    file = tmp_path / "token"
    for content in (pat.secret, f"{pat.secret}\n", f"\ufeff{pat.secret}\r\n"):
        file.write_bytes(content.encode())
        assert invoke("get", pat.id, "--token-file", str(file)).status == 0
        assert used(fake) == pat.id


def test_standard_input(invoke: Invoke, fake: FakeDevRev, pat: IssuedToken) -> None:
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
    assert (done.status, done.out) == (2, "")
    assert "DEVREV_TOKEN" in done.err
    assert "--token-file" in done.err
    assert fake.requests == []


@pytest.mark.parametrize("content", ["", " \n", f"Bearer {SECRET}", f"{SECRET} {SECRET}", f"{SECRET}\u00fc"])
def test_what_is_no_token_is_refused_without_being_shown(
    invoke: Invoke, fake: FakeDevRev, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "token"
    file.write_text(content, "utf-8")
    for done, origin in (
        (invoke("get", FIRST, DEVREV_TOKEN=content), "the environment variable DEVREV_TOKEN"),
        (invoke("get", FIRST, "--token-file", str(file)), "what --token-file names"),
        (invoke("get", FIRST, "--token-file", "-", input=content), "what --token-file names"),
    ):
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith(f"Error: {origin} ")
        assert SECRET not in done.err
    assert fake.requests == []


def test_a_file_that_is_no_text_or_has_no_end(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(SECRET.encode() + b"\xff")
    done = invoke("get", FIRST, "--token-file", str(file))
    assert (done.status, done.out) == (2, "")
    assert "no UTF-8 text" in done.err
    assert SECRET not in done.err
    if Path("/dev/zero").exists():
        done = invoke("get", FIRST, "--token-file", "/dev/zero")
        assert (done.status, done.out) == (2, "")
        assert "longer than any token" in done.err


def test_a_file_that_cannot_be_read_is_not_named(invoke: Invoke, tmp_path: Path) -> None:
    """Somebody may have put the token in the place of its path."""
    for path in (SECRET, SECRET * 20, str(tmp_path), str(tmp_path / SECRET)):
        done = invoke("get", FIRST, "--token-file", path)
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("Error: the file of --token-file cannot be read: ")
        assert SECRET not in done.err


def test_a_terminal_that_shows_what_is_typed_is_not_read(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devrev_auth_client._cli.token_in_hand.stdin_is_terminal", lambda: True)
    done = invoke("get", FIRST, "--token-file", "-", input=SECRET)
    assert (done.status, done.out) == (2, "")
    assert "leave the option out to be asked without echo" in done.err


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

    monkeypatch.setattr("devrev_auth_client._cli.token_in_hand.stdin_is_terminal", lambda: True)
    monkeypatch.setattr("getpass.getpass", fail)
    done = invoke("get", FIRST, DEVREV_TOKEN=None)
    assert (done.status, done.out) == (2, "")
    assert "no token was typed, or it could not be hidden" in done.err


def test_a_token_that_was_typed_is_used(invoke: Invoke, fake: FakeDevRev, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devrev_auth_client._cli.token_in_hand.stdin_is_terminal", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: SECRET)
    assert invoke("get", FIRST, DEVREV_TOKEN=None).status == 0
    assert used(fake) == FIRST


def test_ctrl_c_at_the_prompt(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("devrev_auth_client._cli.token_in_hand.stdin_is_terminal", lambda: True)
    monkeypatch.setattr("getpass.getpass", stop)
    assert invoke("get", FIRST, DEVREV_TOKEN=None) == (130, "", "Stopped.\n")
