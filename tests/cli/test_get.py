"""`devrev-auth get` and `whoami`: the card, the JSON, and what is said of each way to fail."""

import functools
import json
import re
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from devrev_auth_client import DevRevAuthClient
from devrev_auth_client.cli.commands import app
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import FIRST, SCRIPT, SECRET, Environment, Invoke, Refused
from tests.programs import run


def test_json_of_whoami_is_that_of_the_token_in_use(invoke: Invoke, fake: FakeDevRev) -> None:
    assert json.loads(invoke("whoami", "--json").out)["id"] == FIRST
    assert [(request.path, request.body) for request in fake.requests] == [("/auth-tokens.get", {"token_id": FIRST})]


@pytest.mark.parametrize("command", ["whoami", "inspect", "inspect --fetch", "inspect --json"])
def test_a_token_that_is_no_jwt_does_not_name_its_id(refused: Refused, pat: IssuedToken, command: str) -> None:
    text = refused(*command.split(), DEVREV_TOKEN=pat.secret)
    assert text.startswith("Error: the token is not a JWT")
    assert "`devrev-auth get TOKEN_ID`" in text
    assert pat.secret not in text


def test_what_devrev_does_not_send_is_left_out(invoke: Invoke, fake: FakeDevRev, host: str) -> None:
    """And a date is shown as it came, at the end of the calendar too."""
    fake.respond_next(json={"token": {"id": "x", "issued_at": "0001-01-01T00:00:00+09:00"}})
    out = f"{host} says:\ntoken     x\nid        x\nissued    0001-01-01 00:00+09:00, "
    assert invoke("get", "x").out.startswith(out)


@pytest.mark.parametrize(
    ("ahead", "shown"),
    [
        (0.9, "now"),
        (1.9, "in 2 seconds"),
        (-1.1, "1 second ago, EXPIRED"),
        (90.5, "in 90 seconds"),
        (90 * 60 + 5, "in 90 minutes"),
        (-86_400, "24 hours ago, EXPIRED"),
        (-3 * 86_400, "3 days ago, EXPIRED"),
        (400 * 86_400 + 60, "in 400 days"),
        (800 * 86_400, "in 2 years"),
    ],
)
def test_a_date_has_its_distance_and_an_expired_token_is_marked(
    invoke: Invoke, fake: FakeDevRev, ahead: float, shown: str
) -> None:
    when = datetime.now(UTC) + timedelta(seconds=ahead)
    fake.respond_next(json={"token": {"id": "x", "expires_at": when.isoformat()}})
    assert f"\nexpires   {when:%Y-%m-%d %H:%M} UTC, {shown}\n" in invoke("get", "x").out


def test_json_is_the_metadata_as_on_the_wire(invoke: Invoke, fake: FakeDevRev) -> None:
    """With what this version does not know, in ASCII, and without NaN, which other programs choke on."""
    fake.respond_next(content='{"token": {"id": "x", "display_id": "gr\u00fcn", "further": [1.5, NaN]}}'.encode())
    done = invoke("get", "x", "--json")
    assert json.loads(done.out) == {"id": "x", "display_id": "gr\u00fcn", "further": [1.5, None]}
    assert done.out.isascii()
    assert (done.status, done.err) == (0, "")


def test_what_a_server_says_cannot_steer_the_terminal(invoke: Invoke, fake: FakeDevRev) -> None:
    """Escape sequences, line breaks and invisible characters are shown as signs."""
    evil = "ok\x1b[2J\r\n\u202e\ud800\x9b"
    fake.respond_next(json={"token": {"id": "x", "display_id": evil, "status": evil, "scopes": [evil]}})
    fake.respond_next(404, json={"type": "not_found", "message": evil})
    for text in (invoke("get", "x").out, invoke("get", "x").err):
        assert "ok\ufffd[2J" in text
        assert not {"\x1b", "\r", "\u202e", "\ud800", "\x9b"} & set(text)


LONG = {"type": "bad_request", "message": "token_id: see base_url", "detail": "x" * 1000}
FAILURES = [
    ({"status": 400, "json": LONG}, 1, r"Rejected\. HOST says: 400 bad_request: token_id: see base_url: x{400,499}"),
    ({"status": 401}, 1, r"The host does not accept this token\. HOST says: 401 u.*\napi\.devrev\.ai was not asked.*"),
    ({"status": 403}, 1, r"Rejected\. HOST says: 403 forbidden.*"),
    ({"status": 404}, 1, r"Token not found\. HOST says: 404 not_found.*"),
    ({"status": 404, "json": {"message": "no"}}, 1, r"Rejected\. HOST says: 404: no\nCheck the base URL .*"),
    ({"status": 302}, 4, r"Unusable response: the 302 .*; check DEVREV_BASE_URL\nCheck the network, .*"),
    ({"status": 520}, 4, r"Server error\. HOST says: 520.*"),
    ({"status": 429, "retry_after": 3600}, 4, r"Rate limited\. .* 429 .*\nTry again in 60 minutes, .*-timeout 3630"),
]


@pytest.mark.parametrize(("answer", "status", "said"), FAILURES, ids=lambda value: str(value)[:15])
def test_a_failure_says_what_happened_at_which_host_for_whom_and_what_to_do(
    invoke: Invoke, fake: FakeDevRev, host: str, answer: dict[str, Any], status: int, said: str
) -> None:
    fake.respond_next(**answer)
    done = invoke("get", FIRST)
    assert (done.status, done.out) == (status, "")
    *lines, target = done.err.splitlines()
    assert re.fullmatch(said.replace("HOST", re.escape(host)), "\n".join(lines))
    assert target == f"Host: {host}. Token's owner: user devu/1, organisation devo/1 (unverified)."
    assert SECRET not in done.err


