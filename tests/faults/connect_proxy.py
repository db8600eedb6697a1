"""A minimal HTTP proxy on loopback: it knows CONNECT and nothing else (RFC 9110 section 9.3.6)."""

import asyncio
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Self

from tests.faults.listeners import HOST

Mood = Literal["tunnel", "hang", "reset", "hang in the tunnel"]


@dataclass
class ConnectProxy:
    """Tunnels, or misbehaves.

    :param status: what it answers to CONNECT; it tunnels after a 2xx.
    :param mood: what it does with a CONNECT that it has read; "hang in the tunnel" answers 200 and then nothing.
    :param tls: its context, for an https proxy.
    :param gathers: seconds for which it lets the server's bytes gather before it sends them in one piece.
    """

    status: int = 200
    mood: Mood = "tunnel"
    tls: ssl.SSLContext | None = None
    gathers: float = 0.0
    heads: list[str] = field(default_factory=list)
    """What was read of each client, up to the empty line."""
    open_now: int = 0
    """Connections of clients."""
    opened: int = 0

    def __enter__(self) -> Self:
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="proxy", daemon=True)
        self._thread.start()
        if not self._started.wait(5):
            raise RuntimeError("the proxy's thread did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'http' if self.tls is None else 'https'}://{self.address}"

    @property
    def targets(self) -> list[str]:
        """What clients asked to be connected to."""
        return [head.split(" ")[1] for head in self.heads]

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._begin, HOST, 0, ssl=self.tls)
        self.address = "{}:{}".format(*server.sockets[0].getsockname())
        self._started.set()
        await self._stop.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.02)  # connections in their TLS handshake have no task yet; their clients are gone

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._attend(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: writer.transport.abort())  # also where it was cancelled before it began

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.opened += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._serve_client(reader, writer)
        finally:
            writer.transport.abort()
            self.open_now -= 1

    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
        if self.mood == "reset":
            return
        if self.mood != "hang":
            writer.write(f"HTTP/1.1 {self.status} \r\n\r\n".encode())
            await writer.drain()
        if self.mood in ("hang", "hang in the tunnel"):
            while await reader.read(65536):
                pass
        elif 200 <= self.status < 300:
            host, port = self.targets[-1].split(":")
            await self._connect(reader, writer, host, int(port))

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int) -> None:
        far = asyncio.ensure_future(asyncio.open_connection(host, port))
        try:
            await self._tunnel(reader, writer, *await far)
        finally:
            if far.done() and not far.cancelled() and far.exception() is None:
                far.result()[1].transport.abort()  # also where this task was cancelled in that moment

    async def _tunnel(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        """Carry bytes both ways until one side ends."""
        there = asyncio.ensure_future(_carry(reader, far_writer))
        back = asyncio.ensure_future(_carry(far_reader, writer, self.gathers))
        try:
            await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (there, back):
                task.cancel()
            await asyncio.gather(there, back, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gathers: float = 0.0) -> None:
    while data := await reader.read(1 if gathers else 65536):
        if gathers:
            await asyncio.sleep(gathers)
            data += await reader.read(65536)
        writer.write(data)
        await writer.drain()
