"""The users and tokens that FakeDevRev hands out, what their metadata shows, and how they end."""

import pickle
from base64 import urlsafe_b64decode
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from json import loads

import pytest

from devrev_auth_client.testing import FakeDevRev, IssuedToken
from devrev_auth_client.token_claims import TokenClaims
from devrev_auth_client.token_types import TokenType
from tests.testing.conftest import DELETE, GET, NOON, Clock, ask, metadata


def test_metadata_has_exact_values(fake: FakeDevRev, clock: Clock) -> None:
    """Each field of the reference page, for a token that was revoked a while after it was issued."""
    user = fake.add_user(display_name="ada", full_name="Ada Lovelace", email="ada@example.com", state="locked")
    reader = fake.issue_token(user)
    token = fake.issue_token(user, TokenType.SESSION, expires_in=90.5, scopes=["read", "write"], secret="sesame-1234")
    assert token.secret == "sesame-1234"
    clock.now += 1.25
    fake.revoke_token(token.id)
    ada = {
        "type": "dev_user",
        "display_id": "DEVU-1",
        "id": "don:identity:dvrv-us-1:devo/1:devu/1",
        "display_name": "ada",
        "display_picture": {
            "display_id": "ARTIFACT-1",
            "id": "don:core:dvrv-us-1:devo/1:artifact/1",
            "file": {"type": "image/png", "name": "devu-1.png", "size": 1024},
        },
        "email": "ada@example.com",
        "full_name": "Ada Lovelace",
        "state": "locked",
    }
    assert metadata(fake, reader, token.id) == {
        "created_by": ada,
        "created_date": "2026-01-01T12:00:00.000Z",
        "display_id": "TOKEN-2",
        "id": "don:identity:dvrv-us-1:devo/1:token/2",
        "modified_by": ada,
        "modified_date": "2026-01-01T12:00:01.250Z",
        "client_id": "fake-devrev",
        "expires_at": "2026-01-01T12:01:30.500Z",
        "issued_at": "2026-01-01T12:00:00.000Z",
        "requested_token_type": "urn:devrev:params:oauth:token-type:session",
        "scopes": ["read", "write"],
        "status": "revoked",
        "subject": user.id,
        "token_hint": "1234",
    }


def test_what_is_left_out_gets_a_value(fake: FakeDevRev, token: IssuedToken) -> None:
    assert (token.type, token.user.type, token.user.dev_org) == (TokenType.PAT, "dev_user", 1)
    assert token.user.state == "active"
    shown = metadata(fake, token, token.id)
    assert (shown["scopes"], shown["expires_at"]) == (["all"], "2026-01-31T12:00:00.000Z")
    second = fake.add_user()
    assert (second.display_name, second.full_name) == ("user-2", "User Number 2")
    assert (second.email, second.external_ref) == ("user-2@example.com", "customer-2")


@pytest.mark.parametrize(
    ("user_type", "kind"),
    [("dev_user", "devu"), ("service_account", "svcacc"), ("sys_user", "sysu"), ("martian", "user")],
)
def test_users_have_ids_of_their_type(fake: FakeDevRev, user_type: str, kind: str) -> None:
    user = fake.add_user(type=user_type, dev_org=3, external_ref="crm-9")
    assert (user.id, user.display_id) == (f"don:identity:dvrv-us-1:devo/3:{kind}/1", f"{kind.upper()}-1")
    assert not {"external_ref", "rev_org"} & user.summary().keys()


def test_only_a_customer_has_an_external_ref_and_a_rev_org(fake: FakeDevRev) -> None:
    customer = fake.add_user(type="rev_user", external_ref="crm-9")
    assert customer.display_id == "REVU-1"
    assert customer.summary()["external_ref"] == "crm-9"
    assert customer.summary()["rev_org"] == {
        "type": "rev_org",
        "id": "don:identity:dvrv-us-1:devo/1:revo/1",
        "display_id": "REVO-1",
        "display_name": "Customer 1",
    }


def test_a_token_expires_by_the_clock_and_its_bearer_with_it(fake: FakeDevRev, clock: Clock) -> None:
    """To the instant of expires_at; it can still be read."""
    user = fake.add_user()
    reader, token, endless = (fake.issue_token(user, expires_in=seconds) for seconds in (20, 10, None))
    clock.now += 9.999
    assert metadata(fake, token, token.id)["status"] == "active"
    clock.now = NOON + 10
    assert metadata(fake, reader, token.id)["status"] == "expired"
    refused = ask(fake, token, GET, {"token_id": token.id})
    said = loads(refused.content)["message"]
    assert (refused.status, said) == (401, "the token is expired")
    clock.now += 1e9
    assert "expires_at" not in metadata(fake, endless, endless.id)