def test_a_foreign_host_is_warned_of_and_its_refusal_is_not_devrevs(
    fake: FakeDevRev, environment: Environment, host: str
) -> None:
    """A stale DEVREV_BASE_URL must not make a token look dead."""
    done = run(SCRIPT, "get", FIRST, variables=environment | {"DEVREV_TOKEN": "a-token-that-nobody-issued"})
    warning, _, *rest = done.err.splitlines()
    assert warning == f"Warning: DEVREV_BASE_URL points to {host}, not to DevRev (api.devrev.ai)."
    assert rest[0] == f"api.devrev.ai was not asked: DEVREV_BASE_URL points to {host}."
    assert rest[1] == f"Host: {host}. Token's owner: unknown."
    assert "revoked" not in done.err
    fake.respond_next(302)
    done = run(SCRIPT, "get", FIRST, "--base-url", environment["DEVREV_BASE_URL"], variables={"DEVREV_TOKEN": SECRET})
    assert done.err.startswith(f"Warning: --base-url points to {host}, ")
    assert "; check --base-url\n" in done.err


@pytest.mark.usefixtures("_no_backoff")
@pytest.mark.parametrize("base_url", [None, "https://api.devrev.ai:443/", "https://API.devrev.ai"])
def test_devrevs_own_host_is_no_reason_to_warn(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, base_url: str | None
) -> None:
    """A transport that answers stands in for DevRev."""
    monkeypatch.delenv("DEVREV_BASE_URL")
    client = functools.partial(DevRevAuthClient, transport=FakeDevRev().transport())
    monkeypatch.setattr("devrev_auth_client.cli.run.DevRevAuthClient", client)
    done = CliRunner().invoke(app, ["get", FIRST, *(["--base-url", base_url] if base_url else [])])
    assert done.exit_code == 1
    first, advice, target = done.stderr.splitlines()
    assert first.startswith("The host does not accept this token. api.devrev.ai says: 401 unauthenticated")
    assert advice == "It may be expired, revoked or incomplete. Check with another token: devrev-auth get TOKEN_ID"
    assert target.startswith("Host: api.devrev.ai. ")


@pytest.mark.usefixtures("_no_backoff")
def test_each_retry_is_told_once_and_the_attempts_are_counted(invoke: Invoke, fake: FakeDevRev, host: str) -> None:
    fake.respond_next(500, times=4)
    *told, last, attempts, reference, _ = invoke("get", FIRST).err.splitlines()
    assert told == [f"{host} responded 500; retrying."] * 3
    assert last.startswith(f"Server error. {host} says: 500 internal_error")
    assert attempts == "4 attempts, the same each time"
    assert reference == "If you contact DevRev's support, give this reference: fake-reference-1"
    for status in (500, 502, 500, 500):
        fake.respond_next(status)
    done = invoke("get", FIRST, "--verbose")
    assert "\n4 attempts: 500; 502; 500; 500\n" in done.err
    assert done.err.count("502") == 2
    assert f"\nattempt 2: {host} responded 502; retrying.\n" in done.err


@pytest.mark.usefixtures("_no_backoff")
def test_a_wait_that_the_server_asks_for_is_told(invoke: Invoke, fake: FakeDevRev, host: str) -> None:
    fake.respond_next(429, retry_after=1)
    done = invoke("get", FIRST)
    assert (done.status, done.err) == (0, f"rate limited by {host}; retrying in 1.0 s.\n")


@pytest.mark.usefixtures("_no_backoff")
def test_nobody_listens(invoke: Invoke, nobody: str) -> None:
    done = invoke("get", FIRST, "--base-url", nobody)
    assert done.status == 4
    assert "\nNo response: could not connect (" in done.err
    assert "\n4 attempts, the same each time\n" in done.err
    assert "\nCheck the network, the proxy and the base URL (--base-url, DEVREV_BASE_URL).\n" in done.err


@pytest.mark.usefixtures("_no_backoff")
@pytest.mark.parametrize("option", ["--timeout", "--total-timeout"])
def test_out_of_time_names_the_option_that_gives_more(invoke: Invoke, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = invoke("get", FIRST, "--base-url", base_url, option, "0.05")
    assert (done.status, done.out) == (4, "")
    if option == "--timeout":
        assert " DEVREV_BASE_URL), or allow more time with --timeout.\n" in done.err
    else:
        assert done.err.startswith("Timed out: --total-timeout ran out")
        assert "\nAllow more time with --total-timeout.\n" in done.err


@pytest.mark.parametrize("base_url", ["http://devrev.example", "ftp://x", "", "http://[x", "api.devrev.ai"])
def test_a_base_url_that_the_client_refuses_is_called_what_it_was_given_as(refused: Refused, base_url: str) -> None:
    assert refused("get", FIRST, "--base-url", base_url).startswith("Error: --base-url must be an https URL")
    said = "Error: the environment variable DEVREV_BASE_URL must be an https URL"
    assert refused("get", FIRST, DEVREV_BASE_URL=base_url or "x").startswith(said)


def test_verbose_tells_of_the_attempt_and_of_the_quota(invoke: Invoke, host: str) -> None:
    done = invoke("get", FIRST, "--verbose")
    attempt, quota = done.err.splitlines()
    assert attempt == f"attempt 1: {host} responded"
    assert " of 10000 requests left; resets 20" in quota
    assert SECRET not in done.text
