"""The client that OpenAPI Generator writes for Python, in its aiohttp variety."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from openapi_generator_client import ApiClient, AuthTokensApi, AuthTokensGetRequest, Configuration

from benchmarks.answer import BEARER, TOKEN_ID
from benchmarks.rivals import Target


@asynccontextmanager
async def open_async(target: Target) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    configuration = Configuration(host=target.url, access_token=BEARER, ssl_ca_cert=target.authority)
    async with ApiClient(configuration) as client:
        api = AuthTokensApi(client)

        async def call() -> str:
            token_id: str = (await api.auth_tokens_get(AuthTokensGetRequest(token_id=TOKEN_ID))).token.id
            return token_id

        yield call