def test_expire_and_revoke_end_a_token_and_an_ended_one_keeps_its_status(fake: FakeDevRev, clock: Clock) -> None:
    """`modified_date` moves with a change and stays without one."""
    user = fake.add_user()
    reader, expired, revoked = (fake.issue_token(user) for _ in range(3))
    clock.now += 1
    fake.expire_token(expired.id)
    fake.revoke_token(revoked.id)
    clock.now += 1
    fake.revoke_token(expired.id)
    fake.revoke_token(revoked.id)
    assert [fake.token_status(token.id) for token in (reader, expired, revoked)] == ["active", "expired", "revoked"]
    for token, end in ((expired, "expires_at"), (expired, "modified_date"), (revoked, "modified_date")):
        assert metadata(fake, reader, token.id)[end] == "2026-01-01T12:00:01.000Z"
    fake.expire_token(revoked.id)
    assert fake.token_status(revoked.id) == "revoked"
    assert [ask(fake, bearer, DELETE, {}).status for bearer in (expired, revoked)] == [401, 401]


def test_revoked_lists_a_users_revoked_tokens_as_they_were_issued(fake: FakeDevRev) -> None:
    ada, bob = fake.add_user(), fake.add_user()
    first, kept, second = (fake.issue_token(ada, kind) for kind in (TokenType.PAT, TokenType.AAT, TokenType.PAT))
    over, third = fake.issue_token(ada, expires_in=5), fake.issue_token(ada, TokenType.SESSION)
    his = fake.issue_token(bob)
    fake.revoke_token(third.id)
    fake.advance(5)
    ask(fake, kept, DELETE, {"requested_token_type": str(TokenType.PAT)})
    assert (fake.revoked(ada), fake.revoked(bob)) == ([first, second, third], [])
    fake.revoke_token(his.id)
    assert fake.revoked() == [first, second, third, his]
    assert fake.token_status(over.id) == "expired"


def test_a_secret_is_a_jwt_with_the_claims_of_a_pat(fake: FakeDevRev, clock: Clock) -> None:
    clock.now += 0.75
    token = fake.issue_token(fake.add_user(), expires_in=3600)
    claims = TokenClaims.from_token(token.secret)
    issued_at = datetime.fromtimestamp(NOON, UTC)
    assert (claims.token_id, claims.subject, claims.token_type) == (token.id, token.user.id, TokenType.PAT)
    assert (claims.issued_at, claims.expires_at) == (issued_at, issued_at + timedelta(hours=1))
    assert claims.issuer == "https://fake-devrev.invalid/"
    header, _, signature = token.secret.split(".")
    assert loads(urlsafe_b64decode(header + "==")) == {"alg": "ES256", "kid": "fake-devrev", "typ": "JWT"}
    assert len(urlsafe_b64decode(signature + "==")) == 64
    endless = TokenClaims.from_token(fake.issue_token(token.user, "urn:new", expires_in=None).secret)
    assert (endless.expires_at, endless.token_type) == (None, "urn:new")


def test_no_two_secrets_are_alike(clock: Clock) -> None:
    one, other = (fake.issue_token(fake.add_user()) for fake in (FakeDevRev(clock=clock), FakeDevRev(clock=clock)))
    assert one.secret.rpartition(".")[0] == other.secret.rpartition(".")[0]
    assert one.secret != other.secret


def test_no_repr_shows_a_secret(fake: FakeDevRev) -> None:
    """Not that of the token, of the fake or of what it recorded; and a user's is short, for comparisons that fail."""
    token = fake.issue_token(fake.add_user(type="rev_user", dev_org=3))
    ask(fake, token, GET, {"token_id": token.id})
    shown = f"{token!r} {token} {fake!r} {fake.requests} {[dict(request.headers) for request in fake.requests]}"
    assert token.secret not in shown
    assert "<FakeDevRev: 1 requests>" in shown
    assert "TokenType.PAT" in repr(token)
    assert repr(token.user) == "<FakeUser REVU-1, rev_user, devo/3>"


def test_what_is_handed_out_cannot_be_changed_and_survives_pickle(fake: FakeDevRev, token: IssuedToken) -> None:
    ask(fake, token, GET, {})
    for record in (token, token.user, fake.requests[0]):
        with pytest.raises(FrozenInstanceError):
            record.id = "x"  # type: ignore[misc, union-attr]
    copied: IssuedToken = pickle.loads(pickle.dumps(token))  # noqa: S301
    assert (copied, copied.secret, copied.user.id) == (token, token.secret, token.user.id)
