"""Connections: used again, never too many, never stale, given out in order, closed at the end."""

import time
from types import SimpleNamespace

import pytest

from devrev_auth_client import ConfigurationError, DevRevAuthError, TotalTimeoutError, TransportError
from tests.faults.actions import (
    ENDLESS_100S,
    ENDLESS_CHUNKS,
    ENDLESS_HEADERS,
    Action,
    Hang,
    Raw,
    Respond,
)
from tests.faults.backends import ONCE, TOKEN_ID, TOKEN_RESPONSE, Backend
from tests.faults.connection import Connection
from tests.faults.measuring import assert_within, eventually, open_descriptors, seconds_of
from tests.faults.server import End

MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_one_call_after_another_uses_one_connection(backend: Backend, tls: bool) -> None:
    """Error responses included: one that was read to its end leaves the connection whole. Copies share it."""
    script = [TOKEN_RESPONSE, Respond(404), Respond(503), Respond(429), TOKEN_RESPONSE]
    with backend.served(script, tls=tls) as (server, client):
        client.get()
        client.begin_get().exception(5)
        for each in (client, client.copy(timeout=1, headers={"X-Copy": "1"})) * 3:
            assert each.get().id == TOKEN_ID
        assert server.connections_opened == 1
        assert server.requests[0].path == "/auth-tokens.get"
        assert server.requests[0].json() == {"token_id": TOKEN_ID}


def test_idle_connections_are_used_last_in_first_out(backend: Backend) -> None:
    """Few stay warm, and the others may grow old."""
    with backend.served(Respond(404, delay=0.1)) as (server, client):
        client.outcomes([client.begin_get() for _ in range(5)])
        server.play(TOKEN_RESPONSE)
        for _ in range(5):
            client.get()
        assert server.connections_opened == 5
        assert len({request.connection for request in server.requests[-5:]}) == 1


