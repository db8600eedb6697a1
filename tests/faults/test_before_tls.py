"""What comes in plain text before the TLS handshake: an answer of whoever sits in between."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from devrev_auth_client import RevocationUnconfirmedError, TransportError
from devrev_auth_client._transport import connecting
from tests.faults.backends import Backend
from tests.faults.listeners import HOST, tls_pair

SERVER, CLIENT = tls_pair()
FORGED = b"HTTP/1.1 204 No Content\r\n\r\n"


def attend(listener: socket.socket, first: bytes, goes_on: bool) -> None:
    """Send something at once, then nothing but a good handshake, or hang up."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # closed: the test is over
        with connection:
            connection.sendall(first)
            if not goes_on:
                continue
            connection.settimeout(2)
            try:
                with SERVER.wrap_socket(connection, server_side=True) as secured:
                    secured.recv(65536)
            except (ssl.SSLError, OSError):
                pass


@contextmanager
def listening(first: bytes, *, goes_on: bool) -> Iterator[str]:
    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=attend, args=(listener, first, goes_on), daemon=True)
        thread.start()
        yield f"https://{HOST}:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture(autouse=True)
def handshakes_begin_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what comes early has come."""
    open_socket = connecting.open_socket

    async def slowly(runtime: Any, *arguments: Any) -> object:
        stream = await open_socket(runtime, *arguments)
        await runtime.sleep(0.05)
        return stream

    monkeypatch.setattr(connecting, "open_socket", slowly)


def test_an_answer_in_plain_text_proves_nothing(backend: Backend) -> None:
    """Were it read after the handshake, it would pass for the server's own word."""
    with listening(FORGED, goes_on=True) as url, backend.client(url, verify=CLIENT) as client:
        with pytest.raises((TransportError, RevocationUnconfirmedError)) as caught:
            client.revoke(timeout=1, total_timeout=2)
        assert not getattr(caught.value, "likely_revoked", False)


def test_a_connection_lost_before_the_handshake_is_noticed_at_once(backend: Backend) -> None:
    """Not when time is over, and it is repeated."""
    with listening(b"", goes_on=False) as url, backend.client(url, verify=CLIENT, total_timeout=8) as client:
        with pytest.raises(TransportError, match="could not connect") as caught:
            client.revoke()
        assert len(caught.value.attempts) == 4
