"""TLS to the server within TLS to the proxy: what is held back in between, and a proxy that drips."""

import contextlib
import json
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from devrev_auth_client import DevRevAuthError
from tests.faults.backends import ONCE, TOKEN_JSON, Backend
from tests.faults.listeners import HOST, tls_pair

SERVER, CLIENT = tls_pair()
BODY = json.dumps(TOKEN_JSON).encode()
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
UNASKED = b"HTTP/1.1 204 No Content\r\n\r\n"


class DrippingProxy:
    """An https proxy that is also the server behind it. It speaks both layers of TLS by hand.

    :param pause: seconds after each byte of its answers.
    """

    def __init__(self, pause: float) -> None:
        self.pause = pause

    def attend(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with SERVER.wrap_socket(connection, server_side=True) as outer:
                    self._tunnel(outer)
            except (OSError, ssl.SSLError):
                pass

    def _tunnel(self, outer: ssl.SSLSocket) -> None:
        outer.recv(65536)
        outer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        arrived, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        inner = SERVER.wrap_bio(arrived, to_send, server_side=True)
        self._until(inner.do_handshake, outer, arrived, to_send)
        outer.sendall(to_send.read())
        while True:
            self._until(lambda: inner.read(65536), outer, arrived, to_send)
            inner.write(GOOD)
            for byte in to_send.read():
                outer.sendall(bytes([byte]))
                time.sleep(self.pause)

    def _until(self, step: object, outer: ssl.SSLSocket, arrived: ssl.MemoryBIO, to_send: ssl.MemoryBIO) -> None:
        while True:
            try:
                step()  # type: ignore[operator]
            except ssl.SSLWantReadError:
                outer.sendall(to_send.read())
                data = outer.recv(65536)
                if not data:
                    raise OSError("the client is gone") from None
                arrived.write(data)
            else:
                return


@contextmanager
def running(proxy: DrippingProxy) -> Iterator[httpx.Proxy]:
    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=proxy.attend, args=(listener,), daemon=True)
        thread.start()
        yield httpx.Proxy(f"https://{HOST}:{listener.getsockname()[1]}", ssl_context=CLIENT)
        listener.shutdown(socket.SHUT_RDWR)


class Overeager:
    """A server behind TLS that sends one more answer after its first, and then refuses everything."""

    def attend(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with SERVER.wrap_socket(connection, server_side=True) as secured:
            request = secured.recv(65536)
            while not request.endswith(b"}"):
                request += secured.recv(65536)
            secured.sendall(GOOD)
            secured.sendall(UNASKED)
            while secured.recv(65536):
                secured.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


class GatheringProxy:
    """An https proxy that carries what has come within a moment in one record of its own."""

    def attend(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with SERVER.wrap_socket(connection, server_side=True) as near:
            host, _, port = near.recv(65536).split()[1].decode().partition(":")
            near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with socket.create_connection((host, int(port))) as far:
                while True:
                    if not near.pending():
                        readable, _, _ = select.select([near, far], [], [], 10)
                    if far in readable:
                        time.sleep(0.05)
                        near.sendall(far.recv(65536))
                    else:
                        data = near.recv(65536)
                        if not data:
                            return
                        far.sendall(data)


@contextmanager
def attended(server: Overeager | GatheringProxy) -> Iterator[str]:
    def attend() -> None:
        with contextlib.suppress(OSError):
            server.attend(listener)

    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=attend, daemon=True).start()
        yield f"https://{HOST}:{listener.getsockname()[1]}"


def test_an_answer_that_nobody_asked_for_is_not_the_next_one(backend: Backend) -> None:
    """It lies in a buffer between the layers, where no socket tells of it."""
    with attended(Overeager()) as server, attended(GatheringProxy()) as proxy:
        through = httpx.Proxy(proxy, ssl_context=CLIENT)
        with backend.client(server, verify=CLIENT, proxy=through, retry=ONCE, total_timeout=1) as client:
            client.get()
            time.sleep(0.2)
            with pytest.raises(DevRevAuthError):
                client.revoke()


def test_a_peer_that_drips_is_cut(backend: Backend) -> None:
    """Each byte comes soon enough; all of them do not."""
    with (
        running(DrippingProxy(pause=0.05)) as proxy,
        backend.client("https://127.0.0.1:9", verify=CLIENT, proxy=proxy, total_timeout=0.8) as client,
    ):
        begin = time.monotonic()
        with pytest.raises(DevRevAuthError):
            client.get()
        assert time.monotonic() - begin < 2
