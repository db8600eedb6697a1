"""The command line itself: help, wrong arguments (none is repeated: it may be a token), types, completion."""

import json
import re

import pytest

from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import FIRST, SCRIPT, SECRET, Invoke, Refused
from tests.programs import run

OPAQUE = "dvrv-opaque-token-of-somebody-0123456789"
TOKENS = [SECRET, OPAQUE, f"Bearer {SECRET}", f"{SECRET}\n", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGci.e30.", "bearer x"]
NO_OPTION = "Unknown option."
VALUE = "An option needs a value"
SECONDS = "needs a number of seconds above 0, such as 30 or 0.5."
WRONG = [
    ((SECRET,), "Unknown command. The commands are whoami, inspect, get, revoke, types."),
    (("gett",), "Unknown command. Did you mean get?"),
    (("TYPE",), "Did you mean types?"),
    (("get", FIRST, SECRET), "Too many arguments."),
    (("types", SECRET), "Too many arguments."),
    (("get", FIRST, f"--tokn={SECRET}"), f"{NO_OPTION} Did you mean --json or --token-file?"),
    (("get", FIRST, "--token", SECRET), f"{NO_OPTION} Did you mean "),
    (("get", FIRST, f"-{SECRET}"), f"{NO_OPTION}\n"),
    ((f"--token={SECRET}", "get", FIRST), f"{NO_OPTION}\n"),
    (("get", FIRST, f"--json={SECRET}"), VALUE),
    (("get", FIRST, "--timeout"), VALUE),
    (("get", FIRST, "--timeout", SECRET), f"Error: --timeout {SECONDS}"),
    (("get", FIRST, "--timeout", "0"), f"Error: --timeout {SECONDS}"),
    (("get", FIRST, "--timeout", "inf"), f"Error: --timeout {SECONDS}"),
    (("get", FIRST, "--total-timeout", "nan"), f"Error: --total-timeout {SECONDS}"),
    (("get",), "Error: TOKEN_ID is missing."),
    (("revoke",), "Error: TYPE is missing."),
    (("get", " "), "Error: TOKEN_ID must be an id, such as don:identity"),
    (("get", "don:\n"), "Error: TOKEN_ID must be an id, such as don:identity"),
    (("revoke", ""), "Error: TYPE is not one of the 17 token types. `devrev-auth types` lists them."),
    (("revoke", "urn:a b"), "Error: TYPE is not one of the 17 token types."),
    (("revoke", "sesion"), "token types. Did you mean session, session-dev0? `devrev-auth types` lists them."),
    (("revoke", "AAT_PUBLICK"), "Did you mean aat-public"),
    (("get", FIRST, "--base-url", SECRET), "--base-url must be"),
    (("get", FIRST, "--base-url", f"https://{SECRET}@x"), "--base-url must be"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=lambda value: str(value)[:30])
def test_a_wrong_command_line_says_what_is_wrong_and_repeats_nothing(
    refused: Refused, arguments: tuple[str, ...], said: str
) -> None:
    text = refused(*arguments)
    assert said in text
    assert "gett" not in text
    assert "sesion" not in text


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token[:8].strip())
@pytest.mark.parametrize("command", [("get",), ("revoke", "--yes")], ids=lambda command: command[0])
def test_a_token_in_the_place_of_an_id_or_a_type_is_refused(
    refused: Refused, command: tuple[str, ...], token: str
) -> None:
    text = refused(*command, token, DEVREV_TOKEN=None)
    assert "Nothing was sent. Do not put tokens on a command line: other users can read it" in text
    assert "history keeps it. Consider this token leaked, and revoke it." in text
    assert token[:8] not in text


@pytest.mark.parametrize("form", ["get {}:x", "get don:{}", "revoke urn:{}:x --yes"])
def test_the_token_in_use_is_found_wherever_it_hides(refused: Refused, pat: IssuedToken, form: str) -> None:
    text = refused(*form.format(pat.secret).split(), DEVREV_TOKEN=pat.secret)
    assert "contains your token" in text
    assert pat.secret not in text


def test_a_token_of_a_letter_is_found_in_no_word(invoke: Invoke, fake: FakeDevRev) -> None:
    fake.respond_next(200)
    assert invoke("revoke", "pat", "-y", DEVREV_TOKEN="a").status == 0


def test_the_bare_command_shows_the_help_with_examples(invoke: Invoke) -> None:
    done = invoke()
    assert (done.status, done.err) == (0, "")
    listed = re.findall(r"^  (\w+)  +[A-Z]", done.out, re.MULTILINE)
    assert listed == ["whoami", "inspect", "get", "revoke", "types"]
    assert "\n    devrev-auth revoke pat --token-file leaked.txt\n" in done.out
    assert "..." not in done.out.partition("Commands:")[2]
    assert invoke("-h").out == invoke("--help").out == done.out


@pytest.mark.parametrize("command", ["whoami", "inspect", "get", "revoke"])
def test_the_help_of_a_command_says_the_exit_codes(invoke: Invoke, command: str) -> None:
    done = invoke(command, "-h")
    assert (done.status, done.err) == (0, "")
    assert "\n    1    rejected by DevRev; retrying will not help\n" in done.out
    assert "<bool>" not in done.out
    assert SECRET not in done.out


def test_each_type_is_listed_with_its_urn_and_what_it_is(invoke: Invoke) -> None:
    done = invoke("types", DEVREV_TOKEN=None)
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    listed = [(*head.split(), meaning.strip()) for head, meaning in zip(lines[::2], lines[1::2], strict=True)]
    assert [urn for _, urn, _ in listed] == list(TokenType)
    assert ("pat-act-as", str(TokenType.PAT_ACT_AS)) in [(name, urn) for name, urn, _ in listed]
    assert [(row["name"], row["urn"], row["meaning"]) for row in json.loads(invoke("types", "--json").out)] == listed
    meanings = {name: meaning for name, _, meaning in listed}
    assert "Personal access token" in meanings["pat"]
    assert meanings["rat"] == "Not described by DevRev."


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("pa", ["pat", "pat-act-as"]),
        ("PAT_", ["PAT_act-as"]),
        ("session-", ["session-dev0", "session-onetime", "session-rev-act-as"]),
        ("x", []),
    ],
)
def test_the_shell_completes_a_half_typed_type(typed: str, completed: list[str]) -> None:
    """As zsh asks the real script."""
    asked = {"_DEVREV_AUTH_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": f"devrev-auth revoke {typed}"}
    done = run(SCRIPT, variables=asked)
    assert done.err == ""
    assert re.findall(r'"([\w-]+)":', done.out) == completed
    assert ("Personal access token" in done.out) == ("pat" in completed)
