"""`python -m devrev_auth_client.testing`, for programs in any language and for people."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from devrev_auth_client.testing.__main__ import main
from devrev_auth_client.token_types import TokenType
from tests.testing.helpers import GET

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = [sys.executable, "-W", "error", "-m", "devrev_auth_client.testing"]


@contextmanager
def command(*arguments: str, stdout: int = subprocess.PIPE) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([*COMMAND, *arguments], stdout=stdout, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()


def read(ready: dict[str, Any], times: int) -> list[httpx.Response]:
    headers = {"Authorization": f"Bearer {ready['tokens']['PAT']['secret']}"}
    with httpx.Client(base_url=ready["base_url"], headers=headers, trust_env=False) as client:
        return [client.post(GET, json={"token_id": ready["tokens"]["SESSION"]["id"]}) for _ in range(times)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal_and_ends_cleanly(number: signal.Signals) -> None:
    """One line out, which is all that another program needs; status 0, nothing on stderr."""
    with command("--port", "0", "--rate-limit", "2", "--rate-window", "60") as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        first, second, third = read(ready, 3)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    tokens, user = ready["tokens"], ready["user"]
    assert list(tokens) == [member.name for member in TokenType]
    assert tokens["JWT"]["requested_token_type"] == "urn:ietf:params:oauth:token-type:jwt"
    assert [first.status_code, second.status_code, third.status_code] == [200, 200, 429]
    assert first.json()["token"]["created_by"] == user
    assert user["id"] == "don:identity:dvrv-us-1:devo/1:devu/1"
    assert second.headers["X-Ratelimit-Limit"] == "2"
    assert 1 <= int(third.headers["Retry-After"]) <= 60
    assert (process.returncode, out, err) == (0, "", "")


def test_faults_happen_by_chance_and_are_repeated_by_the_seed() -> None:
    """The journal goes to stderr at the end, where it is wanted."""
    chosen = ("--seed", "11", "--fault", "503", "--fault", "proxy-page", "--probability", "0.6")
    seen: list[tuple[list[int], str]] = []
    for arguments in ((*chosen, "--journal"), chosen):
        with command(*arguments) as process:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            statuses = [response.status_code for response in read(ready, 10)]
            process.send_signal(signal.SIGTERM)
            seen.append((statuses, process.communicate(timeout=20)[1]))
        assert ready["seed"] == 11
    (first, journal), (second, nothing) = seen
    assert (first, nothing) == (second, "")
    assert set(first) == {200, 502, 503}
    assert journal.startswith("10 requests, seed 11; ")
    assert "rule 1: answer 503 or proxy page 502 (probability 0.6) injected" in journal


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_on_a_terminal_it_says_what_to_export(arguments: list[str]) -> None:
    """A line of eleven thousand characters is for programs, unless it is asked for."""
    import pty

    ours, its = pty.openpty()
    try:
        with command(*arguments, stdout=its) as process:
            os.close(its)
            with open(ours, closefd=False) as screen:
                lines = [screen.readline() for _ in range(1 if arguments else 6)]
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=20)[1] == ""
    finally:
        os.close(ours)
    if arguments:
        assert len(json.loads(lines[0])["tokens"]) == len(TokenType)
        return
    assert lines[2].startswith("    export DEVREV_BASE_URL=http://127.0.0.1:")
    assert lines[3].startswith("    export DEVREV_TOKEN=eyJ")
    assert "Press Ctrl-C to stop" in lines[5]


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
    with socket.create_server(("127.0.0.1", 0)) as listener, command("--port", str(listener.getsockname()[1])) as taken:
        out, err = taken.communicate(timeout=30)
    assert (taken.returncode, out, err.count("\n")) == (1, "", 1)
    assert "in use" in err
    code = (
        "import sys; sys.modules['uvicorn'] = None; from devrev_auth_client.testing.__main__ import main; print(main())"
    )
    missing = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    needed = "FakeDevRev needs uvicorn to serve HTTP: pip install 'devrev-auth-client[testing]'\n"
    assert (missing.stdout, missing.stderr) == ("1\n", needed)
