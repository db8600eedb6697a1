"""`python -m devrev_auth_client.testing`, for programs in any language and for people."""

import json
import signal
import socket
import sys
from typing import Any

import httpx
import pytest

from devrev_auth_client.testing.__main__ import main
from devrev_auth_client.token_types import TokenType
from tests.programs import Program, python
from tests.testing.conftest import GET

COMMAND = ("-m", "devrev_auth_client.testing")


def started(*arguments: str, terminal: bool = False) -> Program:
    return Program(sys.executable, "-W", "error", *COMMAND, *arguments, terminal=terminal)


def ready_line(process: Program) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(process.wait_for("(.+)\n")[1])
    return line


def read(ready: dict[str, Any], times: int) -> list[httpx.Response]:
    headers = {"Authorization": f"Bearer {ready['tokens']['PAT']['secret']}"}
    with httpx.Client(base_url=ready["base_url"], headers=headers, trust_env=False) as client:
        return [client.post(GET, json={"token_id": ready["tokens"]["SESSION"]["id"]}) for _ in range(times)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal_and_ends_cleanly(number: signal.Signals) -> None:
    """One line, which is all that another program needs; status 0."""
    with started("--port", "0", "--rate-limit", "2", "--rate-window", "60") as process:
        ready = ready_line(process)
        first, second, third = read(ready, 3)
        done = process.stopped(number, times=1)
    tokens, user = ready["tokens"], ready["user"]
    assert list(tokens) == [member.name for member in TokenType]
    assert tokens["JWT"]["requested_token_type"] == "urn:ietf:params:oauth:token-type:jwt"
    assert [first.status_code, second.status_code, third.status_code] == [200, 200, 429]
    assert first.json()["token"]["created_by"] == user
    assert user["id"] == "don:identity:dvrv-us-1:devo/1:devu/1"
    assert second.headers["X-Ratelimit-Limit"] == "2"
    assert 1 <= int(third.headers["Retry-After"]) <= 60
    assert (done.status, done.out.count("\n")) == (0, 1)


def test_faults_happen_by_chance_and_are_repeated_by_the_seed() -> None:
    """The journal comes at the end, where it is wanted."""
    chosen = ("--seed", "11", "--fault", "503", "--fault", "proxy-page", "--probability", "0.6")
    seen: list[tuple[list[int], str]] = []
    for arguments in ((*chosen, "--journal"), chosen):
        with started(*arguments) as process:
            ready = ready_line(process)
            statuses = [response.status_code for response in read(ready, 10)]
            seen.append((statuses, process.stopped(times=1).out.partition("\n")[2]))
        assert ready["seed"] == 11
    (first, journal), (second, nothing) = seen
    assert (first, nothing) == (second, "")
    assert set(first) == {200, 502, 503}
    assert journal.startswith("10 requests, seed 11; ")
    assert "rule 1: answer 503 or proxy page 502 (probability 0.6) injected" in journal


def test_on_a_terminal_it_says_what_to_export() -> None:
    """A line of eleven thousand characters is for programs, unless it is asked for."""
    with started(terminal=True) as process:
        process.wait_for("Press Ctrl-C to stop")
        assert process.stopped(times=1).status == 0
    assert "\n    export DEVREV_BASE_URL=http://127.0.0.1:" in process.text
    assert "\n    export DEVREV_TOKEN=eyJ" in process.text
    with started("--json", terminal=True) as process:
        assert len(ready_line(process)["tokens"]) == len(TokenType)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "fire"], "invalid choice: 'fire'"),
        (["--fault", "500", "--probability", "2"], "from 0 to 1"),
        (["--port", "65536"], "--port must be a number from 0 to 65535"),
        (["--port", "-1"], "--port must be a number from 0 to 65535"),
        (["--port", "http"], "--port: invalid int value"),
        (["--rate-limit", "0"], "error: rate_limit must be at least 1\n"),
    ],
)
def test_what_is_wrong_with_its_arguments_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_it_says_why_it_cannot_serve() -> None:
    """A taken port, or uvicorn missing; status 1, a line on stderr, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = python(*COMMAND, "--port", str(listener.getsockname()[1]))
    assert (taken.status, taken.out, taken.err.count("\n")) == (1, "", 1)
    assert "in use" in taken.err
    blocked = "import runpy, sys; sys.modules['uvicorn'] = None; "
    missing = python("-c", blocked + "runpy.run_module('devrev_auth_client.testing', run_name='__main__')")
    needed = "FakeDevRev needs uvicorn to serve HTTP: pip install 'devrev-auth-client[testing]'\n"
    assert missing == (1, "", needed)
