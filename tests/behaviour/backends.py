"""The three ways to run a client, made to look alike: tests are written once, as `async def`."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self, cast

import anyio
import pytest
import trio

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient
from devrev_auth_client._state import Clock

AsyncFunction = Callable[[], Coroutine[Any, Any, Any]]


class AwaitableSyncClient:
    """A `DevRevAuthClient` with the methods of the async one. They call straight through, in the thread they are in."""

    def __init__(self, plain: DevRevAuthClient) -> None:
        self.plain = plain

    def __getattr__(self, name: str) -> Any:
        """Give a method of the sync client, to be awaited."""

        async def call(*arguments: Any, **options: Any) -> Any:
            return getattr(self.plain, "close" if name == "aclose" else name)(*arguments, **options)

        return call

    async def __aenter__(self) -> Self:
        assert self.plain.__enter__() is self.plain
        return self

    async def __aexit__(self, *details: Any) -> None:
        self.plain.__exit__(*details)

    def with_options(self, **options: Any) -> Self:
        return type(self)(self.plain.with_options(**options))

    @property
    def rate_limit(self) -> Any:
        return self.plain.rate_limit


def _run_without_loop(function: AsyncFunction) -> Any:
    """Run a coroutine that never suspends: there is no event loop that the sync client could lean on."""
    coroutine = function()
    try:
        coroutine.send(None)
    except StopIteration as over:
        return over.value
    coroutine.close()
    raise AssertionError("something suspended in a test of the sync client")


@dataclass(frozen=True)
class Backend:
    """One way to run a client."""

    name: str
    run: Callable[[AsyncFunction], Any]

    @property
    def is_async(self) -> bool:
        return self.name != "sync"

    def client(self, clock: Clock | None = None, **options: Any) -> AsyncDevRevAuthClient:
        """Make a client, with the async one's methods in any case; it goes by `clock` where one is given."""
        kind: Any = AsyncDevRevAuthClient if self.is_async else DevRevAuthClient
        if clock is not None:
            kind = type(kind.__name__, (kind,), {"_clock": clock})
        client = kind(**options)
        return cast("AsyncDevRevAuthClient", client if self.is_async else AwaitableSyncClient(client))

    async def sleep(self, seconds: float) -> None:
        """Let time really pass."""
        if self.is_async:
            await anyio.sleep(seconds)
        else:
            time.sleep(seconds)  # noqa: ASYNC251  # there is no event loop here

    async def together(self, *functions: Callable[[], Awaitable[Any]]) -> list[Any]:
        """Run all at once, in tasks or in threads; return what each returned or raised."""
        results: list[Any] = [None] * len(functions)

        async def keep(number: int) -> None:
            try:
                results[number] = await functions[number]()
            except Exception as error:
                results[number] = error

        if self.is_async:
            async with anyio.create_task_group() as tasks:
                for number in range(len(functions)):
                    tasks.start_soon(keep, number)
            return results
        with ThreadPoolExecutor(len(functions)) as threads:
            # A list, because only whoever takes the results learns that a thread failed.
            list(threads.map(lambda number: _run_without_loop(lambda: keep(number)), range(len(functions))))
        return results


ASYNCIO = Backend("asyncio", lambda function: asyncio.run(function()))
TRIO = Backend("trio", trio.run)
SYNC = Backend("sync", _run_without_loop)
ALL = [ASYNCIO, TRIO, SYNC]

async_only = pytest.mark.parametrize("backend", [ASYNCIO, TRIO], indirect=True, ids=["asyncio", "trio"])
"""For what the sync client does not have."""
sync_only = pytest.mark.parametrize("backend", [SYNC], indirect=True, ids=["sync"])
"""For what the async client does not have."""
