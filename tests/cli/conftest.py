"""A served fake DevRev with a token that is a JWT, and the command line run inside the test's own process."""

import functools
import re
import secrets
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from devrev_auth_client import RetryPolicy, TokenType
from devrev_auth_client.cli.commands import app
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.faults.listeners import refusing_url
from tests.jwts import jwt
from tests.programs import Ended

SCRIPT = str(Path(sys.executable).with_name("devrev-auth"))
FIRST = "don:identity:dvrv-us-1:devo/1:token/1"
CLAIMS = {
    "jti": FIRST,
    "exp": datetime(2099, 1, 1, tzinfo=UTC).timestamp(),
    "iss": "https://auth-token.devrev.ai/",
    "sub": "don:identity:dvrv-us-1:devo/1:devu/1",
    "http://devrev.ai/tokentype": str(TokenType.PAT),
    "email": "ada@example.com",
}
SECRET = jwt(CLAIMS)

Environment = dict[str, str]
Invoke = Callable[..., Ended]
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FakeDevRev, str]]:
    fake = FakeDevRev(rate_limit=10_000)
    fake.issue_token(fake.add_user(display_name="ada", email="ada@example.com"), TokenType.PAT, secret=SECRET)
    with fake.serve() as base_url:
        yield fake, base_url


@pytest.fixture
def fake(served: tuple[FakeDevRev, str]) -> FakeDevRev:
    """One fake for the tests of a module. A test that uses tokens up issues its own."""
    served[0].requests.clear()
    return served[0]


@pytest.fixture
def pat(fake: FakeDevRev) -> IssuedToken:
    """Another user's token for one test. It is opaque: nobody can tell from it what it is."""
    secret = f"opaque-token-{secrets.token_hex(16)}"
    return fake.issue_token(fake.add_user(display_name="grace"), TokenType.PAT, secret=secret)


@pytest.fixture
def environment(served: tuple[FakeDevRev, str], monkeypatch: pytest.MonkeyPatch) -> Environment:
    """The environment of a shell that has a token and whose DevRev is the fake."""
    variables = {"DEVREV_TOKEN": SECRET, "DEVREV_BASE_URL": served[1]}
    for name in ("NO_COLOR", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


@pytest.fixture
def host(served: tuple[FakeDevRev, str]) -> str:
    """How the fake is called in what is said."""
    return served[1].removeprefix("http://")


@pytest.fixture
def _somebody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the input for a terminal's."""
    monkeypatch.setattr("devrev_auth_client.cli.tokens.stdin_is_terminal", lambda: True)
    monkeypatch.setattr("devrev_auth_client.cli.run.stdin_is_terminal", lambda: True)


@pytest.fixture
def nobody() -> Iterator[str]:
    """A base URL where nobody listens: the port is taken, and connections to it are refused."""
    with refusing_url() as url:
        yield url


@pytest.fixture
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let repetitions follow at once."""
    at_once = functools.partial(RetryPolicy, base_delay=0)
    monkeypatch.setattr("devrev_auth_client.cli.run.RetryPolicy", at_once)


@pytest.fixture
def invoke(environment: Environment) -> Invoke:
    """Run a command line in this process; its standard input is no terminal. The warning of the host is left out."""

    def run(*arguments: str, input: str | bytes = "", **variables: str | None) -> Ended:  # noqa: A002  # as CliRunner calls it
        done = CliRunner().invoke(app, arguments, input=input, env=variables)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        said = re.sub(r"^Warning: .* points to .*\n", "", done.stderr, flags=re.MULTILINE)
        return Ended(done.exit_code, done.stdout, said)

    return run


@pytest.fixture
def refused(invoke: Invoke, fake: FakeDevRev) -> Refused:
    """Run a command line that is refused before anything is sent; return what is said, which shows no token."""

    def run(*arguments: str, input: str | bytes = "", **variables: str | None) -> str:  # noqa: A002  # as CliRunner calls it
        done = invoke(*arguments, input=input, **variables)
        assert (done.status, done.out, fake.requests) == (2, "", [])
        assert not [part for part in [SECRET, *SECRET.split(".")] if part in done.err]
        return done.err

    return run
