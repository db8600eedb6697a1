"""A connected socket: reads and writes that each keep to a deadline. Deadlines are of `time.monotonic`."""

from __future__ import annotations

import socket
import time

from .._runtime.interface import Runtime
from ._httpx import httpx

READ_SIZE = 65_536
"""Bytes to ask the network for at a time."""


def raise_foreign(error: Exception) -> None:
    """Raise an error that is not the system's: a signal handler's `TimeoutError` has no number."""
    if isinstance(error, OSError) and error.errno is None:
        raise error


class QuietSocket(socket.socket):
    """A socket that is closed, without a warning, when an interruption has lost it."""

    def __del__(self) -> None:
        self.close()


class SocketStream:
    """The bytes of a socket, which is not blocking. It belongs to no event loop."""

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened

    @property
    def socket(self) -> socket.socket:
        """The socket itself."""
        return self._socket

    async def read(self, runtime: Runtime, until: float) -> bytes:
        """Return what has arrived, nothing where the peer ended the connection.

        It waits first: a peer that sends without end holds up neither the event loop nor the deadline.
        Raises `httpx.ReadTimeout` where `until` passes first, and `httpx.ReadError`.
        """
        while True:
            if (left := until - time.monotonic()) <= 0 or not await runtime.readable(self._socket, left):
                raise httpx.ReadTimeout("nothing arrived in time")
            try:
                return self._socket.recv(READ_SIZE)
            except (BlockingIOError, InterruptedError):
                continue
            except OSError as error:
                raise_foreign(error)
                raise httpx.ReadError(str(error)) from error

    async def write(self, runtime: Runtime, data: bytes, until: float) -> None:
        """Send all of it. Raises `httpx.WriteTimeout` and `httpx.WriteError`."""
        remaining = memoryview(data)
        while remaining:
            if until <= time.monotonic():
                raise httpx.WriteTimeout("not all was taken in time")
            try:
                remaining = remaining[self._socket.send(remaining) :]
            except (BlockingIOError, InterruptedError):
                if not await runtime.writable([self._socket], until - time.monotonic()):
                    raise httpx.WriteTimeout("not all was taken in time") from None
            except OSError as error:
                raise_foreign(error)
                raise httpx.WriteError(str(error)) from error

    def holds_record(self) -> bool:
        """Nothing is kept here."""
        return False

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
