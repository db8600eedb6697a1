"""Revocations that are cut short: by `total_timeout`, a token callable, the gate, the budget or a closed client.

Where the body had begun to be sent it is unconfirmed; where nothing was sent the error is the ordinary one.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from devrev_auth_client import (
    ConfigurationError,
    RetryPolicy,
    RevocationUnconfirmedError,
    TooManyRequestsError,
    TotalTimeoutError,
)
from tests.faults.backends import REVOKED, Backend, Caller, eventually
from tests.faults.server import (
    Action,
    Drip,
    FaultServer,
    Hang,
    HangBeforeRead,
    Respond,
    When,
    backlog_full_url,
    tls_pair,
)

TOTAL = 0.3


def raises_total_timeout(client: Caller) -> None:
    """A revocation with little time, of which nothing was sent."""
    with pytest.raises(TotalTimeoutError):
        client.revoke(total_timeout=TOTAL)


def raises_unconfirmed(client: Caller, **options: Any) -> RevocationUnconfirmedError:
    """A revocation of which something was sent."""
    with pytest.raises(RevocationUnconfirmedError) as caught:
        client.revoke(**options)
    assert not caught.value.likely_revoked
    return caught.value


def test_cut_while_connecting(backend: Backend) -> None:
    """Nothing was sent."""
    with backlog_full_url() as url, backend.client(url) as client:
        raises_total_timeout(client)


def test_cut_in_the_tls_handshake(backend: Backend) -> None:
    """Nothing but the ClientHello was sent."""
    server_context, client_context = tls_pair()
    with (
        FaultServer(Hang(when=When.IN_HANDSHAKE), tls=server_context) as server,
        backend.client(server.url, verify=client_context) as client,
    ):
        raises_total_timeout(client)


def test_cut_while_waiting_for_a_lane(backend: Backend) -> None:
    """The one lane is another call's."""
    with FaultServer(Respond(204, delay=1.0)) as server, backend.client(server.url, max_connections=1) as client:
        other = client.begin_revoke()
        server.wait_for_requests(1)
        raises_total_timeout(client)
        other.result(5)
        assert len(server.requests) == 1


def test_cut_while_the_token_is_fetched(backend: Backend) -> None:
    """The server has not even been asked."""
    release = threading.Event()
    with FaultServer(REVOKED) as server, backend.client(server.url, token=hanging(backend, release)) as client:
        raises_total_timeout(client)
        release.set()
    assert server.requests == []


def hanging(backend: Backend, release: threading.Event, first: str | None = None) -> Callable[[], object]:
    """A token callable that gives the first token, if any, and then hangs."""
    tokens = [first] if first else []

    async def ask() -> str:
        if not tokens:
            await anyio.sleep_forever()
        return tokens.pop()

    def ask_blocking() -> str:
        if not tokens:
            release.wait(10)
            return "too late"
        return tokens.pop()

    return ask if backend.is_async else ask_blocking


SENT = {
    "never answered": Hang(),
    "never read": HangBeforeRead(),
    "read to the end of the headers": Hang(when=When.AFTER_HEADERS),
    "dripping headers": Drip("headers", 0.02),
    "dripping body": Drip("body", 0.02),
    "answered too late": Respond(204, delay=1.0),
    "answered too slowly": Respond(204, byte_interval=0.02),
}


@pytest.mark.parametrize("action", SENT.values(), ids=SENT)
def test_cut_after_the_body_began(backend: Backend, action: Action) -> None:
    """The server may have acted, so it is unconfirmed and no mere timeout."""
    begin = time.monotonic()
    with FaultServer(action) as server, backend.client(server.url) as client:
        error = raises_unconfirmed(client, total_timeout=TOTAL)
        assert time.monotonic() - begin < TOTAL + 1
        assert server.actions_begun == 1
    assert len(error.attempts) == 1


def test_cut_in_a_later_attempt_that_sent_nothing(backend: Backend) -> None:
    """What an earlier attempt left open stays open."""
    server_context, client_context = tls_pair()
    script = [Respond(500, close=True), Hang(when=When.IN_HANDSHAKE)]
    with (
        FaultServer(script, tls=server_context) as server,
        backend.client(server.url, verify=client_context) as client,
    ):
        error = raises_unconfirmed(client, total_timeout=0.3)
    assert [attempt.status_code for attempt in error.attempts] == [500, None]


def test_no_time_for_the_backoff(backend: Backend) -> None:
    """It ends at once, unconfirmed, rather than after a sleep that leads nowhere."""
    patient = RetryPolicy(base_delay=1000, max_delay=1000)
    begin = time.monotonic()
    with FaultServer(Respond(500)) as server, backend.client(server.url, retry=patient, total_timeout=3) as client:
        raises_unconfirmed(client)
    assert time.monotonic() - begin < 3.3
    assert len(server.requests) <= 2


def test_token_callable_fails_after_an_ambiguous_attempt(backend: Backend) -> None:
    """Its error is not what matters then."""
    tokens = ["first"]
    with FaultServer(Respond(500)) as server, backend.client(server.url, token=tokens.pop) as client:
        raises_unconfirmed(client)
        with pytest.raises(ConfigurationError):
            client.revoke()
    assert len(server.requests) == 1


def test_token_callable_hangs_after_an_ambiguous_attempt(backend: Backend) -> None:
    """Nor is the timeout."""
    release = threading.Event()
    with (
        FaultServer(Respond(500)) as server,
        backend.client(server.url, token=hanging(backend, release, "1")) as client,
    ):
        raises_unconfirmed(client, total_timeout=0.3)
        release.set()
    assert len(server.requests) == 1


def test_gate_closes_after_an_ambiguous_attempt(backend: Backend) -> None:
    """The 429 that stops the repetition was another caller's."""
    script = [Respond(500, delay=0.2), Respond(429, {"Retry-After": "60"})]
    with FaultServer(script) as server, backend.client(server.url) as client:
        revocation = client.begin_revoke()
        server.wait_for_requests(1)
        with pytest.raises(TooManyRequestsError):
            client.get()
        with pytest.raises(RevocationUnconfirmedError):
            revocation.result(5)
    assert len(server.requests) == 2


def test_client_is_closed_after_an_ambiguous_attempt(backend: Backend) -> None:
    """The repetition never comes, and what came before stays open."""
    slow = RetryPolicy(base_delay=0.4, max_delay=0.4)
    script = [Respond(500), Respond(503, {"Retry-After": "0.3"})]
    with FaultServer(script) as server, backend.client(server.url, retry=slow) as client:
        revocation = client.begin_revoke()
        server.wait_for_requests(2)
        client.begin_close().result(5)
        with pytest.raises(RevocationUnconfirmedError):
            revocation.result(5)
        assert eventually(lambda: server.connections_open_now == 0)
    assert len(server.requests) == 2


def test_budget_is_used_up_after_an_ambiguous_attempt(backend: Backend) -> None:
    """A repetition that the client may not afford leaves it open as well."""
    with FaultServer(Respond(502)) as server, backend.client(server.url) as client:
        attempts = [len(raises_unconfirmed(client).attempts) for _ in range(40)]
    assert attempts[0] == 4
    assert attempts[-1] == 1
    assert sum(attempts) == len(server.requests) == 40 + 100
