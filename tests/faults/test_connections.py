"""Connections: used again, never too many, never stale, given out in order, closed at the end."""

import threading
import time
from typing import Any

import pytest

from devrev_auth_client import ConfigurationError, DevRevAuthError, TotalTimeoutError
from tests.faults.backends import (
    ONCE,
    REVOKED,
    TOKEN_ANSWER,
    TOKEN_ID,
    Backend,
    eventually,
    open_descriptors,
    seconds_of,
)
from tests.faults.server import (
    Action,
    CloseAfterAnswer,
    End,
    FaultServer,
    HalfAnswer,
    Hang,
    Raw,
    Respond,
    tls_pair,
)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_one_call_after_another_uses_one_connection(backend: Backend, tls: bool) -> None:
    """Refusals included: an answer that was read to its end leaves the connection whole."""
    server_context, client_context = tls_pair() if tls else (None, True)
    script = [TOKEN_ANSWER, Respond(404), Respond(503), Respond(429), TOKEN_ANSWER]
    with FaultServer(script, tls=server_context) as server, backend.client(server.url, verify=client_context) as client:
        client.get()
        client.begin_get().exception(5)
        for _ in range(10):
            client.get()
        assert server.connections_opened == 1


def test_copies_share_the_connections(backend: Backend) -> None:
    """`with_options` opens none of its own."""
    with FaultServer(TOKEN_ANSWER) as server, backend.client(server.url) as client:
        client.get()
        client.copy(timeout=1, headers={"X-Copy": "1"}).get()
        client.get()
        assert server.connections_opened == 1


def test_idle_connections_are_used_last_in_first_out(backend: Backend) -> None:
    """Few stay warm, and the others may grow old."""
    with FaultServer(Respond(404, delay=0.1)) as server, backend.client(server.url) as client:
        client.outcomes([client.begin_get() for _ in range(5)])
        server.play(TOKEN_ANSWER)
        for _ in range(5):
            client.get()
        assert server.connections_opened == 5
        assert len({request.connection for request in server.requests[-5:]}) == 1


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_never_more_connections_than_allowed(backend: Backend, limit: int) -> None:
    """Sixty calls at once, among them such that break their connection."""
    script: list[Action] = [TOKEN_ANSWER, Respond(404, close=True), HalfAnswer(), Respond(200, json=1)] * 5
    with FaultServer([*script, TOKEN_ANSWER]) as server:
        with backend.client(server.url, max_connections=limit) as client:
            client.outcomes([client.begin_get() for _ in range(60)])
            client.outcomes([client.begin_get() for _ in range(60)])
        assert server.peak_connections <= limit
        assert eventually(lambda: server.connections_open_now == 0)


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_connection_that_the_server_closed_costs_nothing(backend: Backend, tls: bool) -> None:
    """No failure and no repetition, not even with repetitions turned off."""
    server_context, client_context = tls_pair() if tls else (None, True)
    script = CloseAfterAnswer(TOKEN_ANSWER)
    options = {"verify": client_context, "retry": ONCE}
    with FaultServer(script, tls=server_context) as server, backend.client(server.url, **options) as client:
        for number in range(1, 6):
            client.get()
            assert eventually(lambda: server.connections_open_now == 0)
            assert (len(server.requests), server.connections_opened) == (number, number)


def test_idle_connections_that_a_restart_closed_cost_nothing(backend: Backend) -> None:
    """Ten at once, and the next ten calls."""
    script = [Respond(404, delay=0.1)] * 10
    with (
        FaultServer([*script, TOKEN_ANSWER]) as server,
        backend.client(server.url, retry=ONCE, max_connections=10) as client,
    ):
        client.outcomes([client.begin_get() for _ in range(10)])
        server.drop_connections()
        for call in [client.begin_get() for _ in range(10)]:
            assert call.result(5).id == TOKEN_ID
        assert len(server.requests) == 20
        assert server.peak_connections == 10


def test_idle_connections_that_the_server_closed_are_closed_at_the_next_call(backend: Backend) -> None:
    """All of them: a socket that its peer has closed would wait in CLOSE_WAIT for ever."""
    with FaultServer(Respond(404, delay=0.3)) as server, backend.client(server.url) as client:
        client.outcomes([client.begin_get() for _ in range(20)])
        assert server.connections_open_now == 20
        server.drop_connections()
        server.play(TOKEN_ANSWER)
        before = open_descriptors()
        client.get()
        # One connection took the place of twenty; both of its ends are in this process.
        assert open_descriptors() == before - 20 + 2


