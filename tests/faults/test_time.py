"""`total_timeout` bounds a call and `timeout` an attempt: to within 100 ms, in every state, and never cut short."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from devrev_auth_client import (
    AttemptTimeoutError,
    DevRevAuthError,
    RetryPolicy,
    TooManyRequestsError,
    TotalTimeoutError,
    TransportError,
)
from tests.faults.actions import Action, Hang, HangBeforeRead, ReadSlowly, Respond, When
from tests.faults.backends import ONCE, TOKEN_ID, TOKEN_JSON, TOKEN_RESPONSE, Backend, Caller, assert_within, seconds_of
from tests.faults.broken_responses import Drip, HalfResponse
from tests.faults.forwarder import forwarder
from tests.faults.listeners import backlog_full_url, tls_pair
from tests.faults.server import End, FaultServer, ScriptSource

TOTAL = 0.2
MARGIN = 0.1
SERVER, CLIENT = tls_pair()


def fails_after(
    seconds: float, call: Callable[[], object], error: type[DevRevAuthError] = TotalTimeoutError, margin: float = MARGIN
) -> None:
    """The call fails when so many seconds are over, not before and hardly later."""

    def fail() -> None:
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error

    assert_within(lambda: seconds_of(fail), seconds, seconds + margin)


@contextmanager
def client_of(backend: Backend, script: ScriptSource, *, tls: bool = False, **options: Any) -> Iterator[Caller]:
    """A client with little time, of a server of its own."""
    with (
        FaultServer(script, tls=SERVER if tls else None, receive_buffer=4096) as server,
        backend.client(server.url, verify=CLIENT, **{"total_timeout": TOTAL, **options}) as client,
    ):
        yield client


def large_request(client: Caller) -> object:
    """A call whose request takes several writes."""
    return client.begin(client.client.get_auth_token, "x" * 1_000_000).result(10)


def test_connecting(backend: Backend) -> None:
    """The server's kernel never answers: `total_timeout`, and the phase of an `httpx.Timeout`."""
    with backlog_full_url() as url, backend.client(url, total_timeout=TOTAL) as client:
        fails_after(TOTAL, client.get)
        phase = client.copy(timeout=httpx.Timeout(9, connect=0.1), total_timeout=9, retry=ONCE)
        fails_after(0.1, phase.get, TransportError)


STATES: dict[str, tuple[ScriptSource, bool]] = {
    "ClientHello never read": (Hang(when=When.ON_CONNECT), True),
    "ClientHello never answered": (Hang(when=When.IN_HANDSHAKE), True),
    "no response": (Hang(), False),
    "request never read": (HangBeforeRead(), False),
    "half a body": (HalfResponse(end=End.HANG), False),
    "dripping headers": (Drip("headers", 0.02), False),
    "dripping body": (Drip("body", 0.02), False),
    "dripping body, TLS": (Drip("body", 0.02), True),
    "backoff, then silence": ([Respond(503, {"Retry-After": "0.1"}), Hang()], False),
    "rate limit, then silence": ([Respond(429, {"Retry-After": "0.1"}), Hang()], False),
}


@pytest.mark.parametrize(("script", "tls"), STATES.values(), ids=STATES)
def test_total_timeout(backend: Backend, script: ScriptSource, tls: bool) -> None:
    """Each byte that drips in would renew a timeout that bounds single reads."""
    with client_of(backend, script, tls=tls) as client:
        fails_after(TOTAL, client.get)


READERS = {
    "not read": HangBeforeRead(),
    "read bit by bit": ReadSlowly(0.02),
    "read by fits and starts": ReadSlowly(0.13),
}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("action", READERS.values(), ids=READERS)
def test_sending(backend: Backend, action: Action, tls: bool) -> None:
    """Each piece that gets through would renew a timeout that bounds single writes."""
    with client_of(backend, action, tls=tls) as client:
        fails_after(TOTAL, lambda: large_request(client))
        if isinstance(action, HangBeforeRead):
            phase = client.copy(timeout=httpx.Timeout(9, write=0.15), total_timeout=9, retry=ONCE)
            fails_after(0.15, lambda: large_request(phase), AttemptTimeoutError, margin=1)


