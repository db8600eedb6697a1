"""TLS over a stream, by way of buffers: over a socket or, behind an https proxy, over another session."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from .._runtime.interface import Runtime
from ._httpx import httpx
from .stream import READ_SIZE, SocketStream

ResultT = TypeVar("ResultT")


class TlsStream:
    """A TLS session, with the methods of `SocketStream`.

    Plain text that arrived before the handshake is never taken for decrypted data.
    """

    def __init__(self, below: Stream, context: ssl.SSLContext, host: str) -> None:
        self._below = below
        self._arrived = ssl.MemoryBIO()
        self._to_send = ssl.MemoryBIO()
        try:
            self._session = context.wrap_bio(self._arrived, self._to_send, server_hostname=host)
        except (ssl.SSLError, ValueError) as error:  # no client's context, or no host's name
            raise httpx.ConnectError(str(error)) from error

    async def handshake(self, runtime: Runtime, until: float) -> None:
        """Begin the session. Raises `httpx.ConnectTimeout` and `httpx.ConnectError`."""
        try:
            await self._step(runtime, self._session.do_handshake, until)
        except httpx.TimeoutException as error:
            raise httpx.ConnectTimeout(str(error)) from error
        except (ssl.SSLError, ssl.CertificateError, httpx.NetworkError) as error:
            raise httpx.ConnectError(str(error)) from error

    async def read(self, runtime: Runtime, until: float) -> bytes:
        """Return what has arrived and could be decrypted."""
        try:
            return await self._step(runtime, self._read, until)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        except ssl.SSLError as error:
            raise httpx.ReadError(str(error)) from error

    async def write(self, runtime: Runtime, data: bytes, until: float) -> None:
        """Encrypt and send."""
        try:
            await self._step(runtime, lambda: self._session.write(data), until)  # a buffer takes it all
        except ssl.SSLError as error:
            raise httpx.WriteError(str(error)) from error

    @property
    def socket(self) -> socket.socket:
        """The socket below."""
        return self._below.socket

    def holds_record(self) -> bool:
        """Whether there is unread data, or the session is over. It reads a byte, so a `True` means: discard it."""
        try:
            self._session.read(1)
        except ssl.SSLWantReadError:
            return self._below.holds_record()
        except ssl.SSLError:
            pass  # the end of the session, or worse
        return True

    def close(self) -> None:
        """Close at once: a session that is closed politely waits for the peer."""
        self._below.close()

    def _read(self) -> bytes:
        return self._session.read(READ_SIZE)

    async def _step(self, runtime: Runtime, step: Callable[[], ResultT], until: float) -> ResultT:
        # A record may come in many pieces; all of them have the one deadline.
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                await self._flush(runtime, until)
            except ssl.SSLError:
                with contextlib.suppress(httpx.TransportError):
                    await self._flush(runtime, until)  # the alert that says why
                raise
            else:
                await self._flush(runtime, until)
                return result
            data = await self._below.read(runtime, until)
            if data:
                self._arrived.write(data)
            else:
                self._arrived.write_eof()

    async def _flush(self, runtime: Runtime, until: float) -> None:
        if self._to_send.pending:
            await self._below.write(runtime, self._to_send.read(), until)


Stream = SocketStream | TlsStream
"""Bytes in both directions."""
