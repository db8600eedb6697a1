"""A name with several addresses, some of which do not answer: they are raced (RFC 8305)."""

import socket
import threading
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import httpx
import pytest

from devrev_auth_client import TransportError
from tests.faults.backends import ASYNC_BACKENDS, ONCE, TOKEN_ID, TOKEN_JSON, TOKEN_RESPONSE, Backend
from tests.faults.measuring import assert_within, eventually, fails_after, open_descriptors, seconds_of
from tests.faults.server import FaultServer, Respond, backlog_full_url

OTHERS = ["127.0.0.2", "127.0.0.3"]
"""Loopback addresses at which nobody listens."""


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the name `localhost` stands for, in this order; the test fills it."""
    found: list[str] = []
    ask = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        if host not in ("localhost", b"localhost"):
            return ask(host, port, *args, **options)
        flags = args[3] if len(args) > 3 else options.get("flags", 0)
        if not found or flags & socket.AI_NUMERICHOST:  # which asks whether it is an address itself
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [one for address in found for one in ask(address, port, *args, **options)]

    async def look_up_on_uvloop(_: object, host: Any, port: Any, **options: Any) -> Any:
        return look_up(host, port, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    if find_spec("uvloop") is not None:  # it asks the system by itself
        monkeypatch.setattr("uvloop.Loop.getaddrinfo", look_up_on_uvloop)
    return found


def test_address_that_refuses_leaves_the_next_ones(backend: Backend, addresses: list[str]) -> None:
    """Within the same attempt."""
    addresses += [*OTHERS, "127.0.0.1"]
    with FaultServer(TOKEN_RESPONSE) as server, backend.client(f"http://localhost:{server.port}", retry=ONCE) as client:
        assert client.get().id == TOKEN_ID
        assert server.connections_opened == 1


def test_address_that_is_silent_costs_a_quarter_of_a_second(backend: Backend, addresses: list[str]) -> None:
    """In threads as on event loops."""
    addresses += [OTHERS[0], "127.0.0.1"]
    with (
        FaultServer(Respond(200, json=TOKEN_JSON, close=True)) as server,
        backlog_full_url(OTHERS[0], server.port),
        backend.client(f"http://localhost:{server.port}", retry=ONCE, timeout=2) as client,
    ):
        assert_within(lambda: seconds_of(client.get), 0.24, 0.45)


@pytest.mark.parametrize("found", [OTHERS, []], ids=["all refuse", "no such name"])
def test_no_address_is_a_failure_to_connect(backend: Backend, addresses: list[str], found: list[str]) -> None:
    """It is retried, and a revocation surely did not happen."""
    addresses += found
    with FaultServer(TOKEN_RESPONSE) as server, backend.client(f"http://localhost:{server.port}") as client:
        with pytest.raises(TransportError, match="could not connect") as caught:
            client.revoke()
        assert len(caught.value.attempts) == 4
        assert server.connections_opened == 0


def look_ups_do(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have every look-up of a name do so, and then find nothing."""

    def look_up(host: Any, port: Any, family: int = 0, kind: int = 0, proto: int = 0, flags: int = 0, **_: Any) -> Any:
        if not flags & socket.AI_NUMERICHOST:  # which asks whether it is an address itself
            act()
        raise socket.gaierror(socket.EAI_NONAME, "no address")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("loop", ASYNC_BACKENDS)
def test_a_slow_look_up_ends_with_the_time_to_connect(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On event loops; a thread cannot leave it."""
    is_over = threading.Event()
    with Backend(loop).client("https://api.invalid", retry=ONCE) as client:
        look_ups_do(monkeypatch, lambda: is_over.wait(10))
        with pytest.raises(TransportError, match="looking up the host took too long"):
            client.get(timeout=httpx.Timeout(5, connect=0.05))
        is_over.set()


def test_what_a_signal_handler_raises_during_the_look_up_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no failure of the network, whatever its class."""

    def interrupt() -> None:
        raise TimeoutError("the worker's time is up")

    look_ups_do(monkeypatch, interrupt)
    with Backend("sync").client("https://api.invalid") as client:
        with pytest.raises(TimeoutError, match="the worker's time is up") as caught:
            client.get()
        assert type(caught.value) is TimeoutError


def test_addresses_that_are_all_silent_take_no_longer_than_the_call_may(backend: Backend, addresses: list[str]) -> None:
    """And nothing stays open."""
    addresses += OTHERS
    with (
        FaultServer(TOKEN_RESPONSE) as server,
        backlog_full_url(OTHERS[0], server.port),
        backlog_full_url(OTHERS[1], server.port),
        backend.client(f"http://localhost:{server.port}", total_timeout=0.6) as client,
    ):
        before = open_descriptors()
        fails_after(0.6, client.get, margin=0.2)
        assert eventually(lambda: open_descriptors() == before)
