"""The four functions of a generated endpoint module, called in memory."""

import json
from http import HTTPStatus
from typing import Any

import anyio
import pytest

from devrev_auth_client.generated import AuthenticatedClient, models
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get, auth_tokens_self_delete

from .conftest import TOKEN, Server

FUNCTIONS = [
    ("sync", ""),
    ("sync_detailed", ""),
    *((function, backend) for function in ("asyncio", "asyncio_detailed") for backend in ("asyncio", "trio")),
]


def call(module: Any, function: str, backend: str, server: Server, body: Any) -> Any:
    """Call one of a module's four functions, the async ones on a backend, and return what it parsed."""
    client = AuthenticatedClient("https://devrev.example", TOKEN, httpx_args={"transport": server.transport()})

    async def run() -> Any:
        async with client:
            return await getattr(module, function)(client=client, body=body)

    if backend:
        got = anyio.run(run, backend=backend)
    else:
        with client:
            got = getattr(module, function)(client=client, body=body)
    if function.endswith("detailed"):
        assert isinstance(got.status_code, HTTPStatus)
        assert got.headers.get("content-length", "0") == str(len(got.content))
        return got.parsed
    return got


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_a_request_goes_out_and_an_answer_or_an_error_is_its_model(server: Server, function: str, backend: str) -> None:
    answer = {"token": {"id": "don:1", "status": "active", "scopes": ["read"]}}
    server.answer(200, json.dumps(answer).encode())
    server.answer(429, b'{"type": "too_many_requests", "retry_after": 7}')
    server.answer(200)
    body = models.AuthTokensGetRequest(token_id="don:1")
    got = [call(auth_tokens_get, function, backend, server, body) for _ in range(2)]
    got.append(call(auth_tokens_self_delete, function, backend, server, models.AuthTokensSelfDeleteRequest()))
    error = models.ErrorTooManyRequests(type_="too_many_requests", retry_after=7)
    assert got == [models.AuthTokensGetResponse.from_dict(answer), error, None]
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {TOKEN}"}
    assert [(asked.url.path, json.loads(asked.content)) for asked in server.asked] == [
        ("/auth-tokens.get", {"token_id": "don:1"}),
        ("/auth-tokens.get", {"token_id": "don:1"}),
        ("/auth-tokens.self.delete", {}),
    ]
