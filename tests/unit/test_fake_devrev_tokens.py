"""The users and tokens that FakeDevRev hands out."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import pytest

from devrev_auth_client.testing import FakeDevRev, FakeUser, IssuedToken
from devrev_auth_client.token_types import TokenType
from tests.unit.fake_helpers import GET, Clock, ask, metadata


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake(clock: Clock) -> FakeDevRev:
    return FakeDevRev(clock=clock)


@pytest.mark.parametrize(
    ("user_type", "id_end", "display_id"),
    [
        ("dev_user", "devu/2", "DEVU-2"),
        ("rev_user", "revu/2", "REVU-2"),
        ("service_account", "svcacc/2", "SVCACC-2"),
        ("sys_user", "sysu/2", "SYSU-2"),
        ("martian", "user/2", "USER-2"),
    ],
)
def test_users_have_ids_of_their_type(fake: FakeDevRev, user_type: str, id_end: str, display_id: str) -> None:
    """Also of a type that is not known."""
    fake.add_user()
    user = fake.add_user(type=user_type, dev_org=3)
    assert (user.id, user.display_id) == (f"don:identity:dvrv-us-1:devo/3:{id_end}", display_id)
    token = fake.issue_token(user)
    shown = metadata(fake, token, token.id)["created_by"]
    assert (shown["type"], shown["id"], shown["display_name"]) == (user_type, user.id, "user-2")


def test_what_is_left_out_gets_a_value(fake: FakeDevRev, clock: Clock) -> None:
    """Each user's own; a token without more words is a PAT for thirty days."""
    first, second = fake.add_user(), fake.add_user(type="rev_user")
    assert (first.type, first.dev_org, first.state) == ("dev_user", 1, "active")
    assert (second.display_name, second.full_name) == ("user-2", "User Number 2")
    assert (second.email, second.external_ref) == ("user-2@example.com", "customer-2")
    token = fake.issue_token(first)
    assert (token.type, token.user) == (TokenType.PAT, first)
    shown = metadata(fake, token, token.id)
    assert (shown["scopes"], shown["expires_at"]) == (["all"], "2026-01-31T12:00:00.000Z")


def test_what_is_handed_out_cannot_be_changed(fake: FakeDevRev) -> None:
    """The fake would not know of it."""
    token = fake.issue_token(fake.add_user())
    ask(fake, token, GET, {})
    for record in (token, token.user, fake.requests[0]):
        with pytest.raises(FrozenInstanceError):
            record.id = "x"  # type: ignore[misc, union-attr]


def test_only_a_customer_has_an_external_ref_and_a_rev_org(fake: FakeDevRev) -> None:
    """As the reference has it."""
    customer = fake.add_user(type="rev_user", external_ref="crm-9").summary()
    assert customer["external_ref"] == "crm-9"
    assert customer["rev_org"] == {
        "type": "rev_org",
        "id": "don:identity:dvrv-us-1:devo/1:revo/1",
        "display_id": "REVO-1",
        "display_name": "Customer 1",
    }
    assert not {"external_ref", "rev_org"} & set(fake.add_user(external_ref="crm-9").summary())


@pytest.mark.parametrize("method", ["expire_token", "revoke_token", "token_status"])
def test_an_id_that_was_never_issued_is_a_key_error(fake: FakeDevRev, method: str) -> None:
    """A mistake in the test, not in what it tests."""
    with pytest.raises(KeyError, match="token/9"):
        getattr(fake, method)("token/9")


@pytest.mark.parametrize("secret", ["", "taken"])
def test_a_secret_is_neither_empty_nor_taken(fake: FakeDevRev, secret: str) -> None:
    """Else a bearer would not say whose it is."""
    user = fake.add_user()
    fake.issue_token(user, secret="taken")
    with pytest.raises(ValueError, match="a secret must not be empty"):
        fake.issue_token(user, secret=secret)


def test_no_repr_shows_a_secret_and_no_two_are_alike(fake: FakeDevRev) -> None:
    """Not that of the token, nor that of the fake or of what it recorded."""
    user = fake.add_user()
    tokens = [fake.issue_token(user) for _ in range(50)]
    assert len({token.secret for token in tokens}) == 50
    for token in tokens:
        ask(fake, token, GET, {"token_id": token.id})
        shown = [
            repr(token),
            str(token),
            repr(fake),
            repr(fake.requests),
            str([dict(request.headers) for request in fake.requests]),
        ]
        assert not [text for text in shown if token.secret in text]
    assert repr(fake) == "<FakeDevRev: 50 requests>"
    assert "TokenType.PAT" in repr(tokens[0])


def test_users_and_issued_tokens_survive_pickle(fake: FakeDevRev) -> None:
    """For tests that hand them to other processes."""
    token = fake.issue_token(fake.add_user())
    copied: IssuedToken = pickle.loads(pickle.dumps(token))  # noqa: S301
    assert copied == token
    assert isinstance(copied.user, FakeUser)
    assert (copied.secret, copied.user.id) == (token.secret, token.user.id)
