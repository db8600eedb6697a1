"""TLS whose bytes come one by one: a record is no use before its end, and its pieces share the time of one step."""

import time
from collections.abc import Iterator

import httpx
import pytest

from devrev_auth_client import TransportError
from tests.faults.backends import ONCE, TOKEN_ANSWER, Backend, seconds_of
from tests.faults.forwarder import forwarder
from tests.faults.listeners import tls_pair
from tests.faults.server import FaultServer

SERVER, CLIENT = tls_pair()
PAUSE = 0.02
"""Seconds between two bytes; a handshake has some two thousand, an answer some six hundred."""


def drip(data: bytes) -> Iterator[bytes]:
    for byte in data:
        yield bytes([byte])
        time.sleep(PAUSE)


@pytest.mark.parametrize("where", ["handshake", "answer"])
def test_a_phase_ends_though_every_byte_comes_in_time(backend: Backend, where: str) -> None:
    """Without a `total_timeout` nothing else would end it."""
    options = {"timeout": httpx.Timeout(0.3), "total_timeout": None, "retry": ONCE}
    with (
        FaultServer(TOKEN_ANSWER, tls=SERVER) as server,
        forwarder(
            server.port, lambda data: drip(data) if where == "handshake" or server.requests else [data]
        ) as address,
        backend.client(f"https://{address}", verify=CLIENT, **options) as client,
    ):

        def fail() -> None:
            with pytest.raises(TransportError):
                client.get()

        assert seconds_of(fail) < 3