def test_waiting_for_a_connection(backend: Backend) -> None:
    """The one there is is taken for longer."""
    with client_of(backend, Hang(), max_connections=1) as client:
        holder = client.begin_get(total_timeout=3 * TOTAL)
        time.sleep(0.05)
        fails_after(TOTAL, client.get)
        assert isinstance(holder.exception(5), TotalTimeoutError)


def test_waiting_behind_a_call_that_hangs_after_a_429(backend: Backend) -> None:
    """The time that the 429 named has passed, one call was let through, and nobody may follow."""
    with client_of(backend, [Respond(429, {"Retry-After": "0.05"}), Hang()]) as client:
        first = client.begin_get(total_timeout=4 * TOTAL)
        time.sleep(0.1)
        fails_after(TOTAL, client.get, TooManyRequestsError)
        assert isinstance(first.exception(5), TotalTimeoutError)


ATTEMPTS = {"none": Hang(), "headers": Drip("headers", 0.02), "body": Drip("body", 0.02)}


@pytest.mark.parametrize("response", ATTEMPTS.values(), ids=ATTEMPTS)
def test_number_bounds_the_whole_attempt(backend: Backend, response: Action) -> None:
    """However busy the server looks. One call can have its own; `total_timeout=None` changes nothing."""
    with client_of(backend, response, timeout=30, total_timeout=None, retry=ONCE) as client:
        fails_after(0.15, lambda: client.get(timeout=0.15), AttemptTimeoutError)


def test_every_attempt_gets_as_much_and_the_last_what_is_left(backend: Backend) -> None:
    """Two attempts, twice the timeout; or one and a half."""
    policy = RetryPolicy(max_attempts=2, base_delay=0)
    with client_of(backend, Hang(), timeout=0.15, total_timeout=9, retry=policy) as client:
        fails_after(0.3, client.get, AttemptTimeoutError)
        fails_after(0.22, lambda: client.get(total_timeout=0.22))


def test_waiting_for_a_connection_is_not_part_of_the_attempt(backend: Backend) -> None:
    """Neither of a number nor of an `httpx.Timeout`'s `pool`."""
    for timeout in (0.15, httpx.Timeout(5, pool=0.01)):
        with (
            FaultServer([Respond(404, delay=0.4), TOKEN_RESPONSE]) as server,
            backend.client(server.url, max_connections=1, retry=ONCE) as client,
        ):
            holder = client.begin_get()
            server.wait_for_requests(1)
            assert client.get(timeout=timeout).id == TOKEN_ID
            assert holder.done()


def test_read_phase(backend: Backend) -> None:
    """It bounds silence, is renewed by every byte as in httpx, and never exceeds the time left."""
    with client_of(backend, Hang(), timeout=httpx.Timeout(9, read=0.15), total_timeout=9, retry=ONCE) as client:
        fails_after(0.15, client.get, AttemptTimeoutError)
        fails_after(0.1, lambda: client.get(total_timeout=0.1))
    with client_of(backend, Drip("body", 0.02), timeout=httpx.Timeout(0.15), total_timeout=0.4) as client:
        fails_after(0.4, client.get)


def test_without_any_bound(backend: Backend) -> None:
    """`timeout=None` and `total_timeout=None`: the client waits for as long as it takes."""
    with client_of(backend, Respond(200, json=TOKEN_JSON, delay=0.1), timeout=None, total_timeout=None) as client:
        assert client.get().id == TOKEN_ID


def drip(data: bytes) -> Iterator[bytes]:
    """A handshake has some two thousand bytes, a response some six hundred."""
    for byte in data:
        yield bytes([byte])
        time.sleep(0.02)


@pytest.mark.parametrize("where", ["handshake", "response"])
def test_phase_of_a_dripping_tls_record(backend: Backend, where: str) -> None:
    """A record is no use before its end: its pieces share the time of one step."""
    with (
        FaultServer(TOKEN_RESPONSE, tls=SERVER) as server,
        forwarder(server.port, lambda data: drip(data) if where == "handshake" or server.requests else [data]) as url,
        backend.client(f"https://{url}", verify=CLIENT, timeout=httpx.Timeout(0.3), total_timeout=None) as client,
    ):
        error = TransportError if where == "handshake" else AttemptTimeoutError
        fails_after(0.3, client.copy(retry=ONCE).get, error, margin=2.5)
