"""aiohttp by hand: `post`, then `json()`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp

from benchmarks.answer import HEADERS, PATH, TOKEN_ID
from benchmarks.rivals import Target


@asynccontextmanager
async def open_async(target: Target) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    url = target.url + PATH
    connector = aiohttp.TCPConnector(ssl=target.context() or True)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

        async def call() -> str:
            async with session.post(url, json={"token_id": TOKEN_ID}) as response:
                token_id: str = (await response.json())["token"]["id"]
                return token_id

        yield call
