"""`devrev-auth get`: the card, the JSON, and how it ends."""

from __future__ import annotations

import json
import socket

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
    assert told == ["DevRev answered 500; trying again."] * 3
    assert last.startswith("No answer: auth_tokens_get: 500 internal_error")
    assert attempts == "4 attempts, each met: 500"
    assert reference == "DevRev's support asks for this: fake-reference-1"


@pytest.mark.usefixtures("_no_backoff")
def test_attempts_that_met_different_things_are_listed(invoke: Invoke, fake: FakeDevRev) -> None:
    for status in (500, 502, 500, 500):
        fake.respond_next(status)
    assert "\n4 attempts met: 500; 502; 500; 500\n" in invoke("get", FIRST).err


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
    assert "\n4 attempts, each met: could not connect (" in done.err
    assert done.err.endswith("\nCheck the network, the proxy and the base URL (--base-url, DEVREV_BASE_URL).\n")


@pytest.mark.usefixtures("_no_backoff")
def test_out_of_time_for_an_attempt_names_the_option(invoke: Invoke) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = invoke("get", FIRST, "--base-url", base_url, "--timeout", "0.05")
    assert (done.status, done.out) == (4, "")
    *_, advice = done.err.splitlines()
    assert advice.startswith("Check the network, the proxy and the base URL (--base-url, DEVREV_BASE_URL), ")
    assert advice.endswith(" --timeout.")


@pytest.mark.parametrize("base_url", ["http://devrev.example", "ftp://x", ""])
def test_a_base_url_that_the_client_refuses_is_called_what_it_was_given_as(
    invoke: Invoke, fake: FakeDevRev, base_url: str
) -> None:
    done = invoke("get", FIRST, "--base-url", base_url)
    assert (done.status, done.out, fake.requests) == (2, "", [])
    assert done.err.startswith("Error: --base-url must be an https URL")
    done = invoke("get", FIRST, DEVREV_BASE_URL=base_url or "x")
    assert (done.status, done.out, fake.requests) == (2, "", [])
    assert done.err.startswith("Error: the environment variable DEVREV_BASE_URL must be an https URL")


def test_a_redirect_says_where_the_base_url_came_from(
    invoke: Invoke, fake: FakeDevRev, environment: dict[str, str]
) -> None:
    fake.respond_next(302, times=2)
    assert "; check DEVREV_BASE_URL\n" in invoke("get", FIRST).err
    given = ("--base-url", environment["DEVREV_BASE_URL"])
    assert "; check --base-url\n" in invoke("get", FIRST, *given).err


def test_what_devrev_says_is_repeated_as_it_is(invoke: Invoke, fake: FakeDevRev) -> None:
    """It may name a field of its own like an argument of ours."""
    fake.respond_next(400, json={"type": "bad_request", "message": "token_id: see base_url"})
    assert "token_id: see base_url" in invoke("get", FIRST).err


def test_verbose_tells_of_each_attempt_and_of_the_quota(invoke: Invoke) -> None:
    done = invoke("get", FIRST, "--verbose")
    assert done.status == 0
    assert "attempt 1 met 200" in done.err
    assert "quota: " in done.err
    assert " of 10000 left, renewed 20" in done.err
    assert SECRET not in done.text
    assert invoke("get", FIRST, "--verbose").err.count("attempt 1 met 200") == 1
    assert invoke("get", FIRST).err == ""
