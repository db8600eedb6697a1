"""Whether a socket that should be idle has something to read."""

from __future__ import annotations

import select
import socket


def is_readable(raw_socket: socket.socket) -> bool:
    """Whether a connection that should be idle has something to read, which is mostly its end."""
    if raw_socket.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(raw_socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([raw_socket], [], [], 0)[0])  # Windows
