"""What a test asks FakeDevRev at its end: what was revoked, who asked, was all of the script played."""

from __future__ import annotations

import pytest

from devrev_auth_client.testing import FakeDevRev, Fault
from devrev_auth_client.token_types import TokenType
from tests.unit.fake_helpers import DELETE, GET, Clock, ask


@pytest.fixture
def fake() -> FakeDevRev:
    return FakeDevRev(clock=Clock())


def test_revoked_lists_a_users_revoked_tokens_as_they_were_issued(fake: FakeDevRev) -> None:
    """Revoked over the API or by the test; not those that expired, and not those of others."""
    ada, bob = fake.add_user(), fake.add_user()
    first, kept, second = (fake.issue_token(ada, kind) for kind in (TokenType.PAT, TokenType.AAT, TokenType.PAT))
    over = fake.issue_token(ada, TokenType.PAT, expires_in=5)
    third = fake.issue_token(ada, TokenType.SESSION)
    his = fake.issue_token(bob, TokenType.PAT)
    fake.revoke_token(third.id)
    fake.advance(5)
    assert fake.revoked(ada) == [third]
    ask(fake, kept, DELETE, {"requested_token_type": str(TokenType.PAT)})
    assert fake.revoked(ada) == [first, second, third]
    assert fake.revoked(bob) == []
    fake.revoke_token(his.id)
    assert fake.revoked() == [first, second, third, his]
    assert fake.token_status(over.id) == "expired"


def test_requests_for_a_token_and_for_a_user(fake: FakeDevRev) -> None:
    """Those that were made with it, whatever they asked for."""
    ada = fake.add_user()
    pat, session = fake.issue_token(ada), fake.issue_token(ada, TokenType.SESSION)
    other = fake.issue_token(fake.add_user())
    for token in (pat, other, session, pat):
        ask(fake, token, GET, {"token_id": pat.id})
    ask(fake, "unknown", GET, {"token_id": pat.id})
    assert fake.requests_for(pat) == [fake.requests[0], fake.requests[3]]
    assert fake.requests_for(ada) == [fake.requests[0], fake.requests[2], fake.requests[3]]
    assert fake.requests_for(fake.issue_token(ada)) == []


def test_unplayed_counts_what_no_request_has_met(fake: FakeDevRev) -> None:
    """A test whose script was not played to its end has shown less than it says."""
    assert fake.unplayed == 0
    fake.respond_next(503, times=2)
    fake.lose_connection()
    fake.play_next(Fault.truncated())
    assert fake.unplayed == 4
    ask(fake, "unknown", GET, {})
    assert fake.unplayed == 3


def test_a_comparison_of_tokens_that_fails_is_short(fake: FakeDevRev) -> None:
    """A user is shown by its display id, not with all that it has."""
    token = fake.issue_token(fake.add_user(type="rev_user", dev_org=3))
    assert repr(token.user) == "<FakeUser REVU-1, rev_user, devo/3>"
    assert len(repr([token])) < 250
