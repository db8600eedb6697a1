"""A name with several addresses, some of which do not answer: they are raced (RFC 8305)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import anyio
import httpx
import pytest

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient, TotalTimeoutError, TransportError
from tests.faults.backends import (
    ONCE,
    TOKEN_ID,
    TOKEN_JSON,
    TOKEN_RESPONSE,
    Backend,
    assert_within,
    eventually,
    open_descriptors,
    seconds_of,
)
from tests.faults.listeners import fill_backlog
from tests.faults.server import FaultServer, Respond

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


def named(server: FaultServer) -> str:
    """The server under the name."""
    return f"http://localhost:{server.port}"


@contextmanager
def silent(address: str, server: FaultServer) -> Iterator[None]:
    """Let connecting to this address hang, at the server's port."""
    with socket.socket() as listener:
        listener.bind((address, server.port))
        listener.listen(0)
        with fill_backlog(listener):
            yield


def test_address_that_refuses_leaves_the_next_ones(backend: Backend, addresses: list[str]) -> None:
    """Within the same attempt."""
    addresses += [*OTHERS, "127.0.0.1"]
    with FaultServer(TOKEN_RESPONSE) as server, backend.client(named(server), retry=ONCE) as client:
        assert client.get().id == TOKEN_ID
        assert server.connections_opened == 1


def test_address_that_is_silent_costs_a_quarter_of_a_second(backend: Backend, addresses: list[str]) -> None:
    """In threads as on event loops."""
    addresses += [OTHERS[0], "127.0.0.1"]
    with (
        FaultServer(Respond(200, json=TOKEN_JSON, close=True)) as server,
        silent(OTHERS[0], server),
        backend.client(named(server), retry=ONCE, timeout=2) as client,
    ):
        assert_within(lambda: seconds_of(client.get), 0.24, 0.45)


@pytest.mark.parametrize("found", [OTHERS, []], ids=["all refuse", "no such name"])
def test_no_address_is_a_failure_to_connect(backend: Backend, addresses: list[str], found: list[str]) -> None:
    """It is retried, and a revocation surely did not happen."""
    addresses += found
    with FaultServer(TOKEN_RESPONSE) as server, backend.client(named(server)) as client:
        with pytest.raises(TransportError, match="could not connect") as caught:
            client.revoke()
        assert len(caught.value.attempts) == 4
        assert server.connections_opened == 0


@pytest.mark.parametrize("loop", ["asyncio", "trio"])
def test_a_slow_look_up_ends_with_the_time_to_connect(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On event loops; a thread cannot leave it."""
    is_over = threading.Event()

    def hang(*_: Any, **options: Any) -> Any:
        if options.get("flags", 0) & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        is_over.wait(10)
        raise socket.gaierror(socket.EAI_NONAME, "too late")

    async def main() -> None:
        async with AsyncDevRevAuthClient("a-token", base_url="https://api.invalid", retry=ONCE) as client:
            try:
                with pytest.raises(TransportError, match="looking up the host took too long"):
                    await client.get_auth_token(TOKEN_ID, timeout=httpx.Timeout(5, connect=0.05))
            finally:
                is_over.set()

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    anyio.run(main, backend=loop)


def test_what_a_signal_handler_raises_during_the_look_up_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no failure of the network, whatever its class."""

    def interrupted(*_: Any, **options: Any) -> Any:
        if options.get("flags", 0) & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        raise TimeoutError("the worker's time is up")

    monkeypatch.setattr(socket, "getaddrinfo", interrupted)
    with DevRevAuthClient("a-token", base_url="https://api.invalid") as client:
        with pytest.raises(TimeoutError, match="the worker's time is up") as caught:
            client.get_auth_token(TOKEN_ID)
        assert type(caught.value) is TimeoutError


def test_addresses_that_are_all_silent_take_no_longer_than_the_call_may(backend: Backend, addresses: list[str]) -> None:
    """And nothing stays open."""
    addresses += OTHERS
    with (
        FaultServer(TOKEN_RESPONSE) as server,
        silent(OTHERS[0], server),
        silent(OTHERS[1], server),
        backend.client(named(server), total_timeout=0.6) as client,
    ):

        def fail() -> None:
            with pytest.raises(TotalTimeoutError) as caught:
                client.get()
            errors.append(caught.value)

        errors: list[TotalTimeoutError] = []
        before = open_descriptors()
        assert_within(lambda: seconds_of(fail), 0.6, 0.8)
        assert eventually(lambda: open_descriptors() == before)
