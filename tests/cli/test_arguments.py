"""A wrong command line: told what is wrong with it, and nothing of it is repeated, since any word may be a token."""

from __future__ import annotations

import re

import pytest
import typer

from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import FIRST, SECRET, Invoke

OPAQUE = "dvrv-opaque-token-of-somebody-0123456789"
TOKENS = [
    SECRET,
    OPAQUE,
    f"Bearer {SECRET}",
    f"{SECRET}\n",
    "eyJhbGciOiJub25lIn0.e30.",
    SECRET.partition(".")[0],
    "eyJhbGci.e30.",
    "bearer x",
]


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token[:8].strip())
@pytest.mark.parametrize("command", [("get",), ("revoke", "--yes")], ids=lambda command: command[0])
def test_a_token_in_the_place_of_an_id_or_a_type_is_refused(
    invoke: Invoke, fake: FakeDevRev, command: tuple[str, ...], token: str
) -> None:
    """Before anything is asked, read or sent."""
    done = invoke(*command, token, DEVREV_TOKEN=None)
    assert (done.status, done.out, fake.requests) == (2, "", [])
    assert "looks like a token itself, which has no place on a command line: other users and your shell's" in done.err
    assert "history can read it there. Consider it leaked: revoke it. " in done.err
    assert "lists them" not in done.err
    assert token.strip() not in done.err
    assert token[:8] not in done.err


@pytest.mark.parametrize("form", ["{}", "don:{}", "{}:x"])
def test_the_token_in_use_is_found_wherever_it_hides_in_the_id(
    invoke: Invoke, fake: FakeDevRev, pat: IssuedToken, form: str
) -> None:
    done = invoke("get", form.format(pat.secret), DEVREV_TOKEN=pat.secret)
    assert (done.status, done.out, fake.requests) == (2, "", [])
    assert pat.secret not in done.err
    assert "Consider it leaked: revoke it." in done.err


USAGE_ERRORS = {
    "a command that is none": (
        (SECRET,),
        "Error: There is no command of that name. Give one of the commands: inspect, get, revoke, types.",
    ),
    "a command that is nearly one": (("typos",), "Error: There is no command of that name. Give one of"),
    "no command": ((), "Error: Give one of the commands: inspect, get, revoke, types."),
    "one argument too many": (("get", FIRST, SECRET), "more arguments"),
    "an argument where there is none": (("types", SECRET), "more arguments"),
    "another one": (("inspect", SECRET), "more arguments"),
    "an option that is none": (("get", FIRST, f"--{SECRET}"), "There is no such option."),
    "an option that is none, with a value": (("get", FIRST, f"--tokn={SECRET}"), "There is no such option."),
    "a token as an option": (("get", FIRST, "--token", SECRET), "There is no such option. Did you mean "),
    "a short option that is none": (("get", FIRST, f"-{SECRET}"), "There is no such option."),
    "an option before the command": ((f"--token={SECRET}", "get", FIRST), "There is no such option."),
    "a flag with a value": (("get", FIRST, f"--json={SECRET}"), "An option is without its value"),
    "an option without a value": (("get", FIRST, "--timeout"), "An option is without its value"),
    "a number that is none": (
        ("get", FIRST, "--timeout", SECRET),
        "--timeout: SECONDS must be a finite number above 0",
    ),
    "the other number": (
        ("get", FIRST, f"--total-timeout={SECRET}"),
        "--total-timeout: SECONDS must be a finite number above 0",
    ),
    "no time": (
        ("get", FIRST, "--timeout", "0"),
        "--timeout: SECONDS must be a finite number above 0, such as 30 or 0.5.",
    ),
    "time without an end": (("get", FIRST, "--timeout", "inf"), "--timeout: SECONDS must be a finite number"),
    "less than no time": (("get", FIRST, "--total-timeout", "-1"), "--total-timeout: SECONDS must be"),
    "no number": (("get", FIRST, "--timeout", "nan"), "--timeout: SECONDS must be"),
    "an argument missing": (("get",), "TOKEN_ID is missing."),
    "an empty id": (("get", ""), "TOKEN_ID is missing"),
    "a blank id": (("get", " "), "TOKEN_ID must be"),
    "a control character in an id": (("get", "don:\n"), "TOKEN_ID contains a control character"),
    "no type": (("revoke", ""), "TYPE is missing. `devrev-auth types` lists the types."),
    "a base URL that is a token": (("get", FIRST, "--base-url", SECRET), "--base-url must be"),
    "a base URL with a token in it": (("get", FIRST, "--base-url", f"https://{SECRET}@x"), "--base-url must be"),
}


@pytest.mark.parametrize("kind", USAGE_ERRORS)
def test_a_wrong_command_line_says_what_is_wrong_and_repeats_nothing(
    invoke: Invoke, fake: FakeDevRev, kind: str
) -> None:
    arguments, said = USAGE_ERRORS[kind]
    done = invoke(*arguments)
    assert (done.status, done.out, fake.requests) == (2, "", [])
    assert said in done.err
    for part in [SECRET, *SECRET.split(".")]:
        assert part not in done.err


@pytest.mark.parametrize("stop", [KeyboardInterrupt, typer.Abort])
def test_ctrl_c_where_nothing_is_under_way(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    def stopped() -> list[str]:
        raise stop

    monkeypatch.setattr("devrev_auth_client._cli.cards.type_lines", stopped)
    assert invoke("types") == (130, "", "")


def test_a_usage_error_shows_how_it_is_used(invoke: Invoke) -> None:
    usage, hint, error = invoke("get").err.splitlines()
    assert usage.startswith("Usage: ")
    assert "get [OPTIONS]" in usage
    assert hint.endswith("get --help' for help.")
    assert error == "Error: TOKEN_ID is missing."


def test_help_lists_the_commands_in_the_order_of_their_use(invoke: Invoke) -> None:
    listed = re.findall(r"^\W*(inspect|get|revoke|types)\s{2,}", invoke("--help").out, re.MULTILINE)
    assert listed == ["inspect", "get", "revoke", "types"]


@pytest.mark.parametrize("command", [(), ("get",), ("revoke",), ("types",), ("inspect",)])
def test_help_is_no_error_and_says_the_exit_statuses(invoke: Invoke, command: tuple[str, ...]) -> None:
    done = invoke(*command, "--help")
    assert (done.status, done.err) == (0, "")
    assert command == ("types",) or "3 unconfirmed" in done.out
    assert SECRET not in done.out
