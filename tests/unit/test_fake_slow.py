"""Slow answers of FakeDevRev in memory: they keep to the caller's timeouts as those from the network do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.unit.fake_clients import COLOURS, HOST, post
from tests.unit.fake_helpers import DELETE, GET

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 3600.0


@pytest.fixture
def fake() -> FakeDevRev:
    return FakeDevRev()


@pytest.fixture
def token(fake: FakeDevRev) -> IssuedToken:
    return fake.issue_token(fake.add_user())


def read(token: IssuedToken) -> httpx.Request:
    headers = {"Authorization": f"Bearer {token.secret}"}
    return httpx.Request("POST", HOST + GET, headers=headers, json={"token_id": token.id})


@pytest.mark.parametrize("colour", COLOURS)
def test_a_slow_answer_takes_its_time_and_is_whole(fake: FakeDevRev, token: IssuedToken, colour: str) -> None:
    """The waits before the first byte and between the chunks add up."""
    fake.play_next(Fault.slow(before=0.02, between=0.01, chunk_size=300))
    begun = time.monotonic()
    response = post(colour, fake, token, GET, {"token_id": token.id})
    assert time.monotonic() - begun >= 0.02 + (len(response.content) - 1) // 300 * 0.01
    assert response.json()["token"]["id"] == token.id
    assert "script: slow; arrived whole" in fake.journal()


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    ("fault", "sent"), [(Fault.slow(before=LONG), 0), (Fault.slow(between=LONG, chunk_size=100), 100)]
)
def test_a_wait_beyond_the_read_timeout_ends_with_it(
    fake: FakeDevRev, token: IssuedToken, colour: str, fault: Fault, sent: int
) -> None:
    fake.play_next(fault)
    with pytest.raises(httpx.ReadTimeout) as caught:
        post(colour, fake, token, GET, {"token_id": token.id}, timeout=0.01)
    assert caught.value.request.url == HOST + GET
    assert f"the caller's read timeout passed after {sent} of " in fake.journal()


@pytest.mark.parametrize("colour", COLOURS)
def test_an_answer_without_content_is_slow_before_its_first_byte(
    fake: FakeDevRev, token: IssuedToken, colour: str
) -> None:
    fake.play_next(Fault.slow(before=0.001, between=LONG))
    assert post(colour, fake, token, DELETE, {}).content == b""
    assert fake.token_status(token.id) == "revoked"


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
@pytest.mark.parametrize("fault", [Fault.slow(before=LONG), Fault.slow(between=LONG, chunk_size=100)])
def test_a_slow_answer_can_be_cancelled(fake: FakeDevRev, token: IssuedToken, colour: str, fault: Fault) -> None:
    """Before its headers and inside its content; the journal says how far it had come."""
    fake.play_next(fault)
    received: list[bytes] = []

    async def main() -> None:
        with anyio.move_on_after(0.2) as scope:
            response = await fake.transport().handle_async_request(read(token))
            async with anyio.create_task_group():
                received.extend([chunk async for chunk in response.aiter_raw()])
        assert scope.cancelled_caught

    anyio.run(main, backend=colour)
    assert received == []
    assert "script: slow; the caller left after " in fake.journal()


def test_an_answer_that_is_not_read_to_its_end_is_left(fake: FakeDevRev, token: IssuedToken) -> None:
    """In either colour; and closing it again tells nothing new."""
    fake.play_next(Fault.slow(chunk_size=100), times=2)
    response = fake.transport().handle_request(read(token))
    assert isinstance(response.stream, httpx.SyncByteStream)
    assert len(next(response.iter_raw())) == 100
    response.stream.close()
    response.stream.close()

    async def main() -> None:
        response = await fake.transport().handle_async_request(read(token))
        await response.aclose()

    anyio.run(main)
    endings = [line.partition("slow; ")[2].partition(" of ")[0] for line in fake.journal().splitlines()[-2:]]
    assert endings == ["the caller left after 100", "the caller left after 0"]
    assert fake.journal().count("the caller left") == 2


def test_an_interrupted_wait_is_told_in_the_journal(
    fake: FakeDevRev, token: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by Ctrl-C, which is what leaves a sync wait."""

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    fake.play_next(Fault.slow(before=LONG))
    monkeypatch.setattr(time, "sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fake.transport().handle_request(read(token))
    assert "the caller left after 0 of" in fake.journal()


def test_without_a_transport_nothing_is_slow(fake: FakeDevRev, token: IssuedToken) -> None:
    fake.play_next(Fault.slow(before=LONG))
    assert fake.handle("POST", GET, [], b"{}").status == 401
    fake.play_next(Fault.truncated())
    handle: Callable[..., object] = fake.handle
    with pytest.raises(ConnectionAbortedError, match="in the middle"):
        handle("POST", GET, [], b"{}")
    assert "truncated; cut after " in fake.journal()
