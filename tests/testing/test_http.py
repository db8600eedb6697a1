"""FakeDevRev over real HTTP, seen from a client and from the socket; and as an ASGI app for a server of one's own."""

import logging
import socket
import time
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.programs import wait_until
from tests.testing.conftest import DELETE, GET, NOON, Clock

LONG = 3600.0


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FakeDevRev, str]]:
    fake = FakeDevRev(seed=1, rate_limit=1000, clock=Clock())
    with fake.serve() as base_url:
        yield fake, base_url


@pytest.fixture
def fake(served: tuple[FakeDevRev, str]) -> FakeDevRev:
    served[0].requests.clear()
    return served[0]


@pytest.fixture(autouse=True)
def _nothing_to_complain_about(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A fault that was asked for is no fault of the server."""
    yield
    assert [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []


@pytest.fixture
def client(served: tuple[FakeDevRev, str], token: IssuedToken) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {token.secret}"}
    with httpx.Client(base_url=served[1], headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def connection(client: httpx.Client) -> Iterator[socket.socket]:
    with connected(client.base_url) as connection:
        yield connection


def connected(url: httpx.URL) -> socket.socket:
    return socket.create_connection((url.host, url.port or 0), timeout=10)


def send(connection: socket.socket, token: IssuedToken, path: str = DELETE) -> None:
    body = b"{}" if path == DELETE else b'{"token_id": "%s"}' % token.id.encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    connection.sendall(f"{head}Authorization: Bearer {token.secret}\r\n\r\n".encode() + body)


def receive_all(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as received:
        return received.read()


def test_answers_are_those_in_memory(fake: FakeDevRev, token: IssuedToken, client: httpx.Client) -> None:
    """The server adds no header, and the date is that of the fake's clock."""
    read = client.post(GET, json={"token_id": token.id})
    assert read.json()["token"]["id"] == token.id
    assert read.headers["date"] == "Thu, 01 Jan 2026 12:00:00 GMT"
    assert read.headers["x-ratelimit-reset"] == str(int(NOON) + 300)
    assert fake.requests[0].body == {"token_id": token.id}
    fake.respond_next(502, html="<h1>Bad Gateway</h1>")
    fake.respond_next(204)
    page, empty = client.post(DELETE, json={}), client.post(DELETE, json={})
    assert (page.status_code, page.text) == (502, "<h1>Bad Gateway</h1>")
    assert dict(page.headers) == {"content-type": "text/html; charset=utf-8", "content-length": "20"}
    assert (empty.status_code, dict(empty.headers)) == (204, {})
    assert client.post(DELETE, json={}).status_code == 200
    assert fake.token_status(token.id) == "revoked"


def test_a_lost_connection_ends_without_a_byte_and_a_reset_is_a_reset(
    fake: FakeDevRev, token: IssuedToken, client: httpx.Client, connection: socket.socket
) -> None:
    """FIN and RST; the next connection is fine, and tells what was done."""
    fake.lose_connection(after_processing=True)
    fake.play_next(Fault.reset())
    send(connection, token)
    assert receive_all(connection) == b""
    with pytest.raises(httpx.ReadError, match="reset"):
        client.post(DELETE, json={})
    assert client.post(DELETE, json={}).status_code == 401
    assert [request.status for request in fake.requests] == [None, None, 401]


def test_a_truncated_answer_promises_more_than_it_sends(
    fake: FakeDevRev, token: IssuedToken, connection: socket.socket
) -> None:
    fake.play_next(Fault.truncated(17))
    send(connection, token, GET)
    head, _, content = receive_all(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert content == b'{"token": {"creat'
    wait_until(lambda: f"cut after 17 of {length} bytes" in fake.journal(last=1))


def test_a_slow_answer_drips(fake: FakeDevRev, token: IssuedToken, client: httpx.Client) -> None:
    fake.play_next(Fault.slow(before=0.02, between=0.01, chunk_size=300))
    begun = time.monotonic()
    with client.stream("POST", GET, json={"token_id": token.id}) as response:
        chunks = list(response.iter_raw())
    assert time.monotonic() - begun >= 0.02 + (len(b"".join(chunks)) - 1) // 300 * 0.01
    assert client.post(DELETE, json={}).status_code == 200
    assert len(chunks) > 1
    assert f'"id": "{token.id}"' in b"".join(chunks).decode()
    assert "slow; arrived whole" in fake.journal(last=2)


@pytest.mark.parametrize(("fault", "sent"), [(Fault.slow(before=LONG), 0), (Fault.slow(between=LONG), 1)])
def test_a_caller_that_leaves_ends_a_slow_answer(
    fake: FakeDevRev, token: IssuedToken, connection: socket.socket, fault: Fault, sent: int
) -> None:
    fake.play_next(fault)
    send(connection, token, GET)
    wait_until(lambda: "script: slow" in fake.journal(last=1))
    if sent:
        connection.recv(1)
    connection.close()
    wait_until(lambda: f"the client disconnected after {sent} of " in fake.journal(last=1))


def test_serving_ends_with_the_block_also_while_an_answer_is_slow() -> None:
    """The port is free again, and given back where it was asked for; a taken one is an error."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user())
    fake.play_next(Fault.slow(between=LONG, chunk_size=2))
    with fake.serve() as base_url:
        url = httpx.URL(base_url)
        with pytest.raises(OSError, match="in use"), fake.serve(port=url.port or 0):
            pass
        connection = connected(url)
        send(connection, token, GET)
        assert connection.recv(1) == b"H"
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    with connection:
        assert b'\r\n\r\n{"' in receive_all(connection)
    with pytest.raises(ConnectionRefusedError), connected(url):
        pass
    with FakeDevRev().serve(port=url.port or 0) as same_url:
        assert same_url == base_url


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_headers(client: httpx.Client) -> None:
    """It would take 40 ms, from the second one of a connection on (Nagle's algorithm, delayed ACK)."""
    taken: list[float] = []
    for _ in range(10):
        begun = time.monotonic()
        client.post("/x")
        taken.append(time.monotonic() - begun)
    assert min(taken[1:]) < 0.03


async def call(app: Any, token: IssuedToken, sent: list[Any], *received: Any, path: str = DELETE) -> None:
    """Run an ASGI app on these parts of a body, as a server does: after the last one, nothing comes."""
    messages: list[dict[str, Any]] = [{"type": "http.request"} | part for part in received]
    headers = [(b"authorization", f"Bearer {token.secret}".encode()), (b"content-type", b"application/json")]

    async def receive() -> dict[str, Any]:
        if not messages:
            await anyio.sleep_forever()
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await app({"type": "http", "method": "POST", "path": path, "headers": headers}, receive, send)


def test_the_asgi_app_reads_a_body_in_parts_and_ignores_one_that_breaks_off(
    fake: FakeDevRev, token: IssuedToken
) -> None:
    """A part may lack its body. What breaks off never arrived: nothing is recorded, done or taken of the script."""
    fake.respond_next(503)
    first, second, last = {"body": b"{", "more_body": True}, {"more_body": True}, {"body": b"}"}
    sent: list[Any] = []
    anyio.run(call, fake.asgi_app(), token, sent, first, {"type": "http.disconnect"})
    assert (sent, fake.requests) == ([], [])
    anyio.run(call, fake.asgi_app(), token, sent, {"body": b""})
    assert sent[0]["status"] == 503
    sent.clear()
    anyio.run(call, fake.asgi_app(), token, sent, first, second, last)
    start, body = sent
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    assert (b"content-length", b"0") in start["headers"]
    assert body == {"type": "http.response.body", "body": b""}


def test_the_asgi_app_breaks_off_where_a_connection_is_lost(fake: FakeDevRev, token: IssuedToken) -> None:
    """After the headers, or where it is cut: ASGI has no word for closing, and a server answers silence with 500."""
    fake.play_next(Fault.truncated(4))
    fake.play_next(Fault.reset(after_processing=True))
    sent: list[Any] = []
    for path in ("/x", DELETE):
        with pytest.raises(ConnectionAbortedError):
            anyio.run(lambda: call(fake.asgi_app(), token, sent, {"body": b"{}"}, path=path))  # noqa: B023 - run at once
    truncated, content, lost = sent
    assert (truncated["status"], content) == (404, {"type": "http.response.body", "body": b'{"me', "more_body": True})
    assert lost == {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]}
    assert fake.token_status(token.id) == "revoked"


def test_the_asgi_app_speaks_http_only(fake: FakeDevRev) -> None:
    """As the specification has an app refuse lifespan events."""
    app: Any = fake.asgi_app()
    with pytest.raises(RuntimeError, match="HTTP only"):
        anyio.run(app, {"type": "lifespan"}, None, None)
