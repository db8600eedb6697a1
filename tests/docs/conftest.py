"""What the examples of the documents find where they run: a DevRev in the environment, and the files they read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devrev_auth_client import TokenType
from devrev_auth_client.testing import FakeDevRev
from tests.jwts import jwt

TOKEN_ID = "don:identity:dvrv-us-1:devo/1:token/1"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDevRev]:
    """Serve a DevRev whose token ids are those of the examples; its first token is in the environment and in files."""
    fake = FakeDevRev(rate_limit=1000)
    user = fake.add_user()
    claims = {"jti": TOKEN_ID, "http://devrev.ai/tokentype": TokenType.PAT, "exp": 1893456000}
    token = fake.issue_token(user, TokenType.PAT, secret=jwt(claims))
    assert token.id == TOKEN_ID
    ids = [token.id, *(fake.issue_token(user).id for _ in range(59))]
    (tmp_path / "devrev-token.txt").write_text(f"{token.secret}\n", encoding="utf-8")
    (tmp_path / "token-ids.txt").write_text("".join(f"{token_id}\n" for token_id in ids), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEVREV_TOKEN", token.secret)
    with fake.serve() as base_url:
        monkeypatch.setenv("DEVREV_BASE_URL", base_url)
        yield fake
