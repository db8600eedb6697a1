"""Network access for one lane of asyncio or trio: httpcore's interface over anyio."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import anyio
import anyio.abc
import httpcore
from anyio.streams.tls import TLSAttribute, TLSStream

AnyioStream = anyio.abc.ByteStream


class AnyioBackend(httpcore.AsyncNetworkBackend):
    """Network access for asyncio and trio. It remembers what it opened, so that nothing stays open when it is closed.

    httpcore forgets a connection that is cancelled in its TLS handshake; and it sets up a cancel scope for each read
    and write, where here one bounds the whole attempt, unless a phase has a timeout of its own.
    """

    def __init__(self) -> None:
        self._opened: AnyioStream | None = None

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  # none of ours
    ) -> httpcore.AsyncNetworkStream:
        """Connect to whichever of the host's addresses answers first (RFC 8305)."""
        await self.aclose()
        try:
            with anyio.fail_after(timeout):
                self._opened = stream = await anyio.connect_tcp(host, port, local_host=local_address)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return _AsyncStream(stream, stream.extra(anyio.abc.SocketAttribute.raw_socket))

    async def aclose(self) -> None:
        """Close what is open."""
        if self._opened is not None:
            opened, self._opened = self._opened, None
            await opened.aclose()


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: AnyioStream, raw_socket: socket.socket) -> None:
        self._stream = stream
        self._socket = raw_socket
        self._tls = stream.extra(TLSAttribute.ssl_object, None)
        # Under asyncio, anyio keeps what came after the answer here, and has no public way to ask.
        protocol = getattr(getattr(stream, "transport_stream", stream), "_protocol", None)
        self._read_queue: object = getattr(protocol, "read_queue", None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            if timeout is None:
                return await self._receive(max_bytes)
            with anyio.fail_after(timeout):
                return await self._receive(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError) as error:
            raise httpcore.ReadError(str(error)) from error

    async def _receive(self, max_bytes: int) -> bytes:
        try:
            return await self._stream.receive(max_bytes)
        except anyio.EndOfStream:
            return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            if timeout is None:
                await self._stream.send(buffer)
            else:
                with anyio.fail_after(timeout):
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
            with anyio.fail_after(timeout):
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
        return _AsyncStream(wrapped, self._socket)

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return _is_readable(self._socket) or bool(self._read_queue) or self._holds_tls_record()
        if info == "socket":
            return self._socket
        if info == "ssl_object":
            return self._tls
        return None

    def _holds_tls_record(self) -> bool:
        if not isinstance(self._tls, ssl.SSLObject):
            return False
        try:
            self._tls.read(1)
        except ssl.SSLWantReadError:
            return False  # nothing, as it should be
        except ssl.SSLError:
            pass  # the end of the session, or worse
        return True


def _is_readable(raw_socket: socket.socket) -> bool:
    """Whether a connection that should be idle has something to read, which is mostly its end."""
    if raw_socket.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(raw_socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([raw_socket], [], [], 0)[0])  # Windows
