"""What a client sees of each action of the faulty server."""

import gzip
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.faults.raw_client import POST, Ending, connected, exchange, read_to_end
from tests.faults.server import (
    Action,
    ChunkedGarbage,
    Close,
    CloseAfterAnswer,
    Drip,
    End,
    EndlessHeaders,
    FaultServer,
    HalfAnswer,
    HalfHeaders,
    Hang,
    HangBeforeRead,
    HtmlFromProxy,
    Informational,
    Raw,
    Redirect,
    Reset,
    Respond,
    TooLarge,
    When,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(verify=False, timeout=2, trust_env=False) as client:  # noqa: S501 - saves reading a trust store
        yield client


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Respond(), OK),
        (Respond(204), b"HTTP/1.1 204 No Content\r\n\r\n"),
        (Respond(599, {"X-A": "1"}, "é"), "HTTP/1.1 599 \r\nX-A: 1\r\nContent-Length: 2\r\n\r\né".encode()),
        (Respond(200, [("A", "1"), ("A", "2")]), b"HTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\nContent-Length: 0\r\n\r\n"),
        (Respond(json=None), JSON_HEAD + b"Content-Length: 4\r\n\r\nnull"),
        (Respond(200, {"content-length": "9"}, b"x"), b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx"),
        (Respond(byte_interval=0.0001), OK),
        (Redirect("http://elsewhere/"), b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://elsewhere/\r\nCon"),
        (HtmlFromProxy(504), b"HTTP/1.1 504 Gateway Timeout\r\nContent-Type: text/html\r\nContent-Length: 81"),
        (Informational(statuses=(100,)), b"HTTP/1.1 100 Continue\r\n\r\n" + OK),
        (ChunkedGarbage(), JSON_HEAD + b'Transfer-Encoding: chunked\r\n\r\n8\r\n{"token"\r\nnot a size\r\n'),
        (Raw(b"\x00junk", End.KEEP), b"\x00junk"),
    ],
)
def test_answers_that_keep_the_connection(answer: Action, expected: bytes) -> None:
    """The bytes are exactly these, and the connection is open behind them."""
    with FaultServer(answer) as server:
        data, ending = exchange(server, expected="silence")
    assert data.startswith(expected)
    assert ending == "silence"


@pytest.mark.parametrize(
    ("action", "expected", "ending"),
    [
        (Respond(close=True), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "FIN"),
        (CloseAfterAnswer(), OK, "FIN"),
        (Raw(b"SSH-2.0\r\n"), b"SSH-2.0\r\n", "FIN"),
        (Raw(b"x", End.RESET), b"x", "RST"),
        (HalfHeaders(), JSON_HEAD + b"X-Request-Id: never-", "FIN"),
        (HalfHeaders(502, End.RESET), b"HTTP/1.1 502 Bad Gateway", "RST"),
        (HalfHeaders(end=End.HANG), JSON_HEAD, "silence"),
        (HalfAnswer(body=b"123456"), JSON_HEAD + b"Content-Length: 6\r\n\r\n123", "FIN"),
        (HalfAnswer(body=b"1234", end=End.RESET), JSON_HEAD + b"Content-Length: 4\r\n\r\n12", "RST"),
        (HalfAnswer(body=b"1234", end=End.HANG), JSON_HEAD + b"Content-Length: 4\r\n\r\n12", "silence"),
        (
            HalfAnswer(body=b"1234", framing="chunked"),
            JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n12\r\n",
            "FIN",
        ),
        (ChunkedGarbage(end=End.RESET), JSON_HEAD, "RST"),
        *((Reset(when=when), b"", "RST") for when in When if when is not When.IN_HANDSHAKE),
        *((Close(when=when), b"", "FIN") for when in When if when is not When.IN_HANDSHAKE),
        *((Hang(when=when), b"", "silence") for when in When if when is not When.IN_HANDSHAKE),
        (HangBeforeRead(), b"", "silence"),
        (Respond(401, when=When.AFTER_HEADERS), b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "FIN"),
    ],
)
def test_ways_in_which_a_connection_ends(action: Action, expected: bytes, ending: Ending) -> None:
    """Every ending comes as what it says: a FIN is never an RST, not even where bytes were left unread."""
    with FaultServer(action) as server:
        data, how = exchange(server, expected=ending, answered=bool(expected))
    assert data.startswith(expected)
    assert bool(data) == bool(expected)
    assert how == ending


