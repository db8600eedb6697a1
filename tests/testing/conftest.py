"""What the tests of FakeDevRev share: a clock that stands still, and requests without a transport."""

from datetime import UTC, datetime
from json import dumps, loads
from typing import Any

import pytest

from devrev_auth_client.testing import Answer, FakeDevRev, IssuedToken

GET = "/auth-tokens.get"
DELETE = "/auth-tokens.self.delete"
HOST = "https://api.devrev.ai"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()


class Clock:
    """A clock that stands still until it is moved; epoch seconds."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def ask(fake: FakeDevRev, token: IssuedToken | str, path: str, body: object, method: str = "POST") -> Answer:
    """Send a request without any transport."""
    secret = token if isinstance(token, str) else token.secret
    headers = [("Authorization", f"Bearer {secret}"), ("Content-Type", "application/json; charset=utf-8")]
    return fake.handle(method, path, headers, body if isinstance(body, bytes) else dumps(body).encode())


def metadata(fake: FakeDevRev, reader: IssuedToken, token_id: str) -> dict[str, Any]:
    answer = ask(fake, reader, GET, {"token_id": token_id})
    assert answer.status == 200
    token: dict[str, Any] = loads(answer.content)["token"]
    return token


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake(clock: Clock) -> FakeDevRev:
    return FakeDevRev(seed=1, clock=clock)


@pytest.fixture
def token(fake: FakeDevRev) -> IssuedToken:
    return fake.issue_token(fake.add_user())
