"""FakeDevRev as an httpx transport: under a sync client, and under an async one on asyncio and trio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx
import pytest

from devrev_auth_client.testing import FakeDevRev, FakeTransport, IssuedToken
from devrev_auth_client.token_types import TokenType
from tests.unit.fake_helpers import DELETE, GET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

HOST = "https://api.devrev.ai"


@pytest.fixture(params=["sync", "asyncio", "trio"])
def send(request: pytest.FixtureRequest) -> Callable[..., httpx.Response]:
    """Post with a client of each colour, as one function."""

    def post(fake: FakeDevRev, token: IssuedToken, path: str, **body: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token.secret}"}
        if request.param == "sync":
            with httpx.Client(base_url=HOST, headers=headers, transport=fake.transport()) as client:
                return client.post(path, **body)  # type: ignore[arg-type]

        async def main() -> httpx.Response:
            async with httpx.AsyncClient(base_url=HOST, headers=headers, transport=fake.transport()) as client:
                return await client.post(path, **body)  # type: ignore[arg-type]

        return anyio.run(main, backend=request.param)

    return post


@pytest.fixture
def fake() -> FakeDevRev:
    return FakeDevRev()


@pytest.fixture
def token(fake: FakeDevRev) -> IssuedToken:
    return fake.issue_token(fake.add_user())


def test_both_operations_through_a_client(
    fake: FakeDevRev, token: IssuedToken, send: Callable[..., httpx.Response]
) -> None:
    """One fake serves client after client."""
    response = send(fake, token, GET, json={"token_id": token.id})
    assert (response.status_code, response.json()["token"]["id"]) == (200, token.id)
    assert response.headers["Content-Type"] == "application/json"
    revoked = send(fake, token, DELETE, json={"requested_token_type": str(TokenType.PAT)})
    assert (revoked.status_code, revoked.content) == (200, b"")
    assert send(fake, token, GET, json={"token_id": token.id}).status_code == 401
    assert [request.status for request in fake.requests] == [200, 200, 401]
    assert fake.requests[0].headers["host"] == "api.devrev.ai"


@pytest.mark.parametrize(
    ("after_processing", "error", "expected"),
    [
        (True, None, httpx.ReadError),
        (False, None, httpx.ConnectError),
        (True, httpx.RemoteProtocolError, httpx.RemoteProtocolError),
        (False, httpx.WriteTimeout, httpx.WriteTimeout),
    ],
)
def test_a_lost_connection_raises_what_was_scripted(
    fake: FakeDevRev,
    token: IssuedToken,
    send: Callable[..., httpx.Response],
    after_processing: bool,
    error: type[httpx.TransportError] | None,
    expected: type[httpx.TransportError],
) -> None:
    """With the request at hand, as from a real transport."""
    fake.lose_connection(after_processing=after_processing, error=error)
    with pytest.raises(expected) as caught:
        send(fake, token, DELETE, json={})
    assert caught.type is expected
    assert caught.value.request.url == HOST + DELETE
    assert fake.token_status(token.id) == ("revoked" if after_processing else "active")
    assert fake.requests[0].body == (None if expected is httpx.ConnectError else {})


class NotedStream(httpx.SyncByteStream):
    """A body that notes how far it was read."""

    def __init__(self) -> None:
        self.read: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for chunk in (b'{"token_id"', b': "x"}'):
            self.read.append(chunk)
            yield chunk


class AsyncNotedStream(httpx.AsyncByteStream):
    """The same for await; not both, as httpx's own are."""

    def __init__(self) -> None:
        self.read: list[bytes] = []

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in (b'{"token_id"', b': "x"}'):
            self.read.append(chunk)
            await anyio.lowlevel.checkpoint()
            yield chunk


def request(token: IssuedToken, stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> httpx.Request:
    headers = {"Authorization": f"Bearer {token.secret}", "Content-Type": "application/json"}
    return httpx.Request("POST", HOST + GET, headers=headers, stream=stream)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("make_stream", [NotedStream, AsyncNotedStream])
def test_the_body_stream_is_read_by_the_async_transport(
    fake: FakeDevRev,
    token: IssuedToken,
    make_stream: type[NotedStream | AsyncNotedStream],
    backend: str,
) -> None:
    """Of either kind, to its end; and not at all where no connection was had."""
    stream, unread = make_stream(), make_stream()

    async def main() -> None:
        response = await fake.transport().handle_async_request(request(token, stream))
        assert response.status_code == 404
        with pytest.raises(httpx.ResponseNotRead):
            _ = response.content
        assert b"not_found" in await response.aread()
        fake.lose_connection()
        with pytest.raises(httpx.ConnectError):
            await fake.transport().handle_async_request(request(token, unread))

    anyio.run(main, backend=backend)
    assert b"".join(stream.read) == b'{"token_id": "x"}'
    assert unread.read == []
    assert fake.requests[0].body == {"token_id": "x"}


def test_the_body_stream_is_read_by_the_sync_transport(fake: FakeDevRev, token: IssuedToken) -> None:
    """To its end; not at all where no connection was had; and one that needs await is refused."""
    stream, unread = NotedStream(), NotedStream()
    response = fake.transport().handle_request(request(token, stream))
    with pytest.raises(httpx.ResponseNotRead):
        _ = response.content
    assert b"not_found" in response.read()
    assert b"".join(stream.read) == b'{"token_id": "x"}'
    fake.lose_connection()
    with pytest.raises(httpx.ConnectError):
        fake.transport().handle_request(request(token, unread))
    assert unread.read == []
    with pytest.raises(TypeError, match="without await"):
        fake.transport().handle_request(request(token, AsyncNotedStream()))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_request_does_not_arrive(fake: FakeDevRev, token: IssuedToken, backend: str) -> None:
    """An answer from memory is a place to be cancelled all the same, and takes nothing of the script."""
    fake.respond_next(503)

    async def main() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await fake.transport().handle_async_request(request(token, AsyncNotedStream()))
        assert scope.cancelled_caught
        assert fake.requests == []
        response = await fake.transport().handle_async_request(request(token, AsyncNotedStream()))
        assert response.status_code == 503

    anyio.run(main, backend=backend)


def test_clients_share_a_transport_and_closing_it_changes_nothing(fake: FakeDevRev, token: IssuedToken) -> None:
    """One object for both colours."""
    transport = fake.transport()
    assert isinstance(transport, FakeTransport)
    assert isinstance(transport, httpx.BaseTransport)
    assert isinstance(transport, httpx.AsyncBaseTransport)
    headers = {"Authorization": f"Bearer {token.secret}"}

    async def main() -> int:
        async with httpx.AsyncClient(base_url=HOST, headers=headers, transport=transport) as client:
            return (await client.post(GET, json={"token_id": token.id})).status_code

    for _ in range(2):
        with httpx.Client(base_url=HOST, headers=headers, transport=transport) as client:
            assert client.post(GET, json={"token_id": token.id}).status_code == 200
        assert anyio.run(main) == 200
