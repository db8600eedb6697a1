"""Whether a connection that should be idle has something to read: on its socket, or decrypted already."""

from __future__ import annotations

import select
import socket
import ssl


def is_readable(raw_socket: socket.socket) -> bool:
    """Whether a connection that should be idle has something to read, which is mostly its end."""
    if raw_socket.fileno() < 0:
        return True
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(raw_socket.fileno(), select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([raw_socket], [], [], 0)[0])  # Windows


def holds_record(tls: ssl.SSLObject) -> bool:
    """Whether a TLS session has something to read of what it was fed, or is over; what it has is lost then."""
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return False  # nothing, as it should be
    except ssl.SSLError:
        pass  # the end of the session, or worse
    return True
