"""No HTTP client at all: prepared bytes out, bytes in, `json.loads`. What any client adds is on top of this."""

import asyncio
import json
import socket
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit

from benchmarks.answer import HEADERS, PATH, TOKEN_ID, on_the_wire
from benchmarks.rivals import LIMIT, Target

_BODY = json.dumps({"token_id": TOKEN_ID}).encode()
_ANSWER_SIZE = len(on_the_wire())
_HEAD_SIZE = on_the_wire().index(b"\r\n\r\n") + 4


@asynccontextmanager
async def open_async(target: Target) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    request = _request(target)
    free: list[_Connection] = []
    waiting: deque[asyncio.Future[_Connection]] = deque()
    context = target.context()
    opened: list[_Connection] = []
    places = LIMIT

    async def acquire() -> _Connection:
        nonlocal places
        if free:
            return free.pop()
        if places:
            places -= 1
            return await _connect(target, context, opened)
        turn: asyncio.Future[_Connection] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        return await turn

    async def call() -> str:
        connection = await acquire()
        content = await connection.exchange(request)
        if waiting:
            waiting.popleft().set_result(connection)
        else:
            free.append(connection)
        return _id(content)

    try:
        yield call
    finally:
        for connection in opened:
            connection.transport.close()


@contextmanager
def open_sync(target: Target) -> Iterator[Callable[[], str]]:
    url = urlsplit(target.url)
    request = _request(target)
    with socket.create_connection((url.hostname, url.port or 80)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def call() -> str:
            connection.sendall(request)
            content = b""
            while len(content) < _ANSWER_SIZE:
                content += connection.recv(65_536)
            return _id(content)

        yield call


class _Connection(asyncio.Protocol):
    transport: Any

    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) >= _ANSWER_SIZE and self._answer is not None:
            self._answer.set_result(self._received)

    async def exchange(self, request: bytes) -> bytes:
        self._received = b""
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


async def _connect(target: Target, context: ssl.SSLContext | None, opened: list[_Connection]) -> _Connection:
    url = urlsplit(target.url)
    assert url.hostname is not None
    assert url.port is not None
    _, connection = await asyncio.get_running_loop().create_connection(_Connection, url.hostname, url.port, ssl=context)
    opened.append(connection)
    return connection


def _request(target: Target) -> bytes:
    lines = [
        f"POST {PATH} HTTP/1.1",
        f"Host: {urlsplit(target.url).netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(_BODY)}",
        *(f"{name}: {value}" for name, value in HEADERS.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + _BODY


def _id(content: bytes) -> str:
    token_id: str = json.loads(content[_HEAD_SIZE:])["token"]["id"]
    return token_id
