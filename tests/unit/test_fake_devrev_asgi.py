"""FakeDevRev as an ASGI app, for a server of one's own."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.unit.fake_helpers import DELETE


async def call(app: Any, scope: dict[str, Any], *received: Any) -> list[dict[str, Any]]:
    """Run an ASGI app on these messages; gives what it sent."""
    messages: list[dict[str, Any]] = list(received)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert messages == []
    return sent


def http_scope(token: IssuedToken) -> dict[str, Any]:
    headers = [(b"authorization", f"Bearer {token.secret}".encode()), (b"content-type", b"application/json")]
    return {"type": "http", "method": "POST", "path": DELETE, "headers": headers}


def test_the_asgi_app_reads_a_body_in_parts() -> None:
    """A part may lack its body, and the last one says so."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user())
    parts = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.request", "more_body": True},
        {"type": "http.request", "body": b"}"},
    ]
    start, body = anyio.run(call, fake.asgi_app(), http_scope(token), *parts)
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    assert (b"content-length", b"0") in start["headers"]
    assert body == {"type": "http.response.body", "body": b""}


def test_the_asgi_app_ignores_a_request_that_breaks_off() -> None:
    """It never arrived: nothing is recorded, done or taken of the script."""
    fake = FakeDevRev()
    fake.respond_next(503)
    token = fake.issue_token(fake.add_user())
    parts = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    assert anyio.run(call, fake.asgi_app(), http_scope(token), *parts) == []
    assert fake.requests == []
    assert anyio.run(call, fake.asgi_app(), http_scope(token), {"type": "http.request"})[0]["status"] == 503


def test_the_asgi_app_speaks_http_only() -> None:
    """As the specification has an app refuse lifespan events."""
    with pytest.raises(RuntimeError, match="HTTP only"):
        anyio.run(call, FakeDevRev().asgi_app(), {"type": "lifespan"})


def test_the_asgi_app_breaks_off_where_a_connection_is_lost() -> None:
    """After the headers: ASGI has no word for closing, and a server would answer 500 for silence."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user())
    fake.lose_connection(after_processing=True)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}"}

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(ConnectionAbortedError):
        anyio.run(fake.asgi_app(), http_scope(token), receive, send)
    assert sent == [{"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]}]
    assert fake.token_status(token.id) == "revoked"
