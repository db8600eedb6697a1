"""The secrets of FakeDevRev have the form of a PAT."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from json import loads
from typing import Any

import pytest

from devrev_auth_client.testing import FakeDevRev
from devrev_auth_client.token_claims import TokenClaims
from devrev_auth_client.token_types import TokenType
from tests.unit.fake_helpers import GET, NOON, Clock, ask


@pytest.fixture
def fake() -> FakeDevRev:
    return FakeDevRev(clock=Clock(NOON + 0.75))


def decoded(part: str) -> Any:
    return loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_a_secret_is_a_jwt_with_the_claims_of_a_pat(fake: FakeDevRev) -> None:
    user = fake.add_user()
    token = fake.issue_token(user, TokenType.SESSION, expires_in=60)
    header, payload, signature = token.secret.split(".")
    assert decoded(header) == {"alg": "ES256", "kid": "fake-devrev", "typ": "JWT"}
    assert decoded(payload) == {
        "iss": "https://fake-devrev.invalid/",
        "sub": user.id,
        "jti": token.id,
        "iat": int(NOON),
        "exp": int(NOON) + 60,
        "http://devrev.ai/tokentype": "urn:devrev:params:oauth:token-type:session",
    }
    assert len(urlsafe_b64decode(signature + "==")) == 64
    assert ask(fake, token, GET, {"token_id": token.id}).status == 200


def test_its_claims_can_be_read(fake: FakeDevRev) -> None:
    """As those of a real one."""
    token = fake.issue_token(fake.add_user(), expires_in=3600)
    claims = TokenClaims.from_token(token.secret)
    issued_at = datetime.fromtimestamp(NOON, UTC)
    assert (claims.token_id, claims.subject, claims.token_type) == (token.id, token.user.id, TokenType.PAT)
    assert (claims.issued_at, claims.expires_at) == (issued_at, issued_at + timedelta(hours=1))


def test_a_token_without_an_end_claims_none(fake: FakeDevRev) -> None:
    token = fake.issue_token(fake.add_user(), "urn:new", expires_in=None)
    claims = decoded(token.secret.split(".")[1])
    assert "exp" not in claims
    assert claims["http://devrev.ai/tokentype"] == "urn:new"


def test_no_two_signatures_are_alike(fake: FakeDevRev) -> None:
    """So that no two fakes, nor two tokens of equal claims, share a secret; and none is valid."""
    twin = FakeDevRev(clock=Clock(NOON + 0.75))
    one, other = fake.issue_token(fake.add_user()), twin.issue_token(twin.add_user())
    assert one.secret.rpartition(".")[0] == other.secret.rpartition(".")[0]
    assert one.secret != other.secret


def test_a_secret_of_ones_own_stays_as_it_is(fake: FakeDevRev) -> None:
    assert fake.issue_token(fake.add_user(), secret="sesame").secret == "sesame"
