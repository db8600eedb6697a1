"""`total_timeout` bounds a call and `timeout` an attempt: to within 100 ms, in every state, and never cut short."""

import time
from collections.abc import Iterable

import httpx
import pytest

from devrev_auth_client import AttemptTimeoutError, RetryPolicy, TooManyRequestsError, TotalTimeoutError, TransportError
from tests.faults.actions import DRIPPING_BODY, Action, Hang, ReadSlowly, Respond, When
from tests.faults.backends import ONCE, SERVER, TOKEN_JSON, TOKEN_RESPONSE, Backend, Caller
from tests.faults.catalogue import ENDLESS
from tests.faults.measuring import fails_after
from tests.faults.proxies import Forward, drip
from tests.faults.server import FaultServer, ScriptSource, backlog_full_url

TOTAL = 0.2


def large_request(client: Caller) -> object:
    """A call whose request takes several writes."""
    return client.begin_get("x" * 1_000_000).result(10)


def test_connecting(backend: Backend) -> None:
    """The server's kernel never answers: `total_timeout`, and the phase of an `httpx.Timeout`."""
    with backlog_full_url() as url, backend.client(url, total_timeout=TOTAL) as client:
        fails_after(TOTAL, client.get)
        phase = client.copy(timeout=httpx.Timeout(9, connect=0.1), total_timeout=9, retry=ONCE)
        fails_after(0.1, phase.get, TransportError)


STATES: dict[str, tuple[ScriptSource, bool]] = ENDLESS | {
    "backoff, then silence": ([Respond(503, {"Retry-After": "0.1"}), Hang()], False),
    "rate limit, then silence": ([Respond(429, {"Retry-After": "0.1"}), Hang()], False),
}


@pytest.mark.parametrize(("script", "tls"), STATES.values(), ids=STATES)
def test_total_timeout(backend: Backend, script: ScriptSource, tls: bool) -> None:
    """Each byte that drips in would renew a timeout that bounds single reads."""
    with backend.served(script, tls=tls, total_timeout=TOTAL) as (_, client):
        fails_after(TOTAL, client.get)


READERS = {
    "not read": Hang(when=When.BEFORE_READING),
    "read bit by bit": ReadSlowly(0.02),
    "read by fits and starts": ReadSlowly(0.13),
}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("action", READERS.values(), ids=READERS)
def test_sending(backend: Backend, action: Action, tls: bool) -> None:
    """Each piece that gets through would renew a timeout that bounds single writes."""
    with backend.served(action, tls=tls, receive_buffer=4096, total_timeout=TOTAL) as (_, client):
        fails_after(TOTAL, lambda: large_request(client))
        if isinstance(action, Hang):
            phase = client.copy(timeout=httpx.Timeout(9, write=0.15), total_timeout=9, retry=ONCE)
            fails_after(0.15, lambda: large_request(phase), AttemptTimeoutError, margin=1)


def test_waiting_for_a_connection(backend: Backend) -> None:
    """The one there is is taken for longer."""
    with backend.served(Hang(), total_timeout=TOTAL, max_connections=1) as (_, client):
        holder = client.begin_get(total_timeout=3 * TOTAL)
        time.sleep(0.05)
        fails_after(TOTAL, client.get)
        assert isinstance(holder.exception(5), TotalTimeoutError)


def test_waiting_behind_a_call_that_hangs_after_a_429(backend: Backend) -> None:
    """The time that the 429 named has passed, one call was let through, and nobody may follow."""
    with backend.served([Respond(429, {"Retry-After": "0.05"}), Hang()], total_timeout=TOTAL) as (_, client):
        first = client.begin_get(total_timeout=4 * TOTAL)
        time.sleep(0.1)
        fails_after(TOTAL, client.get, TooManyRequestsError)
        assert isinstance(first.exception(5), TotalTimeoutError)


def test_every_attempt_gets_as_much_and_the_last_what_is_left(backend: Backend) -> None:
    """Two attempts, twice the timeout; or one and a half."""
    with backend.served(Hang(), timeout=0.15, retry=RetryPolicy(max_attempts=2, base_delay=0)) as (_, client):
        fails_after(0.3, client.get, AttemptTimeoutError)
        fails_after(0.22, lambda: client.get(total_timeout=0.22))


@pytest.mark.parametrize("timeout", [0.15, httpx.Timeout(5, pool=0.01)], ids=["number", "phases"])
def test_waiting_for_a_connection_is_not_part_of_the_attempt(backend: Backend, timeout: float | httpx.Timeout) -> None:
    """Neither of a number nor of an `httpx.Timeout`'s `pool`."""
    script = [Respond(404, delay=0.4), TOKEN_RESPONSE]
    with backend.served(script, max_connections=1, retry=ONCE) as (server, client):
        holder = client.begin_get()
        server.wait_for_requests(1)
        client.get(timeout=timeout)
        assert holder.done()


def test_read_phase(backend: Backend) -> None:
    """It bounds silence, is renewed by every byte as in httpx, and never exceeds the time left."""
    with backend.served(Hang(), timeout=httpx.Timeout(9, read=0.15), retry=ONCE) as (server, client):
        fails_after(0.15, client.get, AttemptTimeoutError)
        fails_after(0.1, lambda: client.get(total_timeout=0.1))
        server.play(DRIPPING_BODY)
        fails_after(0.4, lambda: client.get(total_timeout=0.4))


def test_without_any_bound(backend: Backend) -> None:
    """`timeout=None` and `total_timeout=None`: the client waits for as long as it takes."""
    with backend.served(Respond(200, json=TOKEN_JSON, delay=0.1), timeout=None, total_timeout=None) as (_, client):
        client.get()


@pytest.mark.parametrize("where", ["handshake", "response"])
def test_phase_of_a_dripping_tls_record(backend: Backend, where: str) -> None:
    """A record is no use before its end: its pieces share the time of one step."""

    def change(data: bytes) -> Iterable[bytes]:
        return drip(data) if where == "handshake" or server.requests else [data]

    options = {"timeout": httpx.Timeout(0.3), "total_timeout": None, "retry": ONCE}
    with (
        FaultServer(TOKEN_RESPONSE, tls=SERVER) as server,
        FaultServer(Forward(server.port, change)) as wire,
        backend.client(f"https://{wire.address}", **options) as client,
    ):
        fails_after(0.3, client.get, TransportError if where == "handshake" else AttemptTimeoutError, margin=2.5)
