"""FakeDevRev as an httpx transport, in threads, on asyncio and on trio: bodies, lost connections, slow answers."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import httpx
import pytest

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.testing.conftest import DELETE, GET, HOST

LONG = 3600.0
WORLDS = ["threads", "asyncio", "trio"]


def post(
    world: str, fake: FakeDevRev, token: IssuedToken, path: str, body: object, *, timeout: float = 10
) -> httpx.Response:
    """Send a request with a client, and read the response to its end."""
    headers = {"Authorization": f"Bearer {token.secret}"}
    options: dict[str, Any] = {"transport": fake.transport(), "base_url": HOST, "headers": headers, "timeout": timeout}
    if world == "threads":
        with httpx.Client(**options) as client:
            return client.post(path, json=body)

    async def main() -> httpx.Response:
        async with httpx.AsyncClient(**options) as client:
            return await client.post(path, json=body)

    return anyio.run(main, backend=world)


def request(token: IssuedToken, content: Any = None) -> httpx.Request:
    headers = {"Authorization": f"Bearer {token.secret}", "Content-Type": "application/json"}
    return httpx.Request("POST", HOST + GET, headers=headers, content=content or f'{{"token_id": "{token.id}"}}')


def unread(world: str, fake: FakeDevRev, token: IssuedToken, content: Any) -> httpx.Response:
    if world == "threads":
        return fake.transport().handle_request(request(token, content))
    return anyio.run(fake.transport().handle_async_request, request(token, content), backend=world)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.lost_connection(after_processing=True), httpx.ReadError),
        (Fault.lost_connection(), httpx.ConnectError),
        (Fault.lost_connection(after_processing=True, error=httpx.ReadTimeout), httpx.ReadTimeout),
        (Fault.lost_connection(error=httpx.WriteTimeout), httpx.WriteTimeout),
        (Fault.reset(), httpx.ReadError),
        (Fault.truncated(), httpx.RemoteProtocolError),
    ],
    ids=repr,
)
def test_a_lost_connection_raises_what_was_scripted(
    fake: FakeDevRev, token: IssuedToken, world: str, fault: Fault, expected: type[httpx.TransportError]
) -> None:
    """With the request at hand, as from a real transport."""
    fake.play_next(fault)
    with pytest.raises(expected, match="reset" if fault.name == "reset" else "lost") as caught:
        post(world, fake, token, DELETE, {})
    assert caught.type is expected
    assert caught.value.request.url == HOST + DELETE
    assert fake.requests[0].status is None
    assert fake.requests[0].body == (None if expected is httpx.ConnectError else {})


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(("keep", "received"), [(None, 0.5), (0, 0.0), (10, 10), (10**9, -1)])
def test_a_truncated_answer_breaks_off(
    fake: FakeDevRev, token: IssuedToken, world: str, keep: int | None, received: float
) -> None:
    size = len(post(world, fake, token, GET, {"token_id": token.id}).content)
    expected = int(size * received) if received == 0.5 else size - 1 if received == -1 else int(received)
    fake.play_next(Fault.truncated(keep), times=2)
    with pytest.raises(httpx.RemoteProtocolError, match=f"after {expected} of {size} bytes"):
        post(world, fake, token, GET, {"token_id": token.id})
    with pytest.raises(ConnectionAbortedError, match="in the middle"):
        fake.handle("POST", GET, [("Authorization", f"Bearer {token.secret}")], b"")
    assert fake.requests[1].status == 200
    assert f"truncated; cut after {expected} of {size} bytes" in fake.journal()


def noted(read: list[bytes]) -> Iterator[bytes]:
    """A body that notes how far it was read."""
    for chunk in (b'{"token_id"', b': "x"}'):
        read.append(chunk)
        yield chunk


async def noted_async(read: list[bytes]) -> AsyncIterator[bytes]:
    """The same for await, which cannot be read without."""
    for chunk in noted(read):
        await anyio.lowlevel.checkpoint()
        yield chunk


@pytest.mark.parametrize("world", WORLDS)
def test_the_body_stream_is_read_to_its_end_or_not_at_all(fake: FakeDevRev, token: IssuedToken, world: str) -> None:
    """Not where no connection was had; and the response, like one from the network, is unread."""
    body: Any = noted if world == "threads" else noted_async
    read: list[bytes] = []
    response = unread(world, fake, token, body(read))
    with pytest.raises(httpx.ResponseNotRead):
        _ = response.content
    assert b"not_found" in (response.read() if world == "threads" else anyio.run(response.aread))
    assert b"".join(read) == b'{"token_id": "x"}'
    assert fake.requests[0].body == {"token_id": "x"}
    fake.lose_connection()
    with pytest.raises(httpx.ConnectError):
        unread(world, fake, token, body(read))
    assert len(read) == 2


@pytest.mark.parametrize("world", WORLDS)
def test_a_sync_body_suits_all_clients_and_an_async_one_no_sync_client(
    fake: FakeDevRev, token: IssuedToken, world: str
) -> None:
    assert unread(world, fake, token, noted([])).status_code == 404
    with pytest.raises(TypeError, match="without await"):
        unread("threads", fake, token, noted_async([]))


@pytest.mark.parametrize("world", ["asyncio", "trio"])
def test_a_cancelled_request_does_not_arrive(fake: FakeDevRev, token: IssuedToken, world: str) -> None:
    """An answer from memory is a place to be cancelled all the same, and takes nothing of the script."""
    fake.respond_next(503)

    async def main() -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await fake.transport().handle_async_request(request(token))
        assert scope.cancelled_caught

    anyio.run(main, backend=world)
    assert (fake.requests, fake.unplayed) == ([], 1)


@pytest.mark.parametrize("world", WORLDS)
def test_a_slow_answer_takes_its_time_and_is_whole(fake: FakeDevRev, token: IssuedToken, world: str) -> None:
    fake.play_next(Fault.slow(before=0.02, between=0.01, chunk_size=300))
    fake.play_next(Fault.slow(before=0.001, between=LONG))
    begun = time.monotonic()
    response = post(world, fake, token, GET, {"token_id": token.id})
    assert 10 > time.monotonic() - begun >= 0.02 + (len(response.content) - 1) // 300 * 0.01
    assert response.json()["token"]["id"] == token.id
    assert post(world, fake, token, DELETE, {}).content == b""
    assert fake.journal().count("arrived whole") == 2


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(
    ("fault", "sent"), [(Fault.slow(before=LONG), 0), (Fault.slow(between=LONG, chunk_size=100), 100)]
)
def test_a_wait_beyond_the_read_timeout_ends_with_it(
    fake: FakeDevRev, token: IssuedToken, world: str, fault: Fault, sent: int
) -> None:
    fake.play_next(fault)
    with pytest.raises(httpx.ReadTimeout) as caught:
        post(world, fake, token, GET, {"token_id": token.id}, timeout=0.01)
    assert caught.value.request.url == HOST + GET
    assert f"the client's read timeout passed after {sent} of " in fake.journal()


@pytest.mark.parametrize("world", ["asyncio", "trio"])
@pytest.mark.parametrize("fault", [Fault.slow(before=LONG), Fault.slow(between=LONG, chunk_size=100)])
def test_a_slow_answer_can_be_cancelled(fake: FakeDevRev, token: IssuedToken, world: str, fault: Fault) -> None:
    """Before its headers and inside its content, where no timeout was given."""
    fake.play_next(fault)

    async def main() -> None:
        with anyio.move_on_after(0.2) as scope:
            response = await fake.transport().handle_async_request(request(token))
            [chunk async for chunk in response.aiter_raw()]
        assert scope.cancelled_caught

    anyio.run(main, backend=world)
    assert "script: slow; the client disconnected after " in fake.journal()


def test_an_interrupted_wait_is_told_in_the_journal(
    fake: FakeDevRev, token: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by Ctrl-C, which is what leaves a wait in a thread."""

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    fake.play_next(Fault.slow(before=LONG))
    monkeypatch.setattr(time, "sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fake.transport().handle_request(request(token))
    assert "the client disconnected after 0 of" in fake.journal()


def test_an_answer_that_is_not_read_to_its_end_is_left(fake: FakeDevRev, token: IssuedToken) -> None:
    """In a thread and in an event loop; and closing it again tells nothing new."""
    fake.play_next(Fault.slow(chunk_size=100), times=2)
    response = fake.transport().handle_request(request(token))
    assert len(next(response.iter_raw())) == 100
    assert isinstance(response.stream, httpx.SyncByteStream)
    response.stream.close()
    response.stream.close()

    async def main() -> None:
        await (await fake.transport().handle_async_request(request(token))).aclose()

    anyio.run(main)
    endings = [line.partition("slow; ")[2].partition(" of ")[0] for line in fake.journal().splitlines()[-2:]]
    assert endings == ["the client disconnected after 100", "the client disconnected after 0"]
    assert fake.journal().count("the client disconnected") == 2


def test_without_a_transport_nothing_is_slow(fake: FakeDevRev) -> None:
    fake.play_next(Fault.slow(before=LONG))
    assert fake.handle("POST", GET, [], b"{}").status == 401
    assert fake.journal().endswith("slow; arrived whole")
