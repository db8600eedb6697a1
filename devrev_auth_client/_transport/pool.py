"""Idle connections, and the exchanges over them. It never waits for one: where none is idle, it opens one."""

from __future__ import annotations

import contextlib
import select
import threading
from typing import Any

from .._runtime.interface import Runtime
from .connection import Connection, moment
from .http11 import Response
from .route import Route


class Pool:
    """The connections to one server. They serve any number of event loops and threads, one call each at a time."""

    def __init__(self, route: Route, largest: int) -> None:
        self._route = route
        self._largest = largest
        self._lock = threading.RLock()
        self._idle = _Idle()
        self._is_closed = False

    async def exchange(self, runtime: Runtime, request: Any) -> Response:
        """Send a request over an idle connection or a new one, and return the response, read to its end."""
        connection = self._take()
        if connection is None:
            connection = await Connection.open(runtime, self._route, moment(request, "connect"))
        try:
            return await connection.exchange(runtime, request, self._largest)
        finally:
            if not (connection.is_idle and self._keep(connection)):
                connection.close()

    def close(self) -> None:
        """Close what is idle; what is in use is closed when its exchange is over."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, _Idle()
        for connection in idle.connections.values():
            connection.close()

    def after_fork(self) -> None:
        """Forget the parent's connections. The lock is replaced: a thread that the child lacks may hold it."""
        self._lock = threading.RLock()
        self._idle = _Idle()
        self._route.after_fork()

    def _take(self) -> Connection | None:
        """Return the connection that was used last; close those that have ended, expired or brought unasked bytes."""
        with self._lock:
            stale = self._idle.take_stale()
            connection = self._idle.take_last()
        if connection is not None and connection.holds_record():
            stale.append(connection)
            connection = None
        for one in stale:
            one.close()
        return connection

    def _keep(self, connection: Connection) -> bool:
        with self._lock:
            if not self._is_closed:
                self._idle.add(connection)
            return not self._is_closed


class _Idle:
    """Idle connections, last in, first out. One system call finds those that have something to read."""

    def __init__(self) -> None:
        self.connections: dict[int, Connection] = {}  # by file descriptor
        self._poll = select.poll() if hasattr(select, "poll") else None  # not on Windows

    def add(self, connection: Connection) -> None:
        # In this order: an interruption may leave a descriptor watched that nobody has, never one unwatched.
        descriptor = connection.socket.fileno()
        if self._poll is not None:
            self._poll.register(descriptor, select.POLLIN)
        self.connections[descriptor] = connection

    def take_last(self) -> Connection | None:
        last = next(reversed(self.connections), None)
        return None if last is None else self._take(last)

    def take_stale(self) -> list[Connection]:
        """Take out the connections that have something to read, which is mostly their end, or were idle for long."""
        stale = [self._take(descriptor) for descriptor in self._readable()]
        while (longest := next(iter(self.connections.items()), None)) is not None and longest[1].has_expired():
            stale.append(self._take(longest[0]))
        return [connection for connection in stale if connection is not None]

    def _readable(self) -> list[int]:
        if not self.connections:
            return []
        if self._poll is not None:
            return [descriptor for descriptor, _ in self._poll.poll(0)]
        return select.select(list(self.connections), [], [], 0)[0]

    def _take(self, descriptor: int) -> Connection | None:
        connection = self.connections.pop(descriptor, None)
        if self._poll is not None:
            with contextlib.suppress(KeyError):
                self._poll.unregister(descriptor)
        return connection
