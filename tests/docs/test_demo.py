"""`make demo`, run as a program: what it shows, and that it shows no secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-token-that-nobody-may-see"


def run_demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the demo with no variable of DevRev's but these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DEVREV_")}
    return subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-W", "error", "examples/demo.py", *arguments],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_demo_shows_the_main_job_in_order() -> None:
    """A token in the environment is not touched where no token id is given."""
    done = run_demo(DEVREV_TOKEN=SECRET, DEVREV_BASE_URL="https://devrev.invalid")
    assert (done.returncode, done.stderr) == (0, "")
    expected = [
        "A fake DevRev is running at http://127.0.0.1:",
        "1. Read",
        "status   active",
        "2. Read again",
        "429; retrying in 2.0 s",
        "then it succeeded: status active",
        "3. Revoke",
        "the session token is now revoked",
        "4. Revoke",
        "the next call raised UnauthenticatedError: 401 unauthenticated",
    ]
    position = 0
    for text in expected:
        position = done.stdout.index(text, position)
    # The fake's bearers begin like this, as JWTs do.
    assert "eyJ" not in done.stdout
    assert SECRET not in done.stdout


def test_with_a_token_id_it_reads_that_token_and_changes_nothing() -> None:
    fake = FakeDevRev()
    user = fake.add_user(display_name="grace")
    asking, asked = fake.issue_token(user, TokenType.PAT, secret=SECRET), fake.issue_token(user, TokenType.AAT)
    with fake.serve() as base_url:
        done = run_demo(asked.id, DEVREV_TOKEN=SECRET, DEVREV_BASE_URL=base_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert asked.id in done.stdout
    assert "made by  grace (dev_user)" in done.stdout
    assert SECRET not in done.stdout
    assert [(request.path, request.token_id) for request in fake.requests] == [("/auth-tokens.get", asking.id)]


def test_a_refusal_is_one_line_and_a_failed_exit() -> None:
    fake = FakeDevRev()
    with fake.serve() as base_url:
        done = run_demo("don:identity:dvrv-us-1:devo/1:token/1", DEVREV_TOKEN=SECRET, DEVREV_BASE_URL=base_url)
    assert done.returncode == 1
    assert done.stderr.startswith("UnauthenticatedError: auth_tokens_get: 401 unauthenticated")
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.stderr + done.stdout


def test_a_token_id_without_a_token_says_what_is_missing() -> None:
    done = run_demo("don:identity:dvrv-us-1:devo/1:token/1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "DEVREV_TOKEN" in done.stderr


def test_a_wrong_command_line_shows_how_it_is_used() -> None:
    done = run_demo("--help")
    assert done.returncode == 2
    assert "python examples/demo.py TOKEN_ID" in done.stderr
