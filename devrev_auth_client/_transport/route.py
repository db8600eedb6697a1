"""The route to a server: its origin, the proxy before it, and the TLS contexts of both."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable

from ._httpx import httpx


class Route:
    """Where the connections of a pool lead. `make_context` is called once, for the first connection over TLS."""

    def __init__(
        self,
        url: httpx.URL,
        make_context: Callable[[], ssl.SSLContext],
        proxy: httpx.Proxy | None,
        make_proxy_context: Callable[[], ssl.SSLContext],
    ) -> None:
        self.host = url.raw_host.decode("ascii")
        self.is_https = url.scheme == "https"
        self.port = url.port or (443 if self.is_https else 80)
        self.proxy = proxy
        self._make_context = make_context
        self._make_proxy_context = make_proxy_context
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.RLock()  # a signal handler may make a call of its own in the middle

    @property
    def is_forwarded(self) -> bool:
        """Whether the proxy passes each request on, instead of a whole connection: plain http over an http proxy."""
        return self.proxy is not None and not self.is_https and not self.proxy.url.scheme.startswith("socks")

    @property
    def authority(self) -> bytes:
        """Host and port, as in a request to a proxy."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}".encode()

    def server_context(self) -> ssl.SSLContext:
        """Return the context for the server, made at the first connection: loading certificates takes long."""
        return self._context("server", self._make_context)

    def proxy_context(self) -> ssl.SSLContext:
        """Return the context for an https proxy."""
        return self._context("proxy", self._make_proxy_context)

    def after_fork(self) -> None:
        """Replace the lock: a thread that a forked child does not have may hold it."""
        self._lock = threading.RLock()  # a signal handler may make a call of its own in the middle

    def _context(self, whose: str, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        if whose not in self._contexts:
            with self._lock:
                if whose not in self._contexts:
                    context = make()
                    context.set_alpn_protocols(["http/1.1"])
                    self._contexts[whose] = context
        return self._contexts[whose]
