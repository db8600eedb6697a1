"""The four functions of a generated endpoint module, called in memory."""

import json
from http import HTTPStatus
from typing import Any

import anyio
import pytest

from devrev_auth_client.generated import AuthenticatedClient, models
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get, auth_tokens_self_delete

from .conftest import TOKEN, Server


async def call(module: Any, function: str, server: Server, body: Any) -> Any:
    """Call one of a module's four functions, and return what it parsed."""
    client = AuthenticatedClient("https://devrev.example", TOKEN, httpx_args={"transport": server.transport()})
    got = getattr(module, function)(client=client, body=body)
    if function.startswith("asyncio"):
        got = await got
    if function.endswith("detailed"):
        assert isinstance(got.status_code, HTTPStatus)
        assert got.headers.get("content-length", "0") == str(len(got.content))
        return got.parsed
    return got


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("function", ["sync", "sync_detailed", "asyncio", "asyncio_detailed"])
def test_a_request_goes_out_and_an_answer_or_an_error_is_its_model(server: Server, function: str, backend: str) -> None:
    answer = {"token": {"id": "don:1", "status": "active", "scopes": ["read"]}}
    server.answer(200, json.dumps(answer).encode())
    server.answer(429, b'{"type": "too_many_requests", "retry_after": 7}')
    server.answer(200)
    read = (auth_tokens_get, models.AuthTokensGetRequest(token_id="don:1"))
    revoke = (auth_tokens_self_delete, models.AuthTokensSelfDeleteRequest())
    calls: list[tuple[Any, Any]] = [read, read, revoke]
    got = [anyio.run(call, module, function, server, body, backend=backend) for module, body in calls]
    error = models.ErrorTooManyRequests(type_="too_many_requests", retry_after=7)
    assert got == [models.AuthTokensGetResponse.from_dict(answer), error, None]
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {TOKEN}"}
    assert [(asked.url.path, json.loads(asked.content)) for asked in server.asked] == [
        ("/auth-tokens.get", {"token_id": "don:1"}),
        ("/auth-tokens.get", {"token_id": "don:1"}),
        ("/auth-tokens.self.delete", {}),
    ]
