"""One connection: one exchange after another."""

from __future__ import annotations

import contextlib
import math
import socket
import time
from typing import Any

from .._runtime.interface import Runtime
from ._httpx import httpx
from .connecting import connect
from .http11 import Http11, Response
from .proxy import proxy_headers
from .route import Route
from .tls import Stream

KEEPALIVE_EXPIRY = 30.0
"""Connections that were idle for more seconds are not used again; load balancers close theirs after 60 and more."""


class Connection:
    """An open connection, used by one call at a time. It belongs to no event loop."""

    def __init__(self, stream: Stream, through: bytes, headers: list[tuple[bytes, bytes]]) -> None:
        self._stream = stream
        self._http = Http11()
        self._through = through
        self._headers = headers
        self._idle_since = time.monotonic()

    @classmethod
    async def open(cls, runtime: Runtime, route: Route, until: float) -> Connection:
        """Open one. Raises `httpx.ConnectError`, `httpx.ConnectTimeout` or `httpx.ProxyError`."""
        stream = await connect(runtime, route, until)
        if route.is_forwarded and route.proxy is not None:
            # Plain http is not tunnelled: each request names the server (RFC 9112 section 3.2.2).
            return cls(stream, b"http://" + route.authority, proxy_headers(route.proxy))
        return cls(stream, b"", [])

    async def exchange(self, runtime: Runtime, request: Any, largest: int) -> Response:
        """Send a request of httpcore's and return its response. Raises httpx's transport errors.

        Its extensions bound each phase by `timeout`, as in httpx, and all of it by `deadline`, by `time.monotonic`.
        """
        await self._send(runtime, request, moment(request, "write"))
        response = None
        while response is None:
            data = await self._stream.read(runtime, moment(request, "read"))
            response = self._http.receive(data, largest)
        self._idle_since = time.monotonic()
        return response

    async def _send(self, runtime: Runtime, request: Any, until: float) -> None:
        await runtime.checkpoint()  # whoever was cancelled already must not send
        # The body is read only now: until it is, nothing has been sent.
        content = b"".join([chunk async for chunk in request.stream])
        target = self._through + request.url.target
        # A server may refuse a request before it has read it all: where sending fails, the response is looked for.
        with contextlib.suppress(httpx.WriteError):
            # No variable holds the bytes, the token among them: live frames are shown by watchdogs.
            await self._stream.write(
                runtime,
                self._http.request(request.method, target, [*request.headers, *self._headers], content),
                until,
            )

    @property
    def is_idle(self) -> bool:
        """Whether an exchange may begin: the last one was read to its end, or was given up before anything was sent."""
        return self._http.is_idle

    @property
    def socket(self) -> socket.socket:
        """What it goes over; an idle one has nothing to read."""
        return self._stream.socket

    def has_expired(self) -> bool:
        """Whether it was idle for too long."""
        return time.monotonic() > self._idle_since + KEEPALIVE_EXPIRY

    def holds_record(self) -> bool:
        """Whether it holds bytes that nobody asked for and that its socket does not show."""
        return self._stream.holds_record()

    def close(self) -> None:
        """Close it at once."""
        self._stream.close()


def moment(request: Any, phase: str) -> float:
    """Return when a phase that begins now has to be over, by the request's `timeout` and `deadline`."""
    seconds: float | None = request.extensions.get("timeout", {}).get(phase)
    deadline: float = request.extensions.get("deadline", math.inf)
    return deadline if seconds is None else min(deadline, time.monotonic() + seconds)
