"""The client that openapi-python-client writes without templates of ours; its default is no timeout at all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from stock_client import AuthenticatedClient
from stock_client.api.auth_tokens import auth_tokens_get
from stock_client.models import AuthTokensGetRequest, AuthTokensGetResponse

from benchmarks.answer import BEARER, TOKEN_ID
from benchmarks.rivals import Target


@asynccontextmanager
async def open_async(target: Target) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    async with _client(target) as client:

        async def call() -> str:
            return _id(await auth_tokens_get.asyncio(client=client, body=AuthTokensGetRequest(token_id=TOKEN_ID)))

        yield call


@contextmanager
def open_sync(target: Target) -> Iterator[Callable[[], str]]:
    with _client(target) as client:
        yield lambda: _id(auth_tokens_get.sync(client=client, body=AuthTokensGetRequest(token_id=TOKEN_ID)))


def _client(target: Target) -> Any:
    return AuthenticatedClient(base_url=target.url, token=BEARER, verify_ssl=target.context() or True)


def _id(answer: object) -> str:
    assert isinstance(answer, AuthTokensGetResponse)
    token_id: str = answer.token.id
    return token_id
