"""The real console script with pipes: exit statuses, plain output, and ends that come from outside."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import devrev_auth_client
from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import FIRST, SECRET
from tests.cli.shell import SCRIPT, Ended, environment_of, interrupted, run

Environment = dict[str, str]


def test_it_reads_and_revokes_plainly(fake: FakeDevRev, pat: IssuedToken, environment: Environment) -> None:
    """No escape sequences, and output that other programs can take."""
    done = run("get", FIRST, variables=environment)
    assert (done.status, done.err) == (0, "")
    assert "status    active\n" in done.out
    done = run("get", pat.id, "--json", "--token-file", "-", variables=environment, input=f"{pat.secret}\n")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out)["id"] == pat.id
    done = run("revoke", "pat", "--yes", variables={**environment, "DEVREV_TOKEN": pat.secret})
    assert done == Ended(
        0,
        "Revoked: all tokens of type pat that you created.\n",
        "This revokes all tokens of type pat that you created, for good.\n",
    )
    assert fake.token_status(pat.id) == "revoked"


def test_a_refusal_of_the_module_run_as_a_program(environment: Environment) -> None:
    """`python -m devrev_auth_client.cli`, as of a vendored copy."""
    variables = {**environment, "DEVREV_TOKEN": "a-token-that-nobody-issued"}
    done = run("get", FIRST, variables=variables, script=[sys.executable, "-m", "devrev_auth_client.cli"])
    assert (done.status, done.out) == (1, "")
    assert "\x1b" not in done.err
    assert "a-token-that" not in done.err


@contextmanager
def silence() -> Iterator[tuple[str, threading.Event]]:
    """A server that takes one request and never answers; the event is set when it has it."""
    arrived = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            connection, _ = listener.accept()
            with connection:
                received = b""
                while not received.endswith(b"}"):
                    received += connection.recv(65_536)
                arrived.set()
                connection.recv(1)  # until the other side is gone

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", arrived
        thread.join(30)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process here")
@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("revoke", "pat", "--yes"), 3, "Unconfirmed: stopped while the revocation was under way"),
        (("get", FIRST), 130, "Stopped."),
    ],
    ids=["revoke", "get"],
)
def test_ctrl_c_while_a_request_is_under_way(
    environment: Environment, arguments: tuple[str, ...], status: int, said: str
) -> None:
    """A revocation may have happened; a look has not."""
    with silence() as (base_url, arrived):
        process = subprocess.Popen(  # noqa: S603  # our own script
            [SCRIPT, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment_of({**environment, "DEVREV_BASE_URL": base_url}),
        )
        assert arrived.wait(30)
        done = interrupted(process)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert "Traceback" not in done.err
    assert SECRET not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no file here that is always full")
def test_output_that_cannot_be_written(fake: FakeDevRev, pat: IssuedToken, environment: Environment) -> None:
    """A look that nobody got to see failed; a revocation that nobody was told of did not."""
    variables = {**environment, "DEVREV_TOKEN": pat.secret}
    for arguments, status in ((("get", FIRST), 4), (("revoke", "pat", "-y"), 0)):
        with open("/dev/full", "w") as full:  # noqa: PTH123
            done = subprocess.run(  # noqa: S603  # our own script
                [SCRIPT, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                env=environment_of(variables),
                timeout=30,
                check=False,
            )
        assert done.returncode == status
        assert "The output could not be written: No space left on device." in done.stderr
        assert "Traceback" not in done.stderr
    assert fake.token_status(pat.id) == "revoked"


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes here")
@pytest.mark.parametrize("arguments", [("types",), ("get", FIRST, "--json")], ids=["lines", "JSON"])
def test_a_reader_that_went_away_is_no_failure(environment: Environment, arguments: tuple[str, ...]) -> None:
    """As in `devrev-auth types | head -1`."""
    process = subprocess.Popen(  # noqa: S603  # our own script
        [SCRIPT, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment_of(environment),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 0
    assert "Traceback" not in err
    assert "Exception" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="no such shell here")
def test_streams_that_are_closed_from_the_start(fake: FakeDevRev, environment: Environment, tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  # our own script
        ["/bin/sh", "-c", 'exec "$0" get "$1" <&- 2>&-', SCRIPT, FIRST],
        stdout=subprocess.PIPE,
        text=True,
        env=environment_of(environment),
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert "status    active" in done.stdout


def test_a_stream_that_has_few_characters(fake: FakeDevRev, environment: Environment) -> None:
    owner = fake.add_user(display_name="gr\u00fcn")
    token = fake.issue_token(owner, TokenType.PAT)
    variables = {**environment, "DEVREV_TOKEN": token.secret, "PYTHONIOENCODING": "ascii"}
    done = run("get", token.id, variables=variables)
    assert (done.status, done.err) == (0, "")
    assert "gr\\xfcn" in done.out


def python(code: str) -> Ended:
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def test_without_typer_it_says_what_to_install() -> None:
    """And any other missing module is a fault of ours, which is not hidden."""
    code = "import sys\nsys.modules[{!r}] = None\nfrom devrev_auth_client.cli import main\nmain()"
    for missing in ("typer", "rich"):
        done = python(code.format(missing))
        assert done == Ended(
            2, "", "devrev-auth needs the packages typer and rich: install devrev-auth-client with its extra, [cli]\n"
        )
    assert "ModuleNotFoundError" in python(code.format("devrev_auth_client._cli.cards")).err


def test_the_package_does_not_load_it() -> None:
    code = """
import sys
import devrev_auth_client, devrev_auth_client.testing, devrev_auth_client.token_claims
print([name for name in sys.modules if name.startswith(("typer", "devrev_auth_client.cli", "devrev_auth_client._cli"))])
"""
    assert python(code) == Ended(0, "[]\n", "")


def test_it_tells_its_version() -> None:
    """Without a token, and without asking anybody."""
    assert run("--version", variables={}) == (0, f"{devrev_auth_client.__version__}\n", "")
