"""Network access for one lane: httpcore's interface over asyncio, or over anyio's streams for trio."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from typing import Any

import anyio
import anyio.abc
import httpcore
import sniffio
from anyio.streams.tls import TLSAttribute, TLSStream

from . import _asyncio_network
from ._deadline import Deadline
from ._readable import holds_record, is_readable


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Network access for asyncio and trio. It remembers what it opened, so that nothing stays open when it is closed.

    httpcore forgets a connection that is cancelled in its TLS handshake. Each step is bounded by one common deadline.
    """

    def __init__(self) -> None:
        self.deadline = Deadline()
        self._opened: httpcore.AsyncNetworkStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  # none of ours
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  # none of ours
    ) -> httpcore.AsyncNetworkStream:
        """Connect to whichever of the host's addresses answers first (RFC 8305)."""
        await self.aclose()
        try:
            with anyio.fail_after(self.deadline.bound(timeout, httpcore.ConnectTimeout)):
                self._opened = opened = await _connect(host, port, self.deadline)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return opened

    async def aclose(self) -> None:
        """Close what is open."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            await opened.aclose()


async def _connect(host: str, port: int, deadline: Deadline) -> httpcore.AsyncNetworkStream:
    if sniffio.current_async_library() == "asyncio":
        return await _asyncio_network.connect(host, port, deadline)
    stream = await anyio.connect_tcp(host, port)
    return _TrioStream(stream, stream.extra(anyio.abc.SocketAttribute.raw_socket), deadline)


class _TrioStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: anyio.abc.ByteStream, raw_socket: socket.socket, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._socket = raw_socket
        self._tls: list[ssl.SSLObject] = []  # of each layer: behind an https proxy there are two
        layer: object = stream
        while isinstance(layer, TLSStream):
            self._tls.append(layer.extra(TLSAttribute.ssl_object))
            layer = layer.transport_stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            with anyio.fail_after(self._deadline.bound(timeout, httpcore.ReadTimeout)):
                return await self._stream.receive(max_bytes)
        except anyio.EndOfStream:
            return b""
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError) as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            with anyio.fail_after(self._deadline.bound(timeout, httpcore.WriteTimeout)):
                await self._stream.send(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError) as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            with anyio.fail_after(self._deadline.bound(timeout, httpcore.ConnectTimeout)):
                wrapped = await TLSStream.wrap(
                    self._stream,
                    server_side=False,
                    hostname=server_hostname,
                    ssl_context=ssl_context,
                    standard_compatible=False,
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (anyio.BrokenResourceError, anyio.EndOfStream, OSError) as error:
            raise httpcore.ConnectError(str(error)) from error
        return _TrioStream(wrapped, self._socket, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return is_readable(self._socket) or any(map(holds_record, self._tls))
        if info == "socket":
            return self._socket
        if info == "ssl_object":
            return self._tls[0] if self._tls else None
        return None
