"""Idle connections, and the exchanges over them. It never waits for one: where none is idle, it opens one."""

from __future__ import annotations

import math
import threading
from typing import Any

from .._runtime.in_threads import is_ready
from .._runtime.interface import Runtime
from .connection import Connection, moment
from .http11 import Response
from .route import Route


class Pool:
    """The connections to one server. They serve any number of event loops and threads, one call each at a time."""

    def __init__(self, route: Route, largest: int) -> None:
        self._route = route
        self._largest = largest
        self._lock = threading.Lock()
        self._idle: list[Connection] = []  # last in, first out, so that few stay warm
        self._is_closed = False

    async def exchange(self, runtime: Runtime, request: Any) -> Response:
        """Send a request over an idle connection or a new one, and return the response, read to its end."""
        connection = self._take()
        if connection is None:
            phases, deadline = request.extensions.get("timeout", {}), request.extensions.get("deadline", math.inf)
            connection = await Connection.open(runtime, self._route, moment(phases.get("connect"), deadline))
        is_reusable = False
        try:
            response = await connection.exchange(runtime, request, self._largest)
            is_reusable = not connection.is_over
        finally:
            if not (is_reusable and self._keep(connection)):
                connection.close()
        return response

    def close(self) -> None:
        """Close what is idle; what is in use is closed when its exchange is over."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def after_fork(self) -> None:
        """Forget the parent's connections. The lock is replaced: a thread that the child lacks may hold it."""
        self._lock = threading.Lock()
        self._idle = []
        self._route.after_fork()

    def _take(self) -> Connection | None:
        """Return the connection that was used last; close those that have ended, expired or brought unasked bytes."""
        with self._lock:
            idle = self._idle
            has_input = bool(idle) and is_ready([connection.socket for connection in idle], [], 0)
            stale = [one for one in idle if one.has_expired() or (has_input and is_ready([one.socket], [], 0))]
            if stale:
                self._idle = [one for one in idle if one not in stale]
            connection = self._idle.pop() if self._idle else None
        if connection is not None and connection.holds_record():
            stale.append(connection)
            connection = None
        for one in stale:
            one.close()
        return connection

    def _keep(self, connection: Connection) -> bool:
        with self._lock:
            if not self._is_closed:
                self._idle.append(connection)
            return not self._is_closed
