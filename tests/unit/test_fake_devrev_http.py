"""FakeDevRev over real HTTP, and as the command `python -m devrev_auth_client.testing`."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from devrev_auth_client.testing import FakeDevRev, IssuedToken
from devrev_auth_client.testing.__main__ import main
from devrev_auth_client.token_types import TokenType
from tests.unit.fake_helpers import DELETE, GET, NOON, Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMAND = [sys.executable, "-W", "error", "-m", "devrev_auth_client.testing"]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FakeDevRev, str]]:
    fake = FakeDevRev(rate_limit=1000, clock=Clock())
    with fake.serve() as base_url:
        yield fake, base_url


@pytest.fixture
def fake(served: tuple[FakeDevRev, str]) -> FakeDevRev:
    served[0].requests.clear()
    return served[0]


@pytest.fixture
def token(fake: FakeDevRev) -> IssuedToken:
    return fake.issue_token(fake.add_user())


@pytest.fixture(params=["sync", "asyncio", "trio"])
def post(
    request: pytest.FixtureRequest, served: tuple[FakeDevRev, str], token: IssuedToken
) -> Callable[..., list[int | type[Exception]]]:
    """Post the same twice on one client; gives statuses and, where a connection was lost, what was raised."""
    headers = {"Authorization": f"Bearer {token.secret}"}

    def in_sync(path: str, body: object) -> list[int | type[Exception]]:
        results: list[int | type[Exception]] = []
        with httpx.Client(base_url=served[1], headers=headers, trust_env=False) as client:
            for _ in range(2):
                try:
                    results.append(client.post(path, json=body).status_code)
                except httpx.TransportError as error:
                    results.append(type(error))
        return results

    async def in_async(path: str, body: object) -> list[int | type[Exception]]:
        results: list[int | type[Exception]] = []
        async with httpx.AsyncClient(base_url=served[1], headers=headers, trust_env=False) as client:
            for _ in range(2):
                try:
                    results.append((await client.post(path, json=body)).status_code)
                except httpx.TransportError as error:
                    results.append(type(error))
        return results

    if request.param == "sync":
        return in_sync
    return lambda path, body: anyio.run(in_async, path, body, backend=request.param)


def test_both_operations_over_http(
    fake: FakeDevRev, token: IssuedToken, post: Callable[..., list[int | type[Exception]]]
) -> None:
    """The same answers as in memory."""
    assert post(GET, {"token_id": token.id}) == [200, 200]
    assert post(DELETE, {"requested_token_type": "urn:new"}) == [400, 400]
    assert post("/x", {}) == [404, 404]
    assert post(DELETE, {}) == [200, 401]
    assert fake.token_status(token.id) == "revoked"
    assert fake.requests[0].body == {"token_id": token.id}
    assert {request.token_id for request in fake.requests} == {token.id}


@pytest.mark.parametrize(("after_processing", "then"), [(True, 401), (False, 200)])
def test_a_lost_connection_closes_without_a_byte(
    fake: FakeDevRev,
    token: IssuedToken,
    post: Callable[..., list[int | type[Exception]]],
    after_processing: bool,
    then: int,
) -> None:
    """The client is told nothing; the next connection is fine, and tells what was done."""
    fake.lose_connection(after_processing=after_processing)
    lost, status = post(DELETE, {})
    assert lost in {httpx.RemoteProtocolError, httpx.ReadError}
    assert status == then
    assert [request.status for request in fake.requests] == [None, then]


def test_a_lost_connection_sends_nothing_at_all(
    fake: FakeDevRev, served: tuple[FakeDevRev, str], token: IssuedToken, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen from the socket; and the server has nothing to complain about."""
    fake.lose_connection(after_processing=True)
    url = httpx.URL(served[1])
    with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
        head = f"POST {DELETE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        connection.sendall(f"{head}Authorization: Bearer {token.secret}\r\n\r\n{{}}".encode())
        assert connection.recv(100) == b""
    assert fake.token_status(token.id) == "revoked"
    assert caplog.records == []


