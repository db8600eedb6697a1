"""Connections that do not come about, TLS that fails, and the rate limiter."""

import datetime
import socket
import ssl
import time
from contextlib import nullcontext

import httpx
import pytest

from tests.faults.raw_client import Ending, connected, exchange, read_to_end
from tests.faults.server import (
    Action,
    Close,
    FaultServer,
    Hang,
    RateLimiter,
    Raw,
    Request,
    Reset,
    Respond,
    When,
    backlog_full_url,
    refusing_url,
    tls_pair,
)

SERVER, CLIENT = tls_pair()
GET = b"GET / HTTP/1.1\r\n\r\n"


def test_refusing_url_refuses_at_once() -> None:
    with refusing_url() as url, socket.socket() as sock, pytest.raises(ConnectionRefusedError):
        sock.connect(("127.0.0.1", httpx.URL(url).port))


def test_connecting_to_a_full_backlog_hangs() -> None:
    """The second client after the first as well."""
    with backlog_full_url() as url:
        for _ in range(2):
            with socket.socket() as sock:
                sock.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    sock.connect(("127.0.0.1", httpx.URL(url).port))


def test_tls_answers() -> None:
    """On one connection, as without TLS."""
    with FaultServer(Respond(200, json=1), tls=SERVER) as server, httpx.Client(verify=CLIENT) as client:
        assert server.url.startswith("https://127.0.0.1:")
        assert [client.post(server.url, content=b"x" * 100_000).json() for _ in range(3)] == [1, 1, 1]
        assert server.connections_opened == 1
        assert {len(request.body) for request in server.requests} == {100_000}


@pytest.mark.parametrize(
    ("action", "data", "ending"),
    [
        (Close(when=When.IN_HANDSHAKE), b"", "FIN"),
        (Reset(when=When.IN_HANDSHAKE), b"", "RST"),
        (Hang(when=When.IN_HANDSHAKE), b"", "silence"),
        (Raw(b"\x15\x03\x01garbage", when=When.IN_HANDSHAKE), b"\x15\x03\x01garbage", "FIN"),
        (Respond(400, when=When.IN_HANDSHAKE), b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "FIN"),
    ],
)
def test_faults_in_the_handshake(action: Action, data: bytes, ending: Ending) -> None:
    """They come when the ClientHello is there; the next connection gets the next action."""
    with FaultServer([action, Respond()], tls=SERVER) as server:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with pytest.raises(ssl.SSLWantReadError):
            CLIENT.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1").do_handshake()
        assert exchange(server, outgoing.read(), expected=ending, answered=bool(data)) == (data, ending)
        assert server.requests == []
        with httpx.Client(verify=CLIENT) as client:
            assert client.get(server.url).status_code == 200


@pytest.mark.parametrize("close_notify", [True, False])
def test_tls_ends_with_or_without_a_close_notify(close_notify: bool) -> None:
    """Only the first is an honest end of the stream."""
    with (
        FaultServer(Close(close_notify), tls=SERVER) as server,
        connected(server) as plain,
        CLIENT.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False) as sock,
    ):
        sock.sendall(GET)
        with nullcontext() if close_notify else pytest.raises(ssl.SSLEOFError):
            assert sock.recv(1) == b""


def test_reset_inside_tls_is_a_real_one() -> None:
    """Looked at below TLS: the ssl module reports some resets as an end of file."""
    with FaultServer(Reset(), tls=SERVER) as server, connected(server) as sock:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = CLIENT.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        for _ in range(2):
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(65536))
        tls.write(GET)
        sock.sendall(outgoing.read())
        assert read_to_end(sock)[1] == "RST"


@pytest.mark.parametrize(
    ("server_context", "reason"),
    [
        (tls_pair()[0], "unable to get local issuer|self-signed"),
        (tls_pair("elsewhere.example")[0], "issuer|mismatch"),
    ],
)
def test_certificate_that_the_client_does_not_trust(server_context: ssl.SSLContext, reason: str) -> None:
    """The client refuses, and no request arrives."""
    with FaultServer(Respond(), tls=server_context) as server, httpx.Client(verify=CLIENT) as client:
        with pytest.raises(httpx.ConnectError, match=reason):
            client.get(server.url)
        assert server.actions_begun == 0


def test_certificate_for_another_host_or_out_of_date() -> None:
    """Trusted authority, wrong certificate."""
    past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    for (server_context, client_context), reason in (
        (tls_pair("elsewhere.example"), "IP address mismatch"),
        (tls_pair(not_after=past), "expired"),
    ):
        with (
            FaultServer(Respond(), tls=server_context) as server,
            httpx.Client(verify=client_context) as client,
            pytest.raises(httpx.ConnectError, match=reason),
        ):
            client.get(server.url)


def test_plain_server_where_tls_is_expected() -> None:
    """It answers the ClientHello with a 400 in clear, as real servers do."""
    with FaultServer(Respond()) as server, httpx.Client(verify=CLIENT) as client:
        with pytest.raises(httpx.ConnectError, match=r"(?i)wrong.version.number|record layer"):
            client.get(server.url.replace("http:", "https:"))
        assert server.requests == []


def limiter_at(limiter: RateLimiter, *seconds: float) -> list[int]:
    """The statuses of requests that arrive at these times."""
    requests = (Request("POST", "/", {}, b"", 1, 1000.0 + at, complete=True) for at in seconds)
    return [answer.status for request in requests if isinstance(answer := limiter(request), Respond)]


@pytest.mark.parametrize(
    ("phase", "expected"),
    [(0.0, [200, 200, 429, 200, 200, 429]), (0.75, [200, 200, 200, 200, 429, 200])],
)
def test_rate_limiter_counts_by_window(phase: float, expected: list[int]) -> None:
    """The first request finds the window ``phase`` seconds old."""
    limiter = RateLimiter(2, 1.0, phase)
    assert limiter_at(limiter, 0.0, 0.1, 0.3, 1.0, 1.1, 1.3) == expected
    assert limiter.counts == {200: expected.count(200), 429: expected.count(429)}


def test_rate_limiter_on_the_wire() -> None:
    """25 of 30 pass; the others are told to come back in a second, and what is left is announced."""
    limiter = RateLimiter(25, announce=True, answer=Respond(200, {"X-A": "b"}, json={}))
    with FaultServer(limiter) as server, httpx.Client(verify=CLIENT) as client:
        answers = [client.post(server.url) for _ in range(30)]
    assert limiter.counts == {200: 25, 429: 5}
    assert answers[-1].headers["Retry-After"] == "1"
    assert answers[-1].json()["type"] == "too_many_requests"
    assert answers[0].headers["X-A"] == "b"
    assert [answers[n].headers["X-Ratelimit-Remaining"] for n in (0, 24, 29)] == ["24", "0", "0"]
    assert 0 <= int(answers[0].headers["X-Ratelimit-Reset"]) - time.time() <= 2