def test_answer_that_nobody_asked_for_is_not_the_next_ones(backend: Backend) -> None:
    """A 204 that comes right behind another answer must not pass for the proof of a revocation."""
    both = Raw(TOKEN_ANSWER.encode() + Respond(204).encode(), End.KEEP)
    with FaultServer([both, Respond(403)]) as server, backend.client(server.url) as client:
        assert client.get().id == TOKEN_ID
        with pytest.raises(DevRevAuthError):
            client.revoke()
        assert [request.connection for request in server.requests] == [1, 2]


def test_answer_that_comes_unasked_later_is_not_the_next_ones(backend: Backend) -> None:
    """Such as the 408 of a server that tires of an idle connection."""

    class Twice(Raw):
        async def perform(self, wire: Any) -> End:
            await wire.send(TOKEN_ANSWER.encode())
            await wire.pause(0.05)
            await wire.send(Respond(204).encode())
            return End.KEEP

    with FaultServer([Twice(b""), Respond(403)]) as server, backend.client(server.url) as client:
        client.get()
        time.sleep(0.15)
        with pytest.raises(DevRevAuthError):
            client.revoke()
        assert [request.connection for request in server.requests] == [1, 2]


def test_queue_is_first_come_first_served(backend: Backend) -> None:
    """Whoever asked first is sent first; one who gave up is left out."""
    with (
        FaultServer([Respond(404, delay=0.3), TOKEN_ANSWER]) as server,
        backend.client(server.url, max_connections=1) as client,
    ):
        calls = []
        for number in range(8):
            total_timeout = 0.1 if number == 3 else 5
            calls.append(client.begin(client.client.get_auth_token, f"id-{number}", total_timeout=total_timeout))
            time.sleep(0.02)  # trio starts what begins together in random order
        client.outcomes(calls)
        assert isinstance(calls[3].exception(), TotalTimeoutError)
        assert [request.json()["token_id"] for request in server.requests] == [f"id-{n}" for n in (0, 1, 2, 4, 5, 6, 7)]


def test_twenty_threads_on_five_lanes() -> None:
    """Each thread calls fifty times; every call gets its own answer."""
    with FaultServer(lambda request: Respond(200, json={"token": {"id": request.json()["token_id"]}})) as server:
        with Backend("sync").client(server.url, max_connections=5, total_timeout=30) as client:
            wrong: list[str] = []

            def work(name: int) -> None:
                for number in range(50):
                    token_id = f"{name}-{number}"
                    met = client.client.get_auth_token(token_id).id  # type: ignore[union-attr]
                    if met != token_id:
                        wrong.append(f"{token_id} got {met}")

            threads = [threading.Thread(target=work, args=(name,)) for name in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            assert wrong == []
        assert len(server.requests) == 1000
        assert server.peak_connections <= 5


def test_closing_does_not_wait_for_the_server(backend: Backend) -> None:
    """Thirty idle connections that the server would keep for ever."""
    with FaultServer(Respond(404, delay=0.5)) as server, backend.client(server.url) as client:
        client.outcomes([client.begin_get() for _ in range(30)])
        assert server.connections_open_now == 30
        assert seconds_of(lambda: client.begin_close().result(5)) < 0.5
        assert eventually(lambda: server.connections_open_now == 0)


def test_closing_does_not_wait_for_calls_under_way(backend: Backend) -> None:
    """They go on to their end, their connections are closed then, and nobody else gets one."""
    with (
        FaultServer([Respond(204, delay=0.3), Hang()]) as server,
        backend.client(server.url, max_connections=2, total_timeout=0.6) as client,
    ):
        answered = client.begin_revoke()
        server.wait_for_requests(1)
        hanging = client.begin_get()
        server.wait_for_requests(2)
        queued = client.begin_get()
        assert seconds_of(lambda: client.begin_close().result(5)) < 0.2
        assert isinstance(queued.exception(5), ConfigurationError)
        assert answered.result(5) is None
        assert isinstance(hanging.exception(5), TotalTimeoutError)
        with pytest.raises(ConfigurationError, match="closed"):
            client.get()
        assert eventually(lambda: server.connections_open_now == 0)


def test_closing_twice_and_closing_a_copy(backend: Backend) -> None:
    """Either closes both, and once more is no error."""
    with FaultServer(REVOKED) as server, backend.client(server.url) as client:
        copy = client.copy(timeout=1)
        client.revoke()
        for each in (copy, client, copy):
            each.begin_close().result(5)
        for each in (client, copy):
            with pytest.raises(ConfigurationError, match="closed"):
                each.revoke()
        assert eventually(lambda: server.connections_open_now == 0)
