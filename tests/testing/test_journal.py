"""The journal of FakeDevRev: a timeline that people can read, and that holds no secret."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from httpx import ReadError

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from devrev_auth_client.token_types import TokenType
from tests.testing.conftest import DELETE, GET, Clock, ask

TIMELINE = Path(__file__).with_name("journal.txt").read_text("utf-8")


def test_it_reads_as_a_timeline() -> None:
    clock = Clock()
    fake = FakeDevRev(seed=3, clock=clock, rate_limit=10)
    ada, robot = fake.add_user(), fake.add_user(type="service_account")
    pat = fake.issue_token(ada)
    session = fake.issue_token(robot, TokenType.SESSION_REV_ACT_AS, expires_in=90.5)
    newer = fake.issue_token(ada, "urn:new", expires_in=None)
    clock.now += 1.25
    ask(fake, pat, GET, {"token_id": session.id})
    fake.advance(3600)
    ask(fake, session, GET, b"no JSON")
    ask(fake, "unknown", DELETE, {})
    fake.handle("POST", DELETE, [], b"[]")
    fake.respond_next(503, retry_after=0.5)
    fake.lose_connection(error=ReadError)
    ask(fake, pat, GET, {"token_id": "elsewhere"})
    with pytest.raises(ConnectionAbortedError):
        ask(fake, pat, DELETE, {"requested_token_type": str(TokenType.SESSION)})
    with fake.inject(Fault.reset(after_processing=True), user=ada, times=3), pytest.raises(ConnectionAbortedError):
        ask(fake, pat, DELETE, {})
    fake.stop_clock(datetime(2026, 1, 1, 14, tzinfo=UTC))
    ask(fake, pat, DELETE, {"requested_token_type": "urn:new"})
    fake.handle("GET", "/v1", [], b"")
    fake.revoke_token(newer.id)
    fake.expire_token(session.id)
    fake.respond_next(500)
    assert f"{fake.journal()}\n" == TIMELINE


def test_the_latest_lines_are_given_on_demand() -> None:
    fake = FakeDevRev(seed=0, clock=Clock())
    fake.handle("POST", "/", [], b"")
    fake.requests.clear()
    for seconds in range(5):
        fake.advance(seconds)
    first = "1 request, seed 0; times are seconds on the fake's clock"
    assert fake.journal(last=2).splitlines() == [
        first,
        "(4 earlier lines left out)",
        "     6.000         clock advanced by 3 s",
        "    10.000         clock advanced by 4 s",
    ]
    assert fake.journal(last=0).splitlines() == [first, "(6 earlier lines left out)"]
    assert fake.journal(last=6) == fake.journal(last=9) == fake.journal()


def test_no_secret_is_in_it(fake: FakeDevRev, token: IssuedToken) -> None:
    ask(fake, token, GET, {"token_id": token.secret})
    ask(fake, token, DELETE, {"requested_token_type": token.secret})
    ask(fake, token, GET, {"token_id": [token.secret]})
    ask(fake, token, f"/v1/{token.secret}", {})
    fake.handle(token.secret, "/", [("Authorization", token.secret)], b"")
    journal = fake.journal()
    assert all(part not in journal for part in token.secret.split("."))
    assert "POST /v1/[hidden]" in journal


def test_a_path_cannot_forge_lines(fake: FakeDevRev) -> None:
    fake.handle("POST", "/\n   0.000  #9\x1b[2J" + "x" * 100, [], b"")
    assert len(fake.journal().splitlines()) == 2
    shown = "POST /?   0.000  #9?[2J"
    assert f"  {shown}{'x' * (60 - len(shown))}...  404" in fake.journal()
