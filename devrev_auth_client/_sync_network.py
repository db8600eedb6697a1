"""Network access for one lane of a thread: httpcore's own, each step bounded by one deadline."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import httpcore

from ._deadline import Deadline
from ._http11 import READ_SIZE
from ._readable import holds_record

ResultT = TypeVar("ResultT")

_SLICE = 4096
"""Bytes. What a socket that takes any at all takes whole, so that each slice is one wait."""


class SyncBackend(httpcore.NetworkBackend):
    """httpcore's own network access, each step bounded by one common deadline."""

    def __init__(self) -> None:
        self.deadline = Deadline()
        self._plain = httpcore.SyncBackend()
        self._opened: httpcore.NetworkStream | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; an address that is silent leaves time for those behind it."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        failed: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError("the name has no address")
        for index, address in enumerate(addresses):
            seconds = self.deadline.bound(timeout, httpcore.ConnectTimeout)
            share = None if seconds is None else seconds / (len(addresses) - index)
            try:
                self._opened = self._plain.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _SyncStream(self._opened, self.deadline)
        raise failed

    def close(self) -> None:
        """Close what was opened last: httpcore forgets a connection whose TLS handshake could not begin any more."""
        if self._opened is not None:
            self._opened.close()


class _SyncStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.bound(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # httpcore gives each send() the same time; slice by slice the time left is looked at in between.
        for start in range(0, len(buffer), _SLICE):
            self._stream.write(buffer[start : start + _SLICE], self._deadline.bound(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        if self._stream.get_extra_info("ssl_object") is not None:
            return _TlsInTls(self, ssl_context, server_hostname, timeout)
        seconds = self._deadline.bound(timeout, httpcore.ConnectTimeout)
        return _SyncStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _TlsInTls(httpcore.NetworkStream):
    """TLS to the server through an https proxy.

    httpcore's own gives each `recv` all of the time again, and does not say what it has decrypted already.
    """

    def __init__(
        self, below: _SyncStream, context: ssl.SSLContext, server_hostname: str | None, timeout: float | None
    ) -> None:
        self._below = below
        self._arrived = ssl.MemoryBIO()
        self._to_send = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._arrived, self._to_send, server_hostname=server_hostname)
        try:
            self._step(self._tls.do_handshake, timeout)
        except httpcore.ReadTimeout as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (ssl.SSLError, httpcore.ReadError, httpcore.WriteError) as error:
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
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush(timeout)
                data = self._below.read(READ_SIZE, timeout)
                if data:
                    self._arrived.write(data)
                else:
                    self._arrived.write_eof()
            else:
                self._flush(timeout)
                return result

    def _flush(self, timeout: float | None) -> None:
        if self._to_send.pending:
            self._below.write(self._to_send.read(), timeout)