def test_idle_connection_grows_too_old(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is closed at the next call, and a new one is opened."""
    with backend.served(TOKEN_RESPONSE) as (server, client):
        client.get()
        monkeypatch.setattr("devrev_auth_client._transport.connection.KEEPALIVE_EXPIRY", 0.05)
        time.sleep(0.06)
        client.get()
        assert server.connections_opened == 2
        assert eventually(lambda: server.connections_open_now == 1)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_connection_that_the_server_closed_costs_nothing(backend: Backend, tls: bool) -> None:
    """No failure and no retry, not even with retries turned off."""
    with backend.served(Raw(TOKEN_RESPONSE.encode()), tls=tls, retry=ONCE) as (server, client):
        for number in range(1, 4):
            client.get()
            assert eventually(lambda: server.connections_open_now == 0)
            assert (len(server.requests), server.connections_opened) == (number, number)


def test_idle_connections_that_the_server_closed_are_closed_at_the_next_call(backend: Backend) -> None:
    """All of them: a socket that its peer has closed would wait in CLOSE_WAIT for ever."""
    with backend.served(Respond(404, delay=0.6), retry=ONCE, max_connections=20) as (server, client):
        client.outcomes([client.begin_get() for _ in range(20)])
        assert server.connections_open_now == 20
        server.drop_connections()
        server.play(TOKEN_RESPONSE)
        before = open_descriptors()
        client.get()
        # One connection took the place of twenty; both of its ends are in this process.
        assert open_descriptors() == before - 20 + 2
        assert {outcome.id for outcome in client.outcomes([client.begin_get() for _ in range(20)])} == {TOKEN_ID}


TWICE = [TOKEN_RESPONSE.encode(), Respond(204).encode()]


@pytest.mark.parametrize("first", [Raw(b"".join(TWICE), End.KEEP), Raw(TWICE, End.KEEP, interval=0.05)])
def test_response_that_nobody_asked_for_is_not_the_next(backend: Backend, first: Action) -> None:
    """A 204 right behind another response, or later, must not pass for the proof of a revocation."""
    with backend.served([first, Respond(403)]) as (server, client):
        client.get()
        time.sleep(0.15)
        with pytest.raises(DevRevAuthError):
            client.revoke()
        assert [request.connection for request in server.requests] == [1, 2]


def test_server_that_floods_an_idle_connection_is_left_waiting(backend: Backend) -> None:
    """What is held of it is bounded: a few buffers of the system's."""
    taken = 0

    class FloodBehind(Respond):
        def perform(self, client: Connection) -> End:
            nonlocal taken
            super().perform(client)
            client.pause(0.05)  # until the connection is idle
            client.socket.settimeout(0.5)
            while taken < 64 * MEBIBYTE:
                taken += client.socket.send(bytes(MEBIBYTE))
            return End.CLOSE

    with backend.served(FloodBehind(204)) as (server, client):
        client.revoke()
        assert eventually(lambda: server.connections_open_now == 0)  # not taken in time
        assert 0 < taken < 32 * MEBIBYTE


FLOODS = {"one-byte chunks": ENDLESS_CHUNKS, "100s": ENDLESS_100S, "headers": ENDLESS_HEADERS}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_thirty_calls_under_a_flood(backend: Backend, flood: Action) -> None:
    """Each response is given up as broken before it has cost much, and `total_timeout` holds."""

    def run() -> None:
        outcomes = client.outcomes([client.begin_get() for _ in range(30)])
        assert {type(error) for error in outcomes} <= {TransportError, TotalTimeoutError}

    with backend.served(flood, total_timeout=1, retry=ONCE) as (_, client):
        assert_within(lambda: seconds_of(run), 0, 2.5)


def test_queue_is_first_come_first_served(backend: Backend) -> None:
    """Whoever asked first is sent first; one who gave up is left out."""
    with backend.served([Respond(404, delay=0.6), TOKEN_RESPONSE], max_connections=1) as (server, client):
        calls = []
        for number in range(8):
            total_timeout = 0.1 if number == 3 else 5
            calls.append(client.begin_get(f"id-{number}", total_timeout=total_timeout))
            time.sleep(0.02)  # trio starts what begins together in random order
        client.outcomes(calls)
        assert isinstance(calls[3].exception(), TotalTimeoutError)
        assert [request.json()["token_id"] for request in server.requests] == [f"id-{n}" for n in (0, 1, 2, 4, 5, 6, 7)]


def test_closing_does_not_wait(backend: Backend) -> None:
    """Calls under way go on, their connections are closed then, and no other call is let through."""
    script = [*[Respond(404, delay=0.3)] * 30, Respond(204, delay=1), Hang()]
    with backend.served(script, max_connections=30, total_timeout=5) as (server, client):
        client.outcomes([client.begin_get() for _ in range(30)])
        responding = client.begin_revoke()
        server.wait_for_requests(31)
        hanging = [client.begin_get(total_timeout=1.2) for _ in range(29)]
        server.wait_for_requests(60)
        queued = client.begin_get(total_timeout=5)
        time.sleep(0.05)
        assert seconds_of(lambda: client.begin_close().result(5)) < 0.2
        assert isinstance(queued.exception(5), ConfigurationError)
        assert responding.result(5) is None
        assert {type(call.exception(5)) for call in hanging} == {TotalTimeoutError}
        with pytest.raises(ConfigurationError, match="closed"):
            client.get()
        assert eventually(lambda: server.connections_open_now == 0)


def test_head_needs_no_length(backend: Backend) -> None:
    """Its response has no body that could be cut off."""
    endpoint = SimpleNamespace(
        __name__="things_count",
        _get_kwargs=lambda: {"method": "head", "url": "/things.count"},
        _parse_response=lambda client, response: response.status_code,
    )
    with backend.served(Raw(b"HTTP/1.1 200 OK\r\n\r\n")) as (_, client):
        assert client.begin(client.client.call, endpoint).result(5) == 200
