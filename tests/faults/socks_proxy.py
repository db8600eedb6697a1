"""A minimal SOCKS 5 proxy on loopback: CONNECT, with or without a user name (RFC 1928, RFC 1929)."""

import asyncio
import socket
from dataclasses import dataclass, field

from tests.faults.connect_proxy import ConnectProxy

BOUND = {1: bytes(4), 3: b"\x09localhost", 4: bytes(16)}
"""Addresses of each type, as the proxy may name its own."""


@dataclass
class SocksProxy(ConnectProxy):
    """Connects, or misbehaves.

    :param credentials: the user name and password it wants, joined by a colon; None, it wants none.
    :param refusals: how many connections it closes in the greeting before it serves the others.
    :param code: its reply to CONNECT; it connects where that is 0.
    :param bound: the type of the address in its reply.
    :param extra: bytes that it sends right behind its reply.
    """

    credentials: str | None = None
    refusals: int = 0
    code: int = 0
    bound: int = 1
    extra: bytes = b""
    asked: list[str] = field(default_factory=list)
    """The hosts and ports that clients asked for."""

    @property
    def targets(self) -> list[str]:
        """See `ConnectProxy`."""
        return self.asked

    async def _serve_client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        methods = (await reader.readexactly(3))[2:]
        if self.opened <= self.refusals:
            return
        method = b"\0" if self.credentials is None else b"\2"
        await self._reply(writer, b"\5" + (method if method == methods else b"\xff"))
        if self.credentials is not None:
            given = [await self._field(reader, skipped=1), await self._field(reader)]
            await self._reply(writer, b"\1" + bytes([b":".join(given) != self.credentials.encode()]))
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await self._field(reader)).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, await reader.readexactly(size))
        port = int.from_bytes(await reader.readexactly(2), "big")
        self.asked.append(f"{host}:{port}")
        await self._reply(writer, bytes([5, self.code, 0, self.bound]) + BOUND[self.bound] + bytes(2), self.extra)
        if not self.code:
            await self._connect(reader, writer, host, port)

    async def _field(self, reader: asyncio.StreamReader, skipped: int = 0) -> bytes:
        return await reader.readexactly((await reader.readexactly(skipped + 1))[-1])

    async def _reply(self, writer: asyncio.StreamWriter, data: bytes, extra: bytes = b"") -> None:
        """Send it in single bytes, each a segment of its own, the last one with what is extra."""
        for byte in data[:-1]:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.001)
        writer.write(data[-1:] + extra)
