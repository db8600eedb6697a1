"""This package's clients, with the defaults; in bursts with a longer `total_timeout`, as every call waits its turn."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from benchmarks.answer import BEARER, TOKEN_ID
from benchmarks.rivals import Target
from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient


@asynccontextmanager
async def open_async(target: Target) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    async with AsyncDevRevAuthClient(BEARER, **_arguments(target)) as client:

        async def call() -> str:
            return (await client.get_auth_token(TOKEN_ID)).id

        yield call


@contextmanager
def open_sync(target: Target) -> Iterator[Callable[[], str]]:
    with DevRevAuthClient(BEARER, **_arguments(target)) as client:
        yield lambda: client.get_auth_token(TOKEN_ID).id


def _arguments(target: Target) -> dict[str, Any]:
    arguments: dict[str, Any] = {"base_url": target.url, "verify": target.context() or True}
    if target.patient:
        arguments["total_timeout"] = 600.0
    return arguments
