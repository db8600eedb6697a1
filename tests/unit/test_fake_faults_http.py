"""Faults of FakeDevRev over real HTTP, seen from the socket; and what is left of them as an ASGI app."""

from __future__ import annotations

import logging
import socket
import time
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.unit.fake_helpers import DELETE, GET

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 3600.0


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FakeDevRev, str]]:
    fake = FakeDevRev(seed=1)
    with fake.serve() as base_url:
        yield fake, base_url


@pytest.fixture
def fake(served: tuple[FakeDevRev, str]) -> FakeDevRev:
    return served[0]


@pytest.fixture
def token(fake: FakeDevRev) -> IssuedToken:
    return fake.issue_token(fake.add_user())


@pytest.fixture(autouse=True)
def _nothing_to_complain_about(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A fault that was asked for is no fault of the server."""
    yield
    assert [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []


@pytest.fixture
def connection(served: tuple[FakeDevRev, str]) -> Iterator[socket.socket]:
    url = httpx.URL(served[1])
    with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
        yield connection


def send(connection: socket.socket, token: IssuedToken, path: str = DELETE, body: bytes = b"{}") -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    connection.sendall(f"{head}Authorization: Bearer {token.secret}\r\n\r\n".encode() + body)


def receive_all(connection: socket.socket) -> bytes:
    received = b""
    while chunk := connection.recv(65_536):
        received += chunk
    return received


def wait_for(fake: FakeDevRev, words: str) -> None:
    """Wait until the journal's last line has these words: what a server does, it does in a thread of its own."""
    deadline = time.monotonic() + 10
    while words not in fake.journal(last=1):
        assert time.monotonic() < deadline, fake.journal()
        time.sleep(0.002)


@pytest.mark.parametrize(("after_processing", "status"), [(False, "active"), (True, "revoked")])
def test_a_reset_is_a_reset(
    fake: FakeDevRev, token: IssuedToken, connection: socket.socket, after_processing: bool, status: str
) -> None:
    """RST: where a lost connection ends orderly, without a byte, this one does not."""
    fake.play_next(Fault.reset(after_processing=after_processing))
    send(connection, token)
    with pytest.raises(ConnectionResetError):
        connection.recv(100)
    assert fake.token_status(token.id) == status


def test_a_truncated_answer_promises_more_than_it_sends(
    fake: FakeDevRev, token: IssuedToken, connection: socket.socket
) -> None:
    fake.play_next(Fault.truncated(17))
    send(connection, token, GET, b'{"token_id": "%s"}' % token.id.encode())
    head, _, content = receive_all(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert content == b'{"token": {"creat'
    wait_for(fake, f"cut after 17 of {length} bytes")


def test_a_truncated_answer_without_content_is_no_answer(
    fake: FakeDevRev, token: IssuedToken, connection: socket.socket
) -> None:
    fake.play_next(Fault.truncated())
    send(connection, token)
    assert receive_all(connection) == b""
    assert fake.token_status(token.id) == "revoked"


def test_a_slow_answer_drips(fake: FakeDevRev, served: tuple[FakeDevRev, str], token: IssuedToken) -> None:
    """And the connection can be used again afterwards."""
    fake.play_next(Fault.slow(before=0.02, between=0.01, chunk_size=300))
    headers = {"Authorization": f"Bearer {token.secret}"}
    with httpx.Client(base_url=served[1], headers=headers, trust_env=False) as client:
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
    """Nothing goes on waiting for it."""
    fake.play_next(fault)
    send(connection, token, GET, b'{"token_id": "%s"}' % token.id.encode())
    wait_for(fake, "script: slow")
    if sent:
        connection.recv(1)
    connection.close()
    wait_for(fake, f"the caller left after {sent} of ")


def test_serving_ends_while_an_answer_is_slow() -> None:
    """Without waiting for it."""
    fake = FakeDevRev()
    token = fake.issue_token(fake.add_user())
    fake.play_next(Fault.slow(between=LONG, chunk_size=2))
    with fake.serve() as base_url:
        url = httpx.URL(base_url)
        connection = socket.create_connection((url.host, url.port or 0), timeout=10)
        send(connection, token, GET)
        assert connection.recv(1) == b"H"
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    with connection:
        assert b'\r\n\r\n{"' in receive_all(connection)


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_headers(served: tuple[FakeDevRev, str]) -> None:
    """It would take 40 ms, from the second one of a connection on (Nagle's algorithm, delayed ACK)."""
    taken: list[float] = []
    with httpx.Client(base_url=served[1], trust_env=False) as client:
        for _ in range(10):
            begun = time.monotonic()
            client.post(GET, json={})
            taken.append(time.monotonic() - begun)
    assert min(taken[1:]) < 0.03


def test_content_of_others_passes_as_it_is(fake: FakeDevRev, served: tuple[FakeDevRev, str]) -> None:
    """Pages of proxies and bytes that are no JSON."""
    fake.play_next(Fault.proxy_page(503))
    fake.play_next(Fault.wrong_json(b'{"token": \xff'))
    with httpx.Client(base_url=served[1], trust_env=False) as client:
        page, wrong = (client.post(GET, json={}) for _ in range(2))
    assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
    assert (wrong.status_code, wrong.content) == (200, b'{"token": \xff')


async def broken_off(app: Any, token: IssuedToken, path: str = DELETE) -> list[dict[str, Any]]:
    """Run an ASGI app on one request; gives what it sent before it raised."""
    sent: list[dict[str, Any]] = []
    headers = [(b"authorization", f"Bearer {token.secret}".encode()), (b"content-type", b"application/json")]

    requests = [{"type": "http.request", "body": b"{}"}]

    async def receive() -> dict[str, Any]:
        if not requests:
            await anyio.sleep_forever()
        return requests.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(ConnectionAbortedError):
        await app({"type": "http", "method": "POST", "path": path, "headers": headers}, receive, send)
    return sent


def test_under_a_server_of_ones_own_a_truncated_answer_breaks_off(fake: FakeDevRev, token: IssuedToken) -> None:
    """And a reset is an answer that breaks off after its headers, as a lost connection is."""
    fake.play_next(Fault.truncated(4))
    fake.play_next(Fault.reset())
    start, content = anyio.run(broken_off, fake.asgi_app(), token, GET)
    assert (start["status"], content) == (
        400,
        {"type": "http.response.body", "body": b'{"ty', "more_body": True},
    )
    (start,) = anyio.run(broken_off, fake.asgi_app(), token)
    assert start["headers"] == [(b"content-length", b"1")]
