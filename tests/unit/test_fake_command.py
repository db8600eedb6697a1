"""Faults of the command `python -m devrev_auth_client.testing`, for programs in any language."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import httpx
import pytest

from devrev_auth_client.testing.__main__ import main
from tests.unit.fake_helpers import GET

COMMAND = [sys.executable, "-W", "error", "-m", "devrev_auth_client.testing"]


def play(*arguments: str) -> tuple[list[int], str]:
    """Read a token ten times; gives the statuses and what the command wrote to stderr."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            pat = ready["tokens"]["PAT"]
            headers = {"Authorization": f"Bearer {pat['secret']}"}
            with httpx.Client(base_url=ready["base_url"], headers=headers, trust_env=False) as client:
                statuses = [client.post(GET, json={"token_id": pat["id"]}).status_code for _ in range(10)]
            process.send_signal(signal.SIGTERM)
            _, error = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0
    assert ready["seed"] == 11
    assert pat["secret"] not in error
    return statuses, error


def test_faults_happen_by_chance_and_are_repeated_by_the_seed() -> None:
    """The journal goes to stderr at the end, where it is wanted."""
    chosen = ("--seed", "11", "--fault", "503", "--fault", "proxy-page", "--probability", "0.6")
    statuses, journal = play(*chosen, "--journal")
    assert set(statuses) == {200, 502, 503}
    assert journal.startswith("10 requests, seed 11; ")
    assert "rule 1: answer 503 or proxy page 502 (probability 0.6) injected" in journal
    assert play(*chosen) == (statuses, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "fire"], "invalid choice: 'fire'"),
        (["--fault", "500", "--probability", "2"], "from 0 to 1"),
        (["--port", "70000"], "--port must be a number from 0 to 65535"),
        (["--port", "http"], "--port: invalid int value"),
    ],
)
def test_what_is_wrong_with_its_arguments_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")
def test_on_a_terminal_it_says_what_to_set() -> None:
    """A line of two thousand characters is for programs; whoever reads gets two lines for the shell."""
    import pty

    ours, its = pty.openpty()
    try:
        with subprocess.Popen(COMMAND, stdout=its, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
            os.close(its)
            with open(ours, closefd=False) as screen:
                lines = [screen.readline() for _ in range(6)]
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
    finally:
        os.close(ours)
    assert lines[2].startswith("    export DEVREV_BASE_URL=http://127.0.0.1:")
    assert lines[3].startswith("    export DEVREV_TOKEN=eyJ")
    assert said == ""
