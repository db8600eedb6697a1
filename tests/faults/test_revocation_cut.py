"""Revocations cut short: by `total_timeout`, a token callable, the rate limit, the retry budget or a closed client.

Where the body had begun to be sent it is unconfirmed; where nothing was sent the error is the ordinary one.
"""

import threading
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
from tests.faults.actions import DRIPPING_BODY, Action, Hang, Respond, When
from tests.faults.backends import Backend, Caller
from tests.faults.measuring import eventually
from tests.faults.server import backlog_full_url

TOTAL = 0.3


def is_timeout(client: Caller) -> bool:
    """Whether a revocation with little time fails as one of which nothing was sent."""
    error = client.begin_revoke(total_timeout=TOTAL).exception(10)
    return type(error) is TotalTimeoutError


def unconfirmed(client: Caller, **options: Any) -> RevocationUnconfirmedError:
    """The error of a revocation of which something was sent."""
    with pytest.raises(RevocationUnconfirmedError) as caught:
        client.revoke(**options)
    assert not caught.value.likely_revoked
    return caught.value


def test_cut_before_anything_was_sent(backend: Backend) -> None:
    """While connecting, and in the TLS handshake."""
    with backlog_full_url() as url, backend.client(url) as client:
        assert is_timeout(client)
    with backend.served(Hang(when=When.IN_HANDSHAKE), tls=True) as (_, client):
        assert is_timeout(client)


def test_cut_while_waiting_for_a_connection(backend: Backend) -> None:
    """The one there is belongs to another call."""
    with backend.served(Respond(204, delay=1.0), max_connections=1) as (server, client):
        other = client.begin_revoke()
        server.wait_for_requests(1)
        assert is_timeout(client)
        other.result(5)
        assert len(server.requests) == 1


SENT = {
    "never read": Hang(when=When.BEFORE_READING),
    "read to the end of the headers": Hang(when=When.AFTER_HEADERS),
    "dripping body": DRIPPING_BODY,
    "answered too late": Respond(204, delay=1.0),
}


@pytest.mark.parametrize("action", SENT.values(), ids=SENT)
def test_cut_after_the_body_began(backend: Backend, action: Action) -> None:
    """The server may have acted, so it is unconfirmed and no mere timeout."""
    with backend.served(action) as (server, client):
        error = unconfirmed(client, total_timeout=TOTAL)
        assert server.actions_begun == len(error.attempts) == 1


def test_cut_in_a_later_attempt_that_sent_nothing(backend: Backend) -> None:
    """What an earlier attempt left open stays open."""
    script = [Respond(500, close=True), Hang(when=When.IN_HANDSHAKE)]
    with backend.served(script, tls=True) as (_, client):
        error = unconfirmed(client, total_timeout=TOTAL)
    assert [attempt.status_code for attempt in error.attempts] == [500, None]


def test_token_callable_fails_or_hangs_after_an_ambiguous_attempt(backend: Backend) -> None:
    """Neither its error nor the timeout is what matters then."""
    tokens, is_over = ["first"], threading.Event()

    def ask() -> object:
        if tokens:
            return tokens.pop()
        return anyio.sleep_forever() if backend.is_async else is_over.wait(10)

    with backend.served(Respond(500), token=["first"].pop) as (server, client):
        unconfirmed(client)
        with pytest.raises(ConfigurationError):
            client.revoke()
        assert len(server.requests) == 1
    with backend.served(Respond(500), token=ask) as (server, client):
        unconfirmed(client, total_timeout=TOTAL)
        is_over.set()
        assert len(server.requests) == 1


def test_rate_limit_after_an_ambiguous_attempt(backend: Backend) -> None:
    """The 429 that stops the retry was another call's."""
    with backend.served([Respond(500, delay=0.2), Respond(429, {"Retry-After": "60"})]) as (server, client):
        revocation = client.begin_revoke()
        server.wait_for_requests(1)
        with pytest.raises(TooManyRequestsError):
            client.get()
        assert isinstance(revocation.exception(5), RevocationUnconfirmedError)
        assert len(server.requests) == 2


def test_client_is_closed_after_an_ambiguous_attempt(backend: Backend) -> None:
    """The retry never comes, and what came before stays open."""
    slow = RetryPolicy(base_delay=0.4, max_delay=0.4)
    with backend.served([Respond(500), Respond(503, {"Retry-After": "0.3"})], retry=slow) as (server, client):
        revocation = client.begin_revoke()
        server.wait_for_requests(2)
        client.begin_close().result(5)
        assert isinstance(revocation.exception(5), RevocationUnconfirmedError)
        assert eventually(lambda: server.connections_open_now == 0)
        assert len(server.requests) == 2
