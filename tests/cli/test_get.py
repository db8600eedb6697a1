"""`devrev-auth get`: the card, the JSON, and how it ends."""

from __future__ import annotations

import json

import pytest

from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import FIRST, SECRET, Invoke
from tests.cli.shell import Ended


def test_the_card_has_status_expiry_and_owner(invoke: Invoke, fake: FakeDevRev) -> None:
    done = invoke("get", FIRST)
    assert (done.status, done.err) == (0, "")
    lines = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    assert lines["token"] == "TOKEN-1"
    assert lines["status"] == "active"
    assert lines["expires"].endswith(" UTC, in 30 days")
    assert lines["type"] == "pat (urn:devrev:params:oauth:token-type:pat)"
    assert lines["owner"] == "ada <ada@example.com> (dev_user, active)"
    assert lines["id"] == FIRST
    (request,) = fake.requests
    assert (request.path, request.body) == ("/auth-tokens.get", {"token_id": FIRST})


def test_a_token_that_is_over(invoke: Invoke, fake: FakeDevRev, pat: IssuedToken) -> None:
    fake.expire_token(pat.id)
    done = invoke("get", pat.id)
    assert "status    expired\n" in done.out
    assert "UTC, now\n" in done.out or "second" in done.out


def test_a_token_of_which_devrev_tells_nothing(invoke: Invoke, fake: FakeDevRev) -> None:
    fake.respond_next(json={"token": {"id": "x"}})
    assert invoke("get", "x") == Ended(0, "token     x\nid        x\n", "")


def test_json_is_the_metadata_as_on_the_wire(invoke: Invoke, fake: FakeDevRev) -> None:
    """With what this version does not know."""
    fake.respond_next(json={"token": {"id": "x", "status": "new", "display_id": "gr\u00fcn", "further": [1.5]}})
    done = invoke("get", "x", "--json")
    assert json.loads(done.out) == {"id": "x", "status": "new", "display_id": "gr\u00fcn", "further": [1.5]}
    assert done.out.isascii()
    assert (done.status, done.err) == (0, "")


def test_json_has_no_nan(invoke: Invoke, fake: FakeDevRev) -> None:
    """Which Python reads, writes, and other programs choke on."""
    fake.respond_next(content=b'{"token": {"id": "x", "further": [NaN, Infinity]}}')
    assert '"further": [\n    null,\n    null\n  ]' in invoke("get", "x", "--json").out


def test_what_a_server_says_cannot_steer_the_terminal(invoke: Invoke, fake: FakeDevRev) -> None:
    """Escape sequences, line breaks and invisible characters are shown as signs."""
    evil = "ok\x1b[2J\r\n\u202e\ud800\x9b"
    fake.respond_next(json={"token": {"id": "x", "display_id": evil, "status": evil, "scopes": [evil]}})
    fake.respond_next(404, json={"type": "not_found", "message": evil})
    for text in (invoke("get", "x").out, invoke("get", "x").err):
        assert "ok\ufffd[2J" in text
        assert not {"\x1b", "\r", "\u202e", "\ud800", "\x9b"} & set(text)


@pytest.mark.parametrize(
    ("status", "ending", "said"),
    [
        (400, 1, "Refused: auth_tokens_get: 400"),
        (401, 1, "give another one"),
        (403, 1, "Refused: auth_tokens_get: 403"),
        (404, 1, "Refused: auth_tokens_get: 404"),
        (302, 4, "No answer: auth_tokens_get: the 302 answer"),
        (520, 4, "No answer: auth_tokens_get: 520"),
    ],
)
def test_a_refusal_is_1_and_no_usable_answer_4(
    invoke: Invoke, fake: FakeDevRev, status: int, ending: int, said: str
) -> None:
    fake.respond_next(status)
    done = invoke("get", FIRST)
    assert (done.status, done.out) == (ending, "")
    assert said in done.err
    assert SECRET not in done.err


@pytest.mark.usefixtures("_no_backoff")
def test_failures_that_are_repeated_are_told_and_counted(invoke: Invoke, fake: FakeDevRev) -> None:
    """One line a wait, since standard error is no terminal."""
    fake.respond_next(500, times=4)
    done = invoke("get", FIRST)
    assert done.status == 4
    *told, last, attempts, reference = done.err.splitlines()
    assert [line.partition(" in ")[0] for line in told] == ["DevRev answered 500; trying again"] * 3
    assert last.startswith("No answer: auth_tokens_get: 500 internal_error")
    assert attempts == "4 attempts met: 500; 500; 500; 500"
    assert reference == "DevRev's support asks for this: fake-reference-1"


def test_a_rate_limit_that_takes_too_long_says_when_to_come_back(invoke: Invoke, fake: FakeDevRev) -> None:
    fake.respond_next(429, retry_after=300)
    done = invoke("get", FIRST, "--total-timeout", "10")
    assert done.status == 4
    assert "Come back in 5 minutes, or allow the wait: --total-timeout 330" in done.err


@pytest.mark.usefixtures("_no_backoff")
def test_nobody_listens(invoke: Invoke, nobody: str) -> None:
    done = invoke("get", FIRST, "--base-url", nobody)
    assert done.status == 4
    assert "No answer: auth_tokens_get: " in done.err
    assert "--base-url" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--base-url", "http://devrev.example"),
        ("--base-url", "ftp://x"),
        ("--timeout", "0"),
        ("--timeout", "nan"),
        ("--total-timeout", "-1"),
        ("--total-timeout", "inf"),
    ],
)
def test_options_that_the_client_refuses(invoke: Invoke, fake: FakeDevRev, arguments: tuple[str, str]) -> None:
    done = invoke("get", FIRST, *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Error: ")
    assert arguments[0].removeprefix("--").replace("-", "_") in done.err
    assert fake.requests == []


def test_verbose_tells_of_each_attempt_and_of_the_quota(invoke: Invoke) -> None:
    done = invoke("get", FIRST, "--verbose")
    assert done.status == 0
    assert "attempt 1 met 200" in done.err
    assert "quota: " in done.err
    assert " of 10000 left, renewed 20" in done.err
    assert SECRET not in done.text
    assert invoke("get", FIRST, "--verbose").err.count("attempt 1 met 200") == 1
    assert invoke("get", FIRST).err == ""
