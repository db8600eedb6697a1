"""`devrev-auth inspect`: what the token says of itself, and with --fetch what DevRev says of it."""

import json

import pytest

from devrev_auth_client.testing import FakeDevRev
from tests.cli.conftest import CLAIMS, FIRST, SCRIPT, SECRET, Environment, Invoke
from tests.jwts import jwt
from tests.programs import Program


def test_fetch_shows_what_devrev_says_too(invoke: Invoke, fake: FakeDevRev, host: str) -> None:
    done = invoke("inspect", "--fetch")
    assert (done.status, done.err) == (0, "")
    claims, _, metadata = done.out.partition(f"VERIFIED: {host} accepts this token.\n")
    assert claims == invoke("inspect").out
    assert "status    active\n" in metadata
    assert [request.body for request in fake.requests] == [{"token_id": FIRST}]


def test_json_names_what_is_unverified(invoke: Invoke, fake: FakeDevRev) -> None:
    assert json.loads(invoke("inspect", "--json").out) == {"unverified_claims": CLAIMS}
    assert fake.requests == []
    both = json.loads(invoke("inspect", "--json", "--fetch").out)
    assert both.keys() == {"unverified_claims", "token"}
    assert both["token"]["status"] == "active"


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_a_failed_fetch_takes_nothing_from_the_claims(
    invoke: Invoke, fake: FakeDevRev, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """They are known without asking. Where even they cannot be written, the exit code is still the call's."""
    claims = invoke("inspect", *arguments).out
    fake.respond_next(401)
    done = invoke("inspect", "--fetch", *arguments)
    assert (done.status, done.out) == (1, claims)
    assert done.err.startswith("The host does not accept this token")
    fake.respond_next(520)
    monkeypatch.setattr("devrev_auth_client.cli.show.write", lambda *_: False)
    assert invoke("inspect", "--fetch", *arguments).status == 4


def test_the_claims_come_before_the_refusal(fake: FakeDevRev, environment: Environment) -> None:
    fake.respond_next(401)
    with Program(SCRIPT, "inspect", "--fetch", variables=environment) as program:
        done = program.ended()
    assert done.status == 1
    assert done.out.index("UNVERIFIED: ") < done.out.index(FIRST) < done.out.index("The host does not")


def test_without_an_id_there_is_nothing_to_fetch(invoke: Invoke, fake: FakeDevRev) -> None:
    done = invoke("inspect", "--fetch", DEVREV_TOKEN=jwt({"sub": "x"}))
    assert (done.status, fake.requests) == (2, [])
    assert "subject   x\n" in done.out
    assert "(claim jti); pass the id to `devrev-auth get TOKEN_ID`" in done.err


def test_claims_cannot_steer_the_terminal_and_absurd_ones_are_left_out(invoke: Invoke) -> None:
    secret = jwt({"jti": "x\x1b[2J", "sub": "\ud800", "\x1b]0;title\x07": 1})
    done = invoke("inspect", DEVREV_TOKEN=secret)
    assert done.status == 0
    assert not {"\x1b", "\x07"} & set(done.out)
    assert json.loads(invoke("inspect", "--json", DEVREV_TOKEN=secret).out)["unverified_claims"]["sub"] == "\ud800"
    secret = jwt({"jti": ["x"], "exp": 10**30, "iat": "today", "http://devrev.ai/tokentype": "urn:new", "sub": 5})
    done = invoke("inspect", DEVREV_TOKEN=secret)
    assert [line.split()[0] for line in done.out.splitlines()] == ["UNVERIFIED:", "type"]


@pytest.mark.parametrize("depth", [100, 700, 950, 100_000])
def test_claims_that_are_nested_too_deeply_for_json_are_said_before_anything_is_sent(
    invoke: Invoke, fake: FakeDevRev, depth: int
) -> None:
    """Whatever the depth: claims, or a word on why not."""
    secret = jwt(b'{"deep": ' + b"[" * depth + b"]" * depth + b"}")
    done = invoke("inspect", "--json", DEVREV_TOKEN=secret)
    assert (done.status, done.err) == (0, "") or (done.status, done.out) == (2, "")
    assert done.status == 0 or depth > 100
    assert invoke("inspect", "--fetch", "--json", DEVREV_TOKEN=secret).status == 2
    assert fake.requests == []


def test_the_token_itself_is_never_shown(invoke: Invoke) -> None:
    for arguments in ((), ("--json", "--fetch", "--verbose")):
        text = invoke("inspect", *arguments).text
        for part in [SECRET, *SECRET.split(".")]:
            assert part not in text
