"""Network access for one lane of a thread: httpcore's own, each step bounded by one deadline."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from ._deadline import Deadline

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
        seconds = self._deadline.bound(timeout, httpcore.ConnectTimeout)
        return _SyncStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
