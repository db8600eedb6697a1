"""A server that takes a request in so slowly that it never has it all, and never answers."""

import socket
import ssl
import threading
from contextlib import ExitStack, suppress
from typing import Self

from tests.faults.listeners import HOST


class SlowReader:
    """Reads ``piece`` bytes every ``interval`` seconds from each connection, in turn.

    Each write of the client's succeeds in part and soon, so a timeout that only bounds single writes never fires.
    """

    def __init__(self, piece: int, interval: float, *, tls: ssl.SSLContext | None = None) -> None:
        self._piece = piece
        self._interval = interval
        self._tls = tls
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        # Small segments, as on a real network, make for small send buffers: on loopback a megabyte goes at once.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1000)
        self._listener.bind((HOST, 0))
        self._listener.listen()
        self._listener.settimeout(0.02)
        self.url = f"{'http' if self._tls is None else 'https'}://{HOST}:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, name="slow reader", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        with ExitStack() as stack:
            while not self._stop.is_set():
                with suppress(TimeoutError):
                    sock, _ = self._listener.accept()
                    stack.callback(sock.close)
                    sock.settimeout(1)
                    threading.Thread(target=self._read, args=(sock,), daemon=True).start()

    def _read(self, sock: socket.socket) -> None:
        with suppress(OSError):
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
            with sock:
                while not self._stop.wait(self._interval) and sock.recv(self._piece):
                    pass
