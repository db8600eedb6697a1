"""A call that is interrupted leaves a traceback, and who records its local variables must not record the token."""

import asyncio
import gc
import os
import signal
import threading
import traceback
from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest
import trio

from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient
from tests.faults.backends import TOKEN_ID
from tests.faults.server import FaultServer, Hang

SECRET = "-".join(["bearer", "that", "nobody", "may", "see"])


def frames_of(error: BaseException) -> list[str]:
    """What shows of an error's frames and of those of its context, their local variables included."""
    seen: traceback.TracebackException | None = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown: list[str] = []
    while seen is not None:
        shown += [f"{frame.filename} {frame.name} {frame.locals}" for frame in seen.stack]
        seen = seen.__cause__ or seen.__context__
    return shown


async def with_asyncio(call: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(0.1):
        await call()


async def with_wait_for(call: Callable[[], Awaitable[object]]) -> None:
    await asyncio.wait_for(call(), 0.1)


async def with_anyio(call: Callable[[], Awaitable[object]]) -> None:
    with anyio.fail_after(0.1):
        await call()


async def with_trio(call: Callable[[], Awaitable[object]]) -> None:
    with trio.fail_after(0.1):
        await call()


@pytest.mark.parametrize(
    ("loop", "cut"),
    [("asyncio", with_asyncio), ("asyncio", with_wait_for), ("asyncio", with_anyio), ("trio", with_trio)],
)
def test_a_cancelled_call_shows_no_token(loop: str, cut: Callable[..., Awaitable[None]]) -> None:
    """The everyday way to meet it: a timeout around a call."""

    async def main(url: str) -> None:
        async with AsyncDevRevAuthClient(SECRET, base_url=url) as client:
            with pytest.raises(TimeoutError if loop == "asyncio" else trio.TooSlowError) as caught:
                await cut(lambda: client.get_auth_token(TOKEN_ID))
        assert [frame for frame in frames_of(caught.value) if SECRET in frame] == []

    with FaultServer(Hang()) as server:
        anyio.run(main, server.url, backend=loop)
    gc.collect()


def test_ctrl_c_shows_no_token() -> None:
    """In the main thread of a sync program."""
    with FaultServer(Hang()) as server, DevRevAuthClient(SECRET, base_url=server.url) as client:
        threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt) as caught:
            client.get_auth_token(TOKEN_ID)
        assert [frame for frame in frames_of(caught.value) if SECRET in frame] == []


class Interrupted(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Is interrupted while it handles an error; its frames have the header in a local variable."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = request.headers["Authorization"]
        try:
            raise OSError(f"{len(sent)} characters were not sent")
        except OSError:
            raise KeyboardInterrupt  # noqa: B904  # as the interpreter raises it, with the error as its context

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


def test_ctrl_c_while_an_error_is_handled_shows_no_token() -> None:
    """What it interrupts is its context, whose frames go as deep."""
    with (
        DevRevAuthClient(SECRET, transport=Interrupted()) as client,
        pytest.raises(KeyboardInterrupt) as caught,
    ):
        client.get_auth_token(TOKEN_ID)
    assert [frame for frame in frames_of(caught.value) if SECRET in frame] == []


def test_ctrl_c_while_an_error_is_handled_shows_no_token_async() -> None:
    async def main() -> None:
        client = AsyncDevRevAuthClient(SECRET, transport=Interrupted())
        with pytest.raises(KeyboardInterrupt) as caught:
            await client.get_auth_token(TOKEN_ID)
        assert [frame for frame in frames_of(caught.value) if SECRET in frame] == []
        await client.aclose()

    anyio.run(main)
