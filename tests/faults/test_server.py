"""The faulty server itself: what it records and counts, its scripts, TLS, and that it leaves nothing behind."""

import itertools
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import anyio
import httpx
import pytest

from tests.faults.raw_client import POST, connected, read_to_end, status
from tests.faults.server import (
    Action,
    Drip,
    FaultServer,
    Hang,
    HangBeforeRead,
    Request,
    Reset,
    Respond,
    ScriptSource,
    When,
)

GET = b"GET / HTTP/1.1\r\n\r\n"


def test_requests_are_recorded_whole() -> None:
    """Method, path, headers, body in either framing, connection and time of arrival."""
    chunked = b"PUT /p?q=1 HTTP/1.1\r\nA: 1\r\na:  2 \r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked += b"3\r\n[1,\r\n2;extension\r\n2]\r\n0\r\nTrailer: 1\r\n\r\n"
    before = time.monotonic()
    with FaultServer(Respond()) as server:
        with connected(server) as sock:
            sock.sendall(POST + chunked)
            server.wait_for_requests(2)
        status(server)
    first, second, third = server.requests
    assert (first.method, first.path, first.body, first.complete) == ("POST", "/auth-tokens.get", b"body", True)
    assert (second.method, second.path, second.headers["a"], second.json()) == ("PUT", "/p?q=1", "1, 2", [1, 2])
    assert (first.connection, second.connection, third.connection) == (1, 1, 2)
    assert before < first.arrived <= second.arrived < third.arrived < time.monotonic()


def test_script_is_played_in_order_and_its_last_action_repeats() -> None:
    """Whichever connection a request comes on."""
    with FaultServer([Respond(500), Respond(404), Respond(200)]) as server:
        assert [status(server) for _ in range(4)] == [500, 404, 200, 200]


def test_script_may_be_an_endless_iterator() -> None:
    """It is read as it is needed."""
    with FaultServer(Respond(status) for status in itertools.count(200)) as server:
        assert [status(server) for _ in range(3)] == [200, 201, 202]


def test_script_may_be_a_function_of_the_request() -> None:
    """It is asked with the whole request."""

    def by_method(request: Request) -> Action:
        return Respond(200 if request.method == "GET" else 405)

    with FaultServer(by_method) as server:
        assert status(server, GET) == 200
        assert status(server) == 405


def test_script_can_be_changed_while_the_server_runs() -> None:
    """The next request meets the first action of the new one."""
    with FaultServer(Respond(500)) as server:
        assert status(server) == 500
        server.play([Respond(200), Respond(201)])
        assert [status(server) for _ in range(3)] == [200, 201, 201]


def send_twice(server: FaultServer, error: type[Exception] | None = None) -> None:
    """Two requests on one connection, then perhaps an error of the test's own."""
    with server:
        with connected(server) as sock:
            sock.sendall(POST + POST)
            read_to_end(sock)
        if error is not None:
            raise error


UNPLAYABLE = [[Respond(), Hang(when=When.IN_HANDSHAKE)], lambda request: HangBeforeRead()]


@pytest.mark.parametrize("script", UNPLAYABLE)
def test_script_that_cannot_be_played_is_an_error_at_the_end(script: ScriptSource) -> None:
    """A test must not pass on a fault that never happened."""
    with pytest.raises(ValueError, match=r"needs a new connection|comes too late"):
        send_twice(FaultServer(script))


@pytest.mark.parametrize("script", UNPLAYABLE)
def test_error_of_the_server_does_not_hide_the_error_of_the_test(script: ScriptSource) -> None:
    """It is a note on that."""
    with pytest.raises(KeyError) as caught:
        send_twice(FaultServer(script), KeyError)
    assert "the fault server failed too: ValueError" in caught.value.__notes__[0]


@pytest.mark.parametrize("action", [Respond(), Hang(), HangBeforeRead(), Respond(delay=60), Drip()])
def test_connections_are_counted_exactly(action: Action) -> None:
    """Closed by the client, they are gone at once, whatever the server is doing with them."""
    with FaultServer(action) as server:
        for number in (2, 4, 6):
            with connected(server) as one, connected(server) as two:
                one.sendall(POST)
                two.sendall(POST)
                server.wait_for_actions(number)
                assert server.connections_open_now == 2
            assert server.connections_open_now == 0
        assert (server.connections_opened, server.peak_connections) == (6, 2)


def test_a_connection_closed_just_before_the_next_does_not_count_twice() -> None:
    """The peak is what the client had open, not what the server had yet to notice."""
    with FaultServer(Respond()) as server:
        for _ in range(200):
            with connected(server):
                pass
        status(server)
        assert (server.connections_opened, server.peak_connections) == (201, 1)


def test_burst_of_connections() -> None:
    """1,200 at once: each is accepted and answered, and all are closed at once at the end."""
    with ExitStack() as stack:
        with FaultServer(Respond()) as server:
            socks = [stack.enter_context(connected(server, timeout=5)) for _ in range(1200)]
            for sock in socks:
                sock.sendall(POST)
            assert all(sock.recv(100).startswith(b"HTTP/1.1 200") for sock in socks)
            assert server.peak_connections == server.connections_open_now == 1200
            begin = time.monotonic()
        assert time.monotonic() - begin < 1
        assert all(sock.recv(1) == b"" for sock in socks)


@pytest.mark.parametrize("action", [Respond(), Hang(), HangBeforeRead(), Respond(delay=60), Respond(byte_interval=60)])
def test_nothing_is_left_of_a_server_with_open_connections(action: Action) -> None:
    """Neither thread nor file descriptor, and it does not wait for anything."""
    descriptors, threads = open_descriptors(), threading.active_count()
    with ExitStack() as stack:
        with FaultServer(action) as server:
            for _ in range(20):
                stack.enter_context(connected(server)).sendall(POST)
            server.wait_for_actions(20)
            begin = time.monotonic()
        assert time.monotonic() - begin < 0.5
        assert threading.active_count() == threads
    assert open_descriptors() <= descriptors


def open_descriptors() -> int:
    """How many file descriptors this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


def test_connections_can_be_dropped() -> None:
    """Idle or busy; new ones are welcome."""
    with FaultServer([Respond(), Hang(), Respond()]) as server, connected(server) as idle, connected(server) as busy:
        for sock in (idle, busy):
            sock.sendall(POST)
            server.wait_for_requests(1 if sock is idle else 2)
        server.drop_connections()
        assert read_to_end(idle)[1] == read_to_end(busy)[1] == "FIN"
        assert status(server, GET) == 200


def test_waiting_for_requests_and_keeping_only_the_latest() -> None:
    """Waiting counts those that are no longer kept."""
    with FaultServer(Respond(), keep_requests=1) as server:
        status(server)
        status(server, GET)
        server.wait_for_requests(2)
        assert [request.method for request in server.requests] == ["GET"]
        with pytest.raises(TimeoutError, match="2 of 3"):
            server.wait_for_requests(3, timeout=0.01)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_async_clients_on_either_backend(backend: str) -> None:
    """The server needs no loop of the test's."""

    async def main() -> int:
        with FaultServer([Reset(), Respond(201)]) as server:
            async with httpx.AsyncClient(verify=False, trust_env=False) as client:  # noqa: S501
                with pytest.raises(httpx.ReadError):
                    await client.post(server.url)
                return (await client.post(server.url)).status_code

    assert anyio.run(main, backend=backend) == 201
