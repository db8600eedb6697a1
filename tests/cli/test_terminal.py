"""The real console script on a terminal: what is typed and not shown, questions, colours, the countdown."""

from __future__ import annotations

import sys

import pytest

from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.cli.conftest import SECRET

if sys.platform == "win32":
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

from tests.cli.shell import Terminal


def test_it_asks_for_the_token_without_showing_it_and_before_it_revokes(
    fake: FakeDevRev, pat: IssuedToken, environment: dict[str, str]
) -> None:
    """And says in green that it is done."""
    session = fake.issue_token(pat.user, TokenType.SESSION)
    del environment["DEVREV_TOKEN"]
    with Terminal("revoke", "session", variables=environment) as terminal:
        terminal.wait_for("DevRev token")
        terminal.type(f"{pat.secret}\n")
        terminal.wait_for(r"Revoke them\?.*: ")
        assert fake.requests == []
        terminal.type("yes\n")
        done = terminal.ended()
    assert done.status == 0
    assert "\x1b[32mRevoked: all tokens of type session that you created.\x1b[0m" in done.out
    assert pat.secret not in done.out
    assert fake.token_status(session.id) == "revoked"


def test_a_wait_is_counted_down_and_can_be_stopped(fake: FakeDevRev, environment: dict[str, str]) -> None:
    """DevRev refused what was sent, so that a revocation that is stopped there has surely not happened."""
    fake.respond_next(429, retry_after=90)
    with Terminal("revoke", "pat", "--yes", variables=environment) as terminal:
        terminal.wait_for(r"DevRev answered 429; trying again in 1:(30|2\d) \(Ctrl-C stops\)")
        terminal.wait_for(r"trying again in 1:2\d")
        done = terminal.interrupted()
    assert done.status == 130
    assert "Not revoked: stopped." in done.out
    assert "Traceback" not in done.out
    assert [request.status for request in fake.requests] == [429]


def test_a_card_has_its_status_in_colour(fake: FakeDevRev, environment: dict[str, str]) -> None:
    fake.respond_next(json={"token": {"id": "x", "status": "revoked"}})
    with Terminal("get", "x", variables=environment) as terminal:
        assert "\x1b[31mrevoked\x1b[0m" in terminal.ended().out
    assert SECRET not in terminal.text
