"""What nobody asked for: a caller who was cancelled before it began, a server that sends without being asked."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import pytest

from devrev_auth_client import AsyncDevRevAuthClient
from tests.faults.backends import ASYNC_BACKENDS, REVOKED, TOKEN, Backend
from tests.faults.listeners import HOST
from tests.faults.server import FaultServer

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("loop", ASYNC_BACKENDS)
def test_nothing_is_sent_for_a_caller_who_was_cancelled_before(loop: str, warm: bool) -> None:
    """A revocation cannot be taken back; asyncio's transports send before a task looks up."""

    async def main(url: str) -> int:
        async with AsyncDevRevAuthClient(TOKEN, base_url=url) as client:
            if warm:
                await client.revoke_own_auth_tokens(None)
            with anyio.CancelScope() as scope:
                scope.cancel()
                await client.revoke_own_auth_tokens(None)
            assert scope.cancelled_caught
            await anyio.sleep(0.05)
            return len(server.requests)

    with FaultServer(REVOKED) as server:
        assert anyio.run(main, server.url, backend=loop) == int(warm)


class Flood:
    """Answers one request, and goes on sending as long as somebody takes it."""

    def __init__(self) -> None:
        self.taken = 0
        self.is_over = threading.Event()
        self._listener = socket.create_server((HOST, 0))
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"

    def run(self) -> None:
        connection, _ = self._listener.accept()
        with self._listener, connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 204 \r\n\r\n")
            connection.settimeout(0.5)
            try:
                while self.taken < 64 * MEBIBYTE:
                    self.taken += connection.send(bytes(MEBIBYTE))
            except OSError:
                pass  # not taken in time, or the connection was closed
        self.is_over.set()


@contextmanager
def flood() -> Iterator[Flood]:
    server = Flood()
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    thread.join(10)


def test_a_server_that_floods_an_idle_connection_is_left_waiting(backend: Backend) -> None:
    """What is held of it is bounded: a few buffers of the system's and of ours."""
    with flood() as server, backend.client(server.url) as client:
        client.revoke()
        assert server.is_over.wait(10)
        assert server.taken < 32 * MEBIBYTE
