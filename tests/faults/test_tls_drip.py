"""TLS whose bytes come one by one: a record is no use before its end, and its pieces share the time of one step."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from devrev_auth_client import TransportError
from tests.faults.backends import ONCE, TOKEN_ANSWER, Backend, seconds_of
from tests.faults.listeners import HOST, tls_pair
from tests.faults.server import FaultServer

SERVER, CLIENT = tls_pair()
PAUSE = 0.02
"""Seconds between two bytes; a handshake has some two thousand, an answer some six hundred."""


def carry(source: socket.socket, target: socket.socket, drips: Callable[[], bool]) -> None:
    """Hand on what comes, byte by byte where it drips."""
    with contextlib.suppress(OSError), source, target:
        while data := source.recv(65536):
            if not drips():
                target.sendall(data)
                continue
            for byte in data:
                target.sendall(bytes([byte]))
                time.sleep(PAUSE)


@contextmanager
def dripping_wire(server: FaultServer, drips: Callable[[], bool]) -> Iterator[str]:
    """Stands before a server; gives its URL. What the server says drips, from when `drips` is true."""
    port = httpx.URL(server.url).port

    def attend() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((HOST, port))
                threading.Thread(target=carry, args=(near, far, lambda: False), daemon=True).start()
                threading.Thread(target=carry, args=(far, near, drips), daemon=True).start()

    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=attend, daemon=True).start()
        yield f"https://{HOST}:{listener.getsockname()[1]}"


@pytest.mark.parametrize("where", ["handshake", "answer"])
def test_a_phase_ends_though_every_byte_comes_in_time(backend: Backend, where: str) -> None:
    """Without a `total_timeout` nothing else would end it."""
    with (
        FaultServer(TOKEN_ANSWER, tls=SERVER) as server,
        dripping_wire(server, lambda: where == "handshake" or bool(server.requests)) as url,
        backend.client(url, verify=CLIENT, timeout=httpx.Timeout(0.3), total_timeout=None, retry=ONCE) as client,
    ):

        def fail() -> None:
            with pytest.raises(TransportError):
                client.get()

        assert seconds_of(fail) < 3
