"""What stands between the caller and the transport: checks, loop, rate limit, budget, connections.

Two programs take turns in one process, over httpx transports whose `handle_async_request` answers from memory at once:

- ours: `client.get_auth_token()`;
- by hand: the request made and the answer decoded with the generated code, an `httpx.Request` handed to a stock
  `httpx.AsyncHTTPTransport` (`httpx.HTTPTransport` for the sync client), the body read.

The guard is the difference. Whatever a transport does with a request is in neither. The async side is measured with and
without the quota headers that any answer of DevRev may carry and that only ours reads.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx

from benchmarks.answer import BEARER, HEADERS, PATH, TOKEN_ID, example
from benchmarks.rounds import spread
from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get
from devrev_auth_client.generated.models import AuthTokensGetRequest, AuthTokensGetResponse

_BASE = "http://127.0.0.1:9"
_URL = httpx.URL(_BASE + PATH)
_BODY = json.dumps(example(), separators=(",", ":")).encode()
_PLAIN = [(b"Content-Type", b"application/json"), (b"Content-Length", str(len(_BODY)).encode())]
_QUOTA = [
    (b"X-Ratelimit-Limit", b"600"),
    (b"X-Ratelimit-Remaining", b"599"),
    (b"X-Ratelimit-Reset", b"1704110400"),
]


class _Content(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A body in one piece, as a transport hands it out."""

    def __iter__(self) -> Iterator[bytes]:
        yield _BODY

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield _BODY


class _Memory:
    """Takes the place of the method that all of httpx's transports send with, and that instrumentation wraps."""

    def __init__(self) -> None:
        self.headers = _PLAIN
        self.answered = 0

    def install(self) -> None:
        async def answer(_: object, request: httpx.Request) -> httpx.Response:
            async for _ in request.stream:  # type: ignore[union-attr]
                pass
            return self._answer()

        def answer_sync(_: object, request: httpx.Request) -> httpx.Response:
            for _ in request.stream:  # type: ignore[union-attr]
                pass
            return self._answer()

        httpx.AsyncHTTPTransport.handle_async_request = answer  # type: ignore[method-assign, assignment]
        httpx.HTTPTransport.handle_request = answer_sync  # type: ignore[method-assign, assignment]

    def _answer(self) -> httpx.Response:
        self.answered += 1
        return httpx.Response(200, headers=self.headers, stream=_Content())


def _request() -> httpx.Request:
    kwargs: dict[str, Any] = auth_tokens_get._get_kwargs(body=AuthTokensGetRequest(token_id=TOKEN_ID))  # noqa: SLF001
    content = json.dumps(kwargs["json"], separators=(",", ":")).encode()
    headers = {
        **kwargs["headers"],
        **HEADERS,
        "Host": "127.0.0.1:9",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "by hand",
    }
    return httpx.Request(kwargs["method"], _URL, headers=headers, content=content)


def _decoded(content: bytes) -> str:
    return AuthTokensGetResponse.from_dict(json.loads(content)).token.id


Figures = dict[str, list[float]]


async def _measure_async(rounds: int, batch: int) -> Figures:
    transport = httpx.AsyncHTTPTransport()
    async with AsyncDevRevAuthClient(BEARER, base_url=_BASE) as client:

        async def ours() -> str:
            return (await client.get_auth_token(TOKEN_ID)).id

        async def by_hand() -> str:
            response = await transport.handle_async_request(_request())
            chunks = [chunk async for chunk in response.stream]  # type: ignore[union-attr]
            await response.aclose()
            return _decoded(b"".join(chunks))

        async def microseconds(call: Callable[[], Awaitable[str]]) -> float:
            start = time.process_time()
            for _ in range(batch):
                assert await call() == TOKEN_ID
            return (time.process_time() - start) / batch * 1e6

        gc.collect()
        figures: Figures = {"ours": [], "by hand": []}
        for _ in range(rounds):
            figures["ours"].append(await microseconds(ours))
            figures["by hand"].append(await microseconds(by_hand))
        return figures


def _measure_sync(rounds: int, batch: int) -> Figures:
    transport = httpx.HTTPTransport()
    with DevRevAuthClient(BEARER, base_url=_BASE) as client:

        def ours() -> str:
            return client.get_auth_token(TOKEN_ID).id

        def by_hand() -> str:
            response = transport.handle_request(_request())
            chunks = list(response.stream)  # type: ignore[arg-type]
            response.close()
            return _decoded(b"".join(chunks))

        def microseconds(call: Callable[[], str]) -> float:
            start = time.process_time()
            for _ in range(batch):
                assert call() == TOKEN_ID
            return (time.process_time() - start) / batch * 1e6

        gc.collect()
        figures: Figures = {"ours": [], "by hand": []}
        for _ in range(rounds):
            figures["ours"].append(microseconds(ours))
            figures["by hand"].append(microseconds(by_hand))
        return figures


def _guard(figures: Figures) -> dict[str, Any]:
    pairs = list(zip(figures["ours"], figures["by hand"], strict=True))[1:]
    return {
        "whole_call_us": spread([ours for ours, _ in pairs], 1),
        "by_hand_us": spread([by_hand for _, by_hand in pairs], 1),
        "guard_us": spread([ours - by_hand for ours, by_hand in pairs], 1),
    }


if __name__ == "__main__":
    how_many, size = int(sys.argv[1]) + 1, int(sys.argv[2])
    memory = _Memory()
    memory.install()
    results = {
        "async": _guard(asyncio.run(_measure_async(how_many, size))),
        "sync": _guard(_measure_sync(how_many, size)),
    }
    memory.headers = _PLAIN + _QUOTA
    results["async, answer with quota headers"] = _guard(asyncio.run(_measure_async(how_many, size)))
    assert memory.answered == 6 * how_many * size, "not every call went through the connection in memory"
    print(json.dumps(results))
