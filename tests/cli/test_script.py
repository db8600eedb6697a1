"""The real console script with pipes: plain output, and what happens to it from outside."""

import json
import os
import sys
from pathlib import Path

import pytest

import devrev_auth_client
from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import FIRST, SCRIPT, Environment
from tests.programs import Ended, python, run


def test_it_reads_and_revokes_plainly(fake: FakeDevRev, pat: IssuedToken, environment: Environment) -> None:
    """No escape sequences, nothing wrapped, and output that other programs can take."""
    done = run(SCRIPT, "get", pat.id, "--json", "--token-file", "-", stdin=f"{pat.secret}\n", variables=environment)
    assert (done.status, json.loads(done.out)["id"]) == (0, pat.id)
    fake.respond_next(json={"token": {"id": "x", "scopes": ["a scope"] * 40}})
    assert f"scopes    {', '.join(['a scope'] * 40)}\n" in run(SCRIPT, "get", "x", variables=environment).out
    done = run(SCRIPT, "revoke", "pat", "--yes", variables=environment | {"DEVREV_TOKEN": pat.secret})
    assert done.status == 0
    assert done.out.startswith("Revoked: all tokens of type pat that you created.\n")
    assert "\x1b" not in done.text
    assert fake.token_status(pat.id) == "revoked"


def test_the_module_runs_as_a_program(environment: Environment) -> None:
    done = python("-m", "devrev_auth_client.cli", "whoami", variables=environment)
    assert (done.status, FIRST in done.out) == (0, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no file here that is always full")
def test_output_that_cannot_be_written(fake: FakeDevRev, pat: IssuedToken, environment: Environment) -> None:
    """A look that nobody got to see failed; a revocation that nobody was told of did not."""
    environment |= {"DEVREV_TOKEN": pat.secret}
    for arguments, status in ((("get", FIRST), 4), (("get", FIRST, "--json"), 4), (("revoke", "pat", "-y"), 0)):
        with open("/dev/full", "w") as full:  # noqa: PTH123
            done = run(SCRIPT, *arguments, stdout=full, variables=environment)
        assert done.status == status
        assert "Cannot write the output: No space left on device." in done.err
        assert "Traceback" not in done.err
    assert fake.token_status(pat.id) == "revoked"


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes here")
@pytest.mark.parametrize("arguments", [("types",), ("get", FIRST, "--json")], ids=["lines", "JSON"])
def test_a_reader_that_went_away_is_no_failure(environment: Environment, arguments: tuple[str, ...]) -> None:
    """As in `devrev-auth types | head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    done = run(SCRIPT, *arguments, stdout=writing, variables=environment)
    os.close(writing)
    assert done.status == 0
    assert "Traceback" not in done.err
    assert "Exception" not in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="no such shell here")
def test_streams_that_are_closed_from_the_start(environment: Environment) -> None:
    """Python has `None` for them."""
    for closed, out in (("2>&-", "status    active"), (">&-", "")):
        done = run("/bin/sh", "-c", f'exec "$0" get "$1" <&- {closed}', SCRIPT, FIRST, variables=environment)
        assert done.status == 0
        assert out in done.out


def test_a_stream_that_has_few_characters(fake: FakeDevRev, environment: Environment) -> None:
    token = fake.issue_token(fake.add_user(display_name="gr\u00fcn"), TokenType.PAT)
    environment |= {"DEVREV_TOKEN": token.secret, "PYTHONIOENCODING": "ascii"}
    done = run(SCRIPT, "get", token.id, variables=environment)
    assert done.status == 0
    assert "gr\\xfcn" in done.out


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_typer_it_says_what_to_install(missing: str) -> None:
    """In a form that can be pasted. Any other missing module is a fault of ours, which is not hidden."""
    code = "import sys\nsys.modules[{!r}] = None\nfrom devrev_auth_client.cli import main\nmain()"
    needed = "devrev-auth needs the packages typer and rich: pip install 'devrev-auth-client[cli]'\n"
    assert python("-c", code.format(missing)) == Ended(2, "", needed)
    assert "ModuleNotFoundError" in python("-c", code.format("devrev_auth_client.cli.show")).err


def test_a_fault_of_ours_shows_no_local_variables() -> None:
    code = """
import sys
from devrev_auth_client.cli import commands, main
def broken(_):
    token = "secret" * 2
    raise ZeroDivisionError
commands.tokens.token_in_use = broken
sys.argv = ["devrev-auth", "whoami"]
main()
"""
    done = python("-c", code)
    assert done.status == 1
    assert done.err.startswith("Traceback (most recent call last):\n")  # and no box of another program's making
    assert "secretsecret" not in done.err


def test_it_tells_its_version() -> None:
    assert run(SCRIPT, "--version") == (0, f"{devrev_auth_client.__version__}\n", "")
