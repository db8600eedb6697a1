"""A client without a library in between, to see what really comes over the wire."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from tests.faults.server import FaultServer

POST = b"POST /auth-tokens.get HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody"
Ending = Literal["FIN", "RST", "silence"]


@contextmanager
def connected(server: FaultServer, timeout: float = 2.0) -> Iterator[socket.socket]:
    """A connection to the server."""
    with socket.create_connection(("127.0.0.1", server.port), timeout) as sock:
        yield sock


def read_to_end(sock: socket.socket, first: float = 2.0, then: float = 0.1) -> tuple[bytes, Ending]:
    """All that comes, and how it ends; silence is ``first`` seconds without a byte, or ``then`` after one."""
    sock.settimeout(first)
    data = b""
    while True:
        try:
            piece = sock.recv(65536)
        except TimeoutError:
            return data, "silence"
        except ConnectionResetError:
            return data, "RST"
        if not piece:
            return data, "FIN"
        data += piece
        sock.settimeout(then)


def exchange(
    server: FaultServer, request: bytes = POST, *, expected: Ending = "FIN", answered: bool = True
) -> tuple[bytes, Ending]:
    """Send one request on a new connection; what comes back, and how it ends.

    What is expected only says how patient to be: silence is soon believed where it is expected, and late elsewhere.
    """
    then = 0.05 if expected == "silence" else 2.0
    try:
        with connected(server) as sock:
            sock.sendall(request)
            return read_to_end(sock, 2.0 if answered else then, then)
    except (ConnectionResetError, BrokenPipeError):  # already while connecting, perhaps
        return b"", "RST"


def status(server: FaultServer, request: bytes = POST) -> int:
    """Send one request on a new connection; the status of the answer."""
    with connected(server) as sock:
        sock.sendall(request)
        return int(sock.recv(65536).split()[1])
