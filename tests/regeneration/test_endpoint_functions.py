"""The four functions of both generated endpoint modules, called over real HTTP on the loopback."""

import json
from http import HTTPStatus
from typing import Any

import anyio
import pytest

from devrev_auth_client.generated import AuthenticatedClient, models
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get, auth_tokens_self_delete
from devrev_auth_client.generated.types import UNSET, Unset
from devrev_auth_client.token_types import TokenType

from .conftest import TOKEN
from .loopback import Loopback

ANSWER = {"token": {"id": "don:1", "status": "active", "scopes": ["read"]}}
BACKENDS = ["asyncio", "trio"]


def seen(server: Loopback) -> list[tuple[str, str, Any]]:
    """Path, Authorization and JSON body of each request."""
    return [(asked.path, asked.headers["Authorization"], json.loads(asked.body)) for asked in server.asked]


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
def test_auth_tokens_get_over_http(server: Loopback, function: str, backend: str) -> None:
    body = json.dumps(ANSWER).encode()
    server.answer(200, body)
    got = call(auth_tokens_get, function, backend, server.url, models.AuthTokensGetRequest(token_id="don:1"))
    if function.endswith("detailed"):
        assert (got.status_code, got.content) == (HTTPStatus.OK, body)
        assert got.headers["content-length"] == str(len(body))
        got = got.parsed
    assert got == models.AuthTokensGetResponse.from_dict(ANSWER)
    assert seen(server) == [("/auth-tokens.get", f"Bearer {TOKEN}", {"token_id": "don:1"})]


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
@pytest.mark.parametrize("token_type", [UNSET, TokenType.SESSION, TokenType("urn:new")])
def test_auth_tokens_self_delete_over_http(
    server: Loopback, function: str, backend: str, token_type: TokenType | Unset
) -> None:
    server.answer(200)
    body = models.AuthTokensSelfDeleteRequest(requested_token_type=token_type)
    got = call(auth_tokens_self_delete, function, backend, server.url, body)
    if function.endswith("detailed"):
        assert (got.status_code, got.content) == (HTTPStatus.OK, b"")
        got = got.parsed
    assert got is None
    expected = {} if token_type is UNSET else {"requested_token_type": str(token_type)}
    assert seen(server) == [("/auth-tokens.self.delete", f"Bearer {TOKEN}", expected)]


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_an_error_over_http_is_its_model(server: Loopback, function: str, backend: str) -> None:
    server.answer(429, b'{"type": "too_many_requests", "retry_after": 7}')
    got = call(auth_tokens_get, function, backend, server.url, models.AuthTokensGetRequest(token_id="don:1"))
    if function.endswith("detailed"):
        assert got.status_code == HTTPStatus.TOO_MANY_REQUESTS
        got = got.parsed
    assert got == models.ErrorTooManyRequests(type_="too_many_requests", retry_after=7)
