"""Network access for one lane of a thread: a socket, and TLS over it, each step bounded by one deadline.

httpcore's own would do; it costs more, gives each `recv` of a TLS session within another all of the time again, and
does not say what such a session has decrypted already.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import httpcore

from ._deadline import Deadline
from ._http11 import READ_SIZE
from ._readable import holds_record, is_readable
from ._route import addresses_of

ResultT = TypeVar("ResultT")


class SyncBackend(httpcore.NetworkBackend):
    """Network access for threads. It remembers what it opened, so that nothing stays open when it is closed.

    httpcore forgets a connection whose TLS handshake could not begin any more.
    """

    def __init__(self) -> None:
        self.deadline = Deadline()
        self._opened: _SocketStream | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  # none of ours
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  # none of ours
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; an address that is silent leaves time for those behind it."""
        try:
            addresses = addresses_of(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failed: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("the name has no address")
        for index, address in enumerate(addresses):
            seconds = self.deadline.bound(timeout, httpcore.ConnectTimeout)
            share = None if seconds is None else seconds / (len(addresses) - index)
            try:
                opened = socket.create_connection((address, port), share)
            except TimeoutError as error:
                failed = httpcore.ConnectTimeout(str(error))
            except OSError as error:
                failed = httpcore.ConnectError(str(error))
            else:
                with contextlib.suppress(OSError):  # one that is broken already tells so when it is used
                    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._opened = _SocketStream(opened, self.deadline)
                return self._opened
        raise failed

    def close(self) -> None:
        """Close what was opened last."""
        if self._opened is not None:
            self._opened.close()


class _Stream(httpcore.NetworkStream):
    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TlsStream(self, ssl_context, server_hostname, timeout)


class _SocketStream(_Stream):
    def __init__(self, opened: socket.socket, deadline: Deadline) -> None:
        self._socket = opened
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(self._deadline.bound(timeout, httpcore.ReadTimeout))
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._socket.settimeout(self._deadline.bound(timeout, httpcore.WriteTimeout))
        try:
            self._socket.sendall(buffer)  # in all no longer than the timeout
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return is_readable(self._socket)
        return self._socket if info == "socket" else None


class _TlsStream(_Stream):
    """A TLS session over a stream: over the socket's or, to a server behind an https proxy, over another session."""

    def __init__(
        self, below: httpcore.NetworkStream, context: ssl.SSLContext, server_hostname: str | None, timeout: float | None
    ) -> None:
        self._below = below
        self._arrived = ssl.MemoryBIO()
        self._to_send = ssl.MemoryBIO()
        try:
            self._tls = context.wrap_bio(self._arrived, self._to_send, server_hostname=server_hostname)
            self._step(self._tls.do_handshake, timeout)
        except httpcore.TimeoutException as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (ssl.SSLError, httpcore.NetworkError) as error:
            raise httpcore.ConnectError(str(error)) from error

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._step(lambda: self._tls.read(max_bytes), timeout)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        except ssl.SSLError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._step(lambda: self._tls.write(buffer), timeout)  # a MemoryBIO takes it all
        except ssl.SSLError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        self._below.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return self._below.get_extra_info(info) or holds_record(self._tls)
        return self._tls if info == "ssl_object" else self._below.get_extra_info(info)

    def _step(self, step: Callable[[], ResultT], timeout: float | None) -> ResultT:
        ends = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            finally:
                if self._to_send.pending:
                    self._below.write(self._to_send.read(), timeout)  # what was asked for, or why the peer is refused
            # A record may come in many pieces; all of them have the one time.
            data = self._below.read(READ_SIZE, None if ends is None else ends - time.monotonic())
            if data:
                self._arrived.write(data)
            else:
                self._arrived.write_eof()
