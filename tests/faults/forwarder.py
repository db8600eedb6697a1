"""A wire between client and server that is slow, drips or breaks what the server sends."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from tests.faults.listeners import HOST

Change = Callable[[bytes], Iterable[bytes]]
"""From bytes that the server sent to the pieces that the client gets."""


@contextmanager
def forwarder(
    port: int,
    change: Change = lambda data: [data],
    *,
    delay: Callable[[], float] = lambda: 0,
    greeting: bytes = b"",
) -> Iterator[str]:
    """Forward connections to a port on loopback; the address to connect to.

    :param change: what becomes of the bytes for the client.
    :param delay: seconds that a new connection waits before its first byte is forwarded.
    :param greeting: bytes that the client gets at once, whatever it sends.
    """

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=begin, args=(near,), daemon=True).start()

    def begin(near: socket.socket) -> None:
        far = socket.create_connection((HOST, port))
        with contextlib.suppress(OSError):  # the client may be gone already
            near.sendall(greeting)
        time.sleep(delay())
        threading.Thread(target=forward, args=(near, far, lambda data: [data]), daemon=True).start()
        forward(far, near, change)

    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"{HOST}:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def forward(source: socket.socket, target: socket.socket, change: Change) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            for piece in change(data):
                target.sendall(piece)
    for one in (source, target):  # a close alone does not wake the other direction's thread
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
    source.close()
