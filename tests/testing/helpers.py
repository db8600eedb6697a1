"""What the tests of FakeDevRev share: a clock that stands still, and requests with and without a transport."""

from __future__ import annotations

from datetime import UTC, datetime
from json import dumps, loads
from typing import TYPE_CHECKING, Any

import anyio
import httpx

if TYPE_CHECKING:
    from devrev_auth_client.testing import Answer, FakeDevRev, IssuedToken

GET = "/auth-tokens.get"
DELETE = "/auth-tokens.self.delete"
HOST = "https://api.devrev.ai"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()
WORLDS = ["threads", "asyncio", "trio"]


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


def post(
    world: str,
    fake: FakeDevRev | str,
    token: IssuedToken,
    path: str,
    body: object,
    *,
    timeout: float | None = 10,
) -> httpx.Response:
    """Send a request with httpx, to a fake in memory or to a base URL, and read the response to its end."""
    options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token.secret}"}, "timeout": timeout}
    options |= {"base_url": fake, "trust_env": False} if isinstance(fake, str) else {"base_url": HOST}
    transport = None if isinstance(fake, str) else fake.transport()
    if world == "threads":
        with httpx.Client(transport=transport, **options) as client:
            return client.post(path, json=body)

    async def main() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, **options) as client:
            return await client.post(path, json=body)

    return anyio.run(main, backend=world)
