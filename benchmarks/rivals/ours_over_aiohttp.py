"""This package's client with aiohttp's connections in place of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from httpx_aiohttp import AiohttpTransport

from benchmarks.answer import BEARER, TOKEN_ID
from benchmarks.rivals import Target
from devrev_auth_client import AsyncDevRevAuthClient


@asynccontextmanager
async def open_async(target: Target) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    transport = AiohttpTransport(verify=target.context() or True)
    total_timeout = 600.0 if target.patient else 60.0
    async with AsyncDevRevAuthClient(
        BEARER, base_url=target.url, transport=transport, timeout=total_timeout, total_timeout=total_timeout
    ) as client:

        async def call() -> str:
            return (await client.get_auth_token(TOKEN_ID)).id

        yield call
