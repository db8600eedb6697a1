"""What stands between client and server: proxies, and wires that are slow, drip or break what the server sends.

Each is an action of a `FaultServer`, whose requests and connections are then those of the proxy.
"""

import select
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field

from tests.faults.actions import Action, When
from tests.faults.connection import PIECE, Connection, End
from tests.faults.listeners import HOST

Change = Callable[[bytes], Iterable[bytes]]
"""From bytes that the server sent to the pieces that the client gets."""
BOUND = {1: bytes(4), 3: b"\x09localhost", 4: bytes(16)}
"""Addresses of each type, as a SOCKS proxy may name its own."""


def unchanged(data: bytes) -> Iterable[bytes]:
    return [data]


def drip(data: bytes) -> Iterable[bytes]:
    """A handshake has some two thousand bytes, a response some six hundred."""
    for byte in data:
        yield bytes([byte])
        time.sleep(0.02)


@dataclass(frozen=True)
class Forward(Action):
    """Forwards the connection to a port on loopback.

    :param change: what becomes of the bytes for the client.
    :param greeting: bytes that the client gets at once, whatever it sends.
    :param gathers: seconds for which the server's bytes gather before they are sent on in one piece.
    """

    port: int
    change: Change = unchanged
    greeting: bytes = b""
    gathers: float = 0.0
    _: KW_ONLY
    when: When = When.ON_CONNECT

    def perform(self, client: Connection) -> End:
        client.send(self.greeting)
        return carry(client, f"{HOST}:{self.port}", self.change, self.gathers)


@dataclass(frozen=True)
class Tunnel(Action):
    """Answers a CONNECT as an HTTP proxy does that knows nothing else (RFC 9110 section 9.3.6).

    :param gathers: see `Forward`.
    """

    gathers: float = 0.0

    def perform(self, client: Connection) -> End:
        client.send(b"HTTP/1.1 200 \r\n\r\n")
        return carry(client, client.requested, gathers=self.gathers)


@dataclass(frozen=True)
class Socks(Action):
    """Is a SOCKS 5 proxy: CONNECT, with or without a user name (RFC 1928, RFC 1929).

    :param credentials: the user name and password it wants, joined by a colon; None, it wants none.
    :param code: its reply to CONNECT; it connects where that is 0.
    :param bound: the type of the address in its reply.
    :param extra: bytes that it sends right behind its reply.
    """

    credentials: str | None = None
    code: int = 0
    bound: int = 1
    extra: bytes = b""
    asked: list[str] = field(default_factory=list)
    """The hosts and ports that clients asked for."""
    _: KW_ONLY
    when: When = When.ON_CONNECT

    def perform(self, client: Connection) -> End:
        offered = client.take(3)[2:]
        method = b"\0" if self.credentials is None else b"\2"
        self._reply(client, b"\5" + (method if method == offered else b"\xff"))
        if self.credentials is not None:
            client.take(1)  # the version
            given = [self._field(client), self._field(client)]
            self._reply(client, b"\1" + bytes([b":".join(given) != self.credentials.encode()]))
        kind = client.take(4)[3]
        if kind == 3:
            host = self._field(client).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, client.take(size))
        target = f"{host}:{int.from_bytes(client.take(2), 'big')}"
        self.asked.append(target)
        self._reply(client, bytes([5, self.code, 0, self.bound]) + BOUND[self.bound] + bytes(2), self.extra)
        return End.CLOSE if self.code else carry(client, target)

    def _field(self, client: Connection) -> bytes:
        return client.take(client.take(1)[0])

    def _reply(self, client: Connection, data: bytes, extra: bytes = b"") -> None:
        """Send it in single bytes, each a segment of its own, the last one with what is extra."""
        for byte in data[:-1]:
            client.send(bytes([byte]))
            client.pause(0.001)
        client.send(data[-1:] + extra)


def carry(client: Connection, target: str, change: Change = unchanged, gathers: float = 0.0) -> End:
    """Carry bytes both ways until one side ends."""
    near = client.socket
    client.is_unread = False
    host, _, port = target.rpartition(":")
    with socket.create_connection((host, int(port))) as far:
        while True:
            decrypted = isinstance(near, ssl.SSLSocket) and near.pending() > 0
            for source in [near] if decrypted else select.select([near, far], [], [])[0]:
                if source is far:
                    time.sleep(gathers)
                if not (data := source.recv(PIECE)):
                    return End.CUT
                for piece in [data] if source is near else change(data):
                    (far if source is near else near).sendall(piece)
