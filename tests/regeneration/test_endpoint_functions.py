"""The four functions of both generated endpoint modules, called over real HTTP on the loopback."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio
import pytest

from devrev_auth_client.generated import AuthenticatedClient, models
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get, auth_tokens_self_delete
from devrev_auth_client.generated.types import UNSET, Unset
from devrev_auth_client.token_types import TokenType

TOKEN = "secret-bearer-token"
ANSWER = {"token": {"id": "don:1", "status": "active", "scopes": ["read"]}}
BACKENDS = ["asyncio", "trio"]


@dataclass
class Server:
    url: str
    status: int = 200
    body: bytes = b""
    seen: list[tuple[str, str | None, Any]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answers.seen.append((self.path, self.headers["Authorization"], sent))
            self.send_response(answers.status)
            self.send_header("Content-Length", str(len(answers.body)))
            self.end_headers()
            self.wfile.write(answers.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        answers = Server(f"http://127.0.0.1:{listener.server_port}")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield answers
        listener.shutdown()
        thread.join()


def call(module: Any, function: str, backend: str, url: str, body: Any) -> Any:
    """Call one of a module's four functions, the async ones on a backend."""
    if function.startswith("sync"):
        with AuthenticatedClient(url, TOKEN) as client:
            return getattr(module, function)(client=client, body=body)

    async def run() -> Any:
        async with AuthenticatedClient(url, TOKEN) as client:
            return await getattr(module, function)(client=client, body=body)

    return anyio.run(run, backend=backend)


FUNCTIONS = [
    ("sync", ""),
    ("sync_detailed", ""),
    *((function, backend) for function in ("asyncio", "asyncio_detailed") for backend in BACKENDS),
]


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_auth_tokens_get_over_http(server: Server, function: str, backend: str) -> None:
    server.body = json.dumps(ANSWER).encode()
    got = call(auth_tokens_get, function, backend, server.url, models.AuthTokensGetRequest(token_id="don:1"))
    if function.endswith("detailed"):
        assert (got.status_code, got.content) == (HTTPStatus.OK, server.body)
        assert got.headers["content-length"] == str(len(server.body))
        got = got.parsed
    assert got == models.AuthTokensGetResponse.from_dict(ANSWER)
    assert server.seen == [("/auth-tokens.get", f"Bearer {TOKEN}", {"token_id": "don:1"})]


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
@pytest.mark.parametrize("token_type", [UNSET, TokenType.SESSION, TokenType("urn:new")])
def test_auth_tokens_self_delete_over_http(
    server: Server, function: str, backend: str, token_type: TokenType | Unset
) -> None:
    body = models.AuthTokensSelfDeleteRequest(requested_token_type=token_type)
    got = call(auth_tokens_self_delete, function, backend, server.url, body)
    if function.endswith("detailed"):
        assert (got.status_code, got.content) == (HTTPStatus.OK, b"")
        got = got.parsed
    assert got is None
    expected = {} if token_type is UNSET else {"requested_token_type": str(token_type)}
    assert server.seen == [("/auth-tokens.self.delete", f"Bearer {TOKEN}", expected)]


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_an_error_over_http_is_its_model(server: Server, function: str, backend: str) -> None:
    server.status, server.body = 429, b'{"type": "too_many_requests", "retry_after": 7}'
    got = call(auth_tokens_get, function, backend, server.url, models.AuthTokensGetRequest(token_id="don:1"))
    if function.endswith("detailed"):
        assert got.status_code == HTTPStatus.TOO_MANY_REQUESTS
        got = got.parsed
    assert got == models.ErrorTooManyRequests(type_="too_many_requests", retry_after=7)
