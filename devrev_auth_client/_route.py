"""The way to the server, the same for all of a client's lanes."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

from .errors import ConfigurationError

KEEPALIVE_EXPIRY = 30.0
"""Seconds an idle connection is used again after; load balancers close theirs after 60 and more."""


def checked_context(context: ssl.SSLContext, origin: str) -> ssl.SSLContext:
    """Return the context. Raises `ConfigurationError` where checks of its own, such as a pinned key, would be left out.

    TLS runs over buffers here, as under asyncio, so that `wrap_socket` and `sslsocket_class` are not asked for.
    """
    kind = type(context)
    for_sockets = kind.wrap_socket is not ssl.SSLContext.wrap_socket or context.sslsocket_class is not ssl.SSLSocket
    for_buffers = kind.wrap_bio is not ssl.SSLContext.wrap_bio or context.sslobject_class is not ssl.SSLObject
    if for_sockets and not for_buffers:
        raise ConfigurationError(
            f"{origin}: this SSLContext overrides wrap_socket or sslsocket_class, which are not asked for; "
            "override wrap_bio or sslobject_class as well"
        )
    return context


def addresses_of(found: Iterable[tuple[Any, ...]]) -> list[str]:
    """Return each address of what `getaddrinfo` found once, the zone of an IPv6 one included (RFC 4007 section 11)."""
    numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
    return list(dict.fromkeys(socket.getnameinfo(sockaddr, numeric)[0] for *_, sockaddr in found))


class Route:
    """How connections reach the server: its origin, the proxy, and the TLS context all lanes share."""

    def __init__(self, base_url: httpx.URL, verify: ssl.SSLContext | str | bool, proxy: httpx.Proxy | None) -> None:
        self.host = base_url.raw_host.decode("ascii")
        self.port = base_url.port or {"http": 80, "https": 443}[base_url.scheme]
        self.proxy = proxy
        self._is_https = base_url.scheme == "https"
        self._verify = verify
        self._context: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return the context all lanes share, made at the first connection (loading certificates takes long).

        `None` for plain http. Raises `ConfigurationError`.
        """
        if self._context is None and self._is_https:
            with self._lock:
                if self._context is None:
                    self._context = _make_ssl_context(self._verify)
        return self._context

    def after_fork(self) -> None:
        """Replace the lock: a thread that a forked child does not have may hold it."""
        self._lock = threading.Lock()

    @property
    def is_socks(self) -> bool:
        """Whether the proxy speaks SOCKS."""
        return self.proxy is not None and self.proxy.url.scheme.startswith("socks")

    def through(self, proxy: httpx.Proxy) -> dict[str, Any]:
        """Return what httpcore's proxy pools are made with, one connection in each."""
        arguments: dict[str, Any] = {
            "proxy_url": str(proxy.url),
            "proxy_auth": proxy.raw_auth,
            "ssl_context": self.ssl_context(),
            "max_connections": 1,
            "keepalive_expiry": KEEPALIVE_EXPIRY,
        }
        if self.is_socks:
            return arguments
        return {**arguments, "proxy_headers": proxy.headers.raw, "proxy_ssl_context": proxy.ssl_context}


def _make_ssl_context(verify: ssl.SSLContext | str | bool) -> ssl.SSLContext:
    try:
        if isinstance(verify, str) and Path(verify).is_dir():
            return ssl.create_default_context(capath=verify)
        if isinstance(verify, str):
            return ssl.create_default_context(cafile=verify)
        return httpx.create_ssl_context(verify=verify)
    except OSError as error:  # ssl.SSLError is one
        problem = type(error).__name__
    raise ConfigurationError(f"verify: its certificates cannot be loaded ({problem}); pass a PEM file or an SSLContext")
