"""The real console script on a terminal: what is typed and not shown, questions, colours, the countdown, Ctrl-C."""

import re

import pytest

from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.cli.conftest import FIRST, SCRIPT, SECRET, Environment
from tests.programs import Program, wait_until


def on_a_terminal(*arguments: str, variables: Environment) -> Program:
    return Program(SCRIPT, *arguments, terminal=True, variables=variables)


def test_it_asks_for_the_token_without_showing_it_and_before_it_revokes(
    fake: FakeDevRev, pat: IssuedToken, environment: Environment, host: str
) -> None:
    session = fake.issue_token(pat.user, TokenType.SESSION)
    del environment["DEVREV_TOKEN"]
    with on_a_terminal("revoke", "session", variables=environment) as terminal:
        terminal.wait_for("DevRev token")
        terminal.type(f"{pat.secret}\n")
        terminal.wait_for(r"Revoke them\?.*: ")
        assert f"Host: {host}. " in terminal.text
        assert fake.requests == []
        terminal.type("yes\n")
        done = terminal.ended()
    assert done.status == 0
    assert "\x1b[32mRevoked: all tokens of type session that you created.\x1b[0m" in done.out
    assert pat.secret not in done.out
    assert fake.token_status(session.id) == "revoked"


def test_a_wait_is_counted_down_and_can_be_stopped(fake: FakeDevRev, environment: Environment, host: str) -> None:
    """DevRev refused what was sent, so that a revocation that is stopped there has surely not happened."""
    fake.respond_next(503, retry_after=1)
    fake.respond_next(429, retry_after=90)
    with on_a_terminal("revoke", "pat", "--yes", variables=environment) as terminal:
        terminal.wait_for(rf"{host} responded 503; retrying in 0:0[12] \(Ctrl-C stops\)")
        terminal.wait_for(rf"rate limited by {host}; retrying in 1:(30|2\d) \(Ctrl-C stops\)")
        terminal.wait_for(r"retrying in 1:2\d")
        done = terminal.stopped()
    assert done.status == 130
    assert "Not revoked: stopped." in done.out
    assert "Traceback" not in done.out
    assert [request.status for request in fake.requests] == [503, 429]


@pytest.mark.parametrize("before", [None, 502])
@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("revoke", "pat", "--yes"), 3, "Unconfirmed: stopped while the revocation was in progress"),
        (("get", FIRST), 130, "Stopped."),
    ],
    ids=["revoke", "get"],
)
def test_ctrl_c_while_a_request_is_under_way(
    fake: FakeDevRev, environment: Environment, arguments: tuple[str, ...], status: int, said: str, before: int | None
) -> None:
    if before:
        fake.respond_next(before, retry_after=1)
    fake.play_next(Fault.slow(before=60))
    with on_a_terminal(*arguments, variables=environment) as terminal:
        wait_until(lambda: len(fake.requests) == (2 if before else 1))
        done = terminal.stopped()
    assert done.status == status
    assert said in done.out
    assert "Traceback" not in done.out
    assert SECRET not in done.out


def test_a_revocation_that_is_stopped_after_a_doubtful_answer_is_unconfirmed(
    fake: FakeDevRev, environment: Environment
) -> None:
    """The 502 leaves it open, although the wait that follows is for a 429."""
    fake.respond_next(502)
    fake.respond_next(429, retry_after=90)
    with on_a_terminal("revoke", "session", "--yes", variables=environment) as terminal:
        terminal.wait_for("; retrying in 1:")
        done = terminal.stopped()
    assert done.status == 3


@pytest.mark.parametrize(("status", "colour"), [("active", 32), ("expired", 33), ("revoked", 31)])
def test_colours_mark_what_matters(fake: FakeDevRev, environment: Environment, status: str, colour: int) -> None:
    fake.respond_next(json={"token": {"id": "x", "status": status, "expires_at": "2020-01-01T00:00:00Z"}})
    with on_a_terminal("get", "x", variables=environment) as terminal:
        text = terminal.ended().out
    assert f"\x1b[{colour}m{status}\x1b[0m" in text
    assert ", \x1b[1;31mEXPIRED\x1b[0m" in text
    assert "\x1b[33mWarning: DEVREV_BASE_URL points to" in text


def test_text_wraps_between_words_and_under_its_column(fake: FakeDevRev, environment: Environment) -> None:
    """An id that is too long stays in one piece, so that it can be copied."""
    fake.respond_next(json={"token": {"id": "i" * 100, "scopes": ["scope"] * 12}})
    with on_a_terminal("get", "x", variables=environment | {"COLUMNS": "60", "NO_COLOR": "1"}) as terminal:
        text = re.sub("\x1b.*?m", "", terminal.ended().out)
    assert f"\r\nid        {'i' * 100}\r\n" in text
    assert f"\r\nscopes    {'scope, ' * 6}scope,\r\n{' ' * 10}{'scope, ' * 4}scope\r\n" in text
    assert re.search(r"^Warning: .{20,52}\r\n.*\(api\.devrev\.ai\)\.\r$", text, re.MULTILINE)