def test_what_was_read_before_the_action_is_recorded() -> None:
    """Unread requests are only counted; one stopped behind its headers is there without its body."""
    with FaultServer([Reset(when=When.BEFORE_READING), Reset(when=When.AFTER_HEADERS), Reset()]) as server:
        for _ in range(3):
            exchange(server)
        assert [(request.body, request.complete) for request in server.requests] == [(b"", False), (b"body", True)]
        assert server.actions_begun == 3


def test_hang_before_read_blocks_a_client_that_sends_much() -> None:
    """The kernel's buffers fill, and sending stops."""
    with FaultServer(HangBeforeRead(), receive_buffer=4096) as server, connected(server, timeout=0.2) as sock:
        with pytest.raises(TimeoutError):
            sock.sendall(bytes(16 * 1024 * 1024))
        assert server.connections_open_now == 1


def test_delay_comes_before_the_action(client: httpx.Client) -> None:
    """Read or unread."""
    with FaultServer([Respond(delay=0.1), Reset(delay=0.1, when=When.BEFORE_READING)]) as server:
        begin = time.monotonic()
        client.post(server.url)
        assert 0.1 <= time.monotonic() - begin < 1
        with pytest.raises(httpx.ReadError):
            client.post(server.url)
        assert 0.2 <= time.monotonic() - begin < 1


@pytest.mark.parametrize("part", ["headers", "body"])
def test_drip_never_lets_a_single_read_time_out(part: str) -> None:
    """A byte at a time, and no end; the headers of a dripping body are whole."""
    with FaultServer(Drip(part, interval=0.01)) as server, connected(server) as sock:  # type: ignore[arg-type]
        sock.sendall(POST)
        assert sock.recv(65536).startswith(JSON_HEAD)
        assert [len(sock.recv(65536)) for _ in range(10)] == [1] * 10
        sock.close()
        assert server.connections_open_now == 0


def test_endless_headers() -> None:
    """They pass every limit and hold no empty line."""
    with FaultServer(EndlessHeaders()) as server, connected(server) as sock:
        sock.sendall(POST)
        data = b""
        while len(data) < 1_000_000:
            data += sock.recv(65536)
    assert b"\r\n\r\n" not in data


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_too_large_is_a_whole_answer(framing: str, client: httpx.Client) -> None:
    """So many bytes, by either framing, and the connection can be used again."""
    with FaultServer(TooLarge(300_000, framing)) as server:  # type: ignore[arg-type]
        for _ in range(2):
            assert client.post(server.url).content == b" " * 300_000
        assert server.connections_opened == 1


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_gzip_bomb_is_sent_to_clients_that_want_identity(framing: str, client: httpx.Client) -> None:
    """Small on the wire, large when unpacked."""
    bomb = TooLarge(3_000_000, framing, gzip=True)  # type: ignore[arg-type]
    identity = {"Accept-Encoding": "identity"}
    with FaultServer(bomb) as server, client.stream("POST", server.url, headers=identity) as response:
        packed = b"".join(response.iter_raw())
    assert len(packed) < 10_000
    assert gzip.decompress(packed) == b" " * 3_000_000


def test_interim_answers_are_followed_by_the_answer(client: httpx.Client) -> None:
    """100 and 103, then what ``then`` does."""
    with FaultServer(Informational(Respond(200, json={"a": 1}))) as server:
        assert client.post(server.url).json() == {"a": 1}


def test_connection_closed_after_an_answer_is_seen_as_closed(client: httpx.Client) -> None:
    """A client that looks before it sends loses nothing."""
    with FaultServer(CloseAfterAnswer(Respond(json=1))) as server:
        for _ in range(3):
            assert client.post(server.url).json() == 1
            time.sleep(0.02)
        assert server.connections_opened == 3


def test_what_follows_on_a_kept_connection_is_read_as_the_next_request() -> None:
    """Two requests at once get two answers."""
    with FaultServer([Respond(200), Respond(503)]) as server, connected(server) as sock:
        sock.sendall(POST + POST)
        data, _ = read_to_end(sock)
    assert data.count(b"HTTP/1.1 200") == data.count(b"HTTP/1.1 503") == 1