def test_answers_arrive_over_http_as_they_were_made(
    fake: FakeDevRev, served: tuple[FakeDevRev, str], token: IssuedToken
) -> None:
    """The server adds no header of its own; the date is that of the fake's clock."""
    with httpx.Client(base_url=served[1], trust_env=False) as client:
        fake.respond_next(502, html="<h1>Bad Gateway</h1>")
        gateway = client.post(GET, json={})
        fake.respond_next(204)
        empty = client.post(DELETE, json={})
        read = client.post(GET, json={"token_id": token.id}, headers={"Authorization": f"Bearer {token.secret}"})
    assert (gateway.status_code, gateway.text) == (502, "<h1>Bad Gateway</h1>")
    assert dict(gateway.headers) == {"content-type": "text/html; charset=utf-8", "content-length": "20"}
    assert (empty.status_code, dict(empty.headers)) == (204, {})
    assert read.headers["date"] == "Thu, 01 Jan 2026 12:00:00 GMT"
    assert read.headers["x-ratelimit-reset"] == str(int(NOON) + 300)


def test_serving_ends_with_the_block() -> None:
    """The port is free again, and given back where it was asked for; a taken one is an error."""
    fake = FakeDevRev()
    with fake.serve() as base_url:
        port = httpx.URL(base_url).port or 0
        with pytest.raises(OSError, match="in use"), fake.serve(port=port):
            pass
        assert httpx.post(f"{base_url}/x", trust_env=False).status_code == 404
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=10):
        pass
    with FakeDevRev().serve(port=port) as same_url:
        assert same_url == base_url


def test_without_uvicorn_serving_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is entered; all else needs no uvicorn."""
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    serving = FakeDevRev().serve()
    with pytest.raises(ModuleNotFoundError, match=r"its extra, \[testing\]") as caught, serving:
        pass
    assert caught.value.name == "uvicorn"


@contextmanager
def command(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    with subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_a_signal_and_ends_cleanly(number: signal.Signals) -> None:
    """One line out, which is all that another program needs; status 0, nothing on stderr."""
    with command("--port", "0", "--rate-limit", "2", "--rate-window", "60") as (process, ready):
        tokens, user = ready["tokens"], ready["user"]
        assert list(tokens) == [member.name for member in TokenType]
        assert tokens["JWT"]["requested_token_type"] == "urn:ietf:params:oauth:token-type:jwt"
        with httpx.Client(base_url=ready["base_url"], trust_env=False) as client:
            client.headers["Authorization"] = f"Bearer {tokens['PAT']['secret']}"
            answers = [client.post(GET, json={"token_id": tokens["SESSION"]["id"]}) for _ in range(3)]
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].json()["token"]["created_by"] == user
    assert user["id"] == "don:identity:dvrv-us-1:devo/1:devu/1"
    assert answers[1].headers["X-Ratelimit-Limit"] == "2"
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert (process.returncode, out, err) == (0, "", "")


def test_the_command_says_what_is_wrong_with_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    """In one line, status 2, as argparse does."""
    with pytest.raises(SystemExit) as caught:
        main(["--rate-limit", "0"])
    assert caught.value.code == 2
    assert capsys.readouterr().err.endswith("error: rate_limit must be at least 1\n")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - ours too


def test_the_command_says_why_it_cannot_serve() -> None:
    """A taken port, or uvicorn missing; status 1, a line on stderr, no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        taken = run(*COMMAND, "--port", port)
    assert (taken.returncode, taken.stdout) == (1, "")
    assert "in use" in taken.stderr
    code = "import sys; sys.modules['uvicorn'] = None; import devrev_auth_client.testing.__main__ as c; sys.exit(c.main([]))"
    missing = run(sys.executable, "-c", code)
    assert (missing.returncode, missing.stdout) == (1, "")
    needed = "FakeDevRev needs uvicorn to serve HTTP: install devrev-auth-client with its extra, [testing]\n"
    assert missing.stderr == needed
