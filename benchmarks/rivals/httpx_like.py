"""httpx and httpx2, called by hand: `post` with a whole URL, then `json()`. Both have one interface."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from benchmarks.answer import HEADERS, PATH, TOKEN_ID
from benchmarks.rivals import Target


@asynccontextmanager
async def open_async(module: Any, target: Target, *, patient: bool) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    url = target.url + PATH
    async with module.AsyncClient(**_arguments(module, target, patient=patient)) as client:

        async def call() -> str:
            response = await client.post(url, json={"token_id": TOKEN_ID})
            token_id: str = response.json()["token"]["id"]
            return token_id

        yield call


@contextmanager
def open_sync(module: Any, target: Target) -> Iterator[Callable[[], str]]:
    url = target.url + PATH
    with module.Client(**_arguments(module, target, patient=target.patient)) as client:

        def call() -> str:
            token_id: str = client.post(url, json={"token_id": TOKEN_ID}).json()["token"]["id"]
            return token_id

        yield call


def _arguments(module: Any, target: Target, *, patient: bool) -> dict[str, Any]:
    arguments: dict[str, Any] = {"headers": HEADERS, "verify": target.context() or True}
    if patient:
        # Five seconds, its default, for everything except what waiting for a connection delays.
        arguments["timeout"] = module.Timeout(5.0, pool=None)
    return arguments
