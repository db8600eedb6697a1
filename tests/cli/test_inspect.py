"""`devrev-auth inspect`: what the token says of itself, and with --fetch what DevRev says of it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from devrev_auth_client import ConfigurationError
from devrev_auth_client._cli.cards import json_text
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import CLAIMS, FIRST, SECRET, Invoke
from tests.cli.shell import SCRIPT, environment_of
from tests.jwts import jwt


def test_claims_are_read_offline_and_marked_unverified(invoke: Invoke, fake: FakeDevRev) -> None:
    done = invoke("inspect")
    assert (done.status, done.err) == (0, "")
    first, *lines = done.out.splitlines()
    assert first.startswith("UNVERIFIED: ")
    shown = dict(line.split(maxsplit=1) for line in lines)
    assert shown.pop("expires").startswith("2099-01-01 00:00 UTC, in ")
    assert shown == {
        "id": FIRST,
        "type": "pat (urn:devrev:params:oauth:token-type:pat)",
        "subject": "don:identity:dvrv-us-1:devo/1:devu/1",
        "issuer": "https://auth-token.devrev.ai/",
        "more": "email",
    }
    assert fake.requests == []


def test_fetch_shows_what_devrev_says_too(invoke: Invoke, fake: FakeDevRev) -> None:
    done = invoke("inspect", "--fetch")
    assert (done.status, done.err) == (0, "")
    claims, _, metadata = done.out.partition("VERIFIED: this is what DevRev says of it.\n")
    assert claims.startswith("UNVERIFIED: ")
    assert "status    active\n" in metadata
    assert [request.body for request in fake.requests] == [{"token_id": FIRST}]


def test_json_names_what_is_unverified(invoke: Invoke) -> None:
    assert json.loads(invoke("inspect", "--json").out) == {"unverified_claims": CLAIMS}
    both = json.loads(invoke("inspect", "--json", "--fetch").out)
    assert both.keys() == {"unverified_claims", "token"}
    assert both["token"]["status"] == "active"


@pytest.mark.parametrize(("status", "ending"), [(401, 1), (403, 1), (520, 4)])
@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_a_failed_fetch_takes_nothing_from_the_claims(
    invoke: Invoke, fake: FakeDevRev, arguments: tuple[str, ...], status: int, ending: int
) -> None:
    """They are known without asking; JSON then has them alone."""
    claims = invoke("inspect", *arguments).out
    fake.respond_next(status)
    done = invoke("inspect", "--fetch", *arguments)
    assert (done.status, done.out) == (ending, claims)
    assert f"auth_tokens_get: {status}" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="no such streams here")
def test_the_claims_come_before_the_refusal(fake: FakeDevRev, environment: dict[str, str]) -> None:
    fake.respond_next(401)
    with subprocess.Popen(  # noqa: S603  # our own script
        [SCRIPT, "inspect", "--fetch"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment_of(environment),
    ) as process:
        text, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert text.index("UNVERIFIED: ") < text.index(FIRST) < text.index("Refused: ")


def test_claims_that_cannot_be_written_leave_the_exit_status_to_the_refusal(
    invoke: Invoke, fake: FakeDevRev, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.respond_next(401)
    monkeypatch.setattr("devrev_auth_client._cli.screen.Screen.show", lambda *_: False)
    done = invoke("inspect", "--fetch")
    assert done.status == 1
    assert "Refused: " in done.err


@pytest.mark.parametrize("arguments", [(), ("--fetch",), ("--json",)])
def test_an_opaque_token_says_nothing(
    invoke: Invoke, fake: FakeDevRev, pat: IssuedToken, arguments: tuple[str, ...]
) -> None:
    done = invoke("inspect", *arguments, DEVREV_TOKEN=pat.secret)
    assert (done.status, done.out) == (2, "")
    assert "not a JWT" in done.err
    assert "`devrev-auth get TOKEN_ID`" in done.err
    assert "get_auth_token" not in done.err
    assert pat.secret not in done.err
    assert fake.requests == []


def test_without_an_id_there_is_nothing_to_fetch(invoke: Invoke, fake: FakeDevRev) -> None:
    secret = jwt({"sub": "x"})
    assert invoke("inspect", DEVREV_TOKEN=secret).status == 0
    done = invoke("inspect", "--fetch", DEVREV_TOKEN=secret)
    assert done.status == 2
    assert "subject   x\n" in done.out
    assert "(no claim jti); pass its id to `devrev-auth get TOKEN_ID`" in done.err
    assert fake.requests == []


def test_claims_cannot_steer_the_terminal(invoke: Invoke) -> None:
    secret = jwt({"jti": "x\x1b[2J", "sub": "\ud800", "\x1b]0;title\x07": 1})
    done = invoke("inspect", DEVREV_TOKEN=secret)
    assert done.status == 0
    assert not {"\x1b", "\x07"} & set(done.out)
    assert json.loads(invoke("inspect", "--json", DEVREV_TOKEN=secret).out)["unverified_claims"]["sub"] == "\ud800"


def test_claims_that_are_nested_too_deeply_for_json(invoke: Invoke) -> None:
    """Whatever the depth: claims, or a word on why not."""
    for depth in (100, 400, 700, 850, 950, 100_000):
        secret = jwt(b'{"jti": "x", "deep": ' + b"[" * depth + b"]" * depth + b"}")
        for arguments in ((), ("--json",)):
            done = invoke("inspect", *arguments, DEVREV_TOKEN=secret)
            assert done.status in {0, 2}
            assert (done.status == 0) == (done.err == "")
            assert done.status == 0 or depth > 100


def test_claims_that_json_cannot_hold_are_said_before_anything_is_sent(
    invoke: Invoke, fake: FakeDevRev, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_deep(_: object) -> str:
        raise ConfigurationError("it is nested too deeply")

    monkeypatch.setattr("devrev_auth_client._cli.cards.json_text", too_deep)
    done = invoke("inspect", "--fetch", "--json")
    assert (done.status, done.out, fake.requests) == (2, "", [])


def test_a_depth_that_can_be_read_and_not_be_written_is_said() -> None:
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(ConfigurationError, match="nested too deeply") as caught:
        json_text(deep)
    assert caught.value.__context__ is None


def test_absurd_claims_are_left_out(invoke: Invoke) -> None:
    secret = jwt({"jti": ["x"], "exp": 10**30, "iat": "today", "http://devrev.ai/tokentype": "urn:new", "sub": 5})
    done = invoke("inspect", DEVREV_TOKEN=secret)
    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines()] == ["UNVERIFIED:", "type"]


def test_the_token_itself_is_never_shown(invoke: Invoke) -> None:
    for arguments in ((), ("--fetch",), ("--json",), ("--json", "--fetch", "--verbose")):
        text = invoke("inspect", *arguments).text
        for part in [SECRET, *SECRET.split(".")]:
            assert part not in text
