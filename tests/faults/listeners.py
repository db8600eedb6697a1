"""Addresses at which no connection comes about, and certificates for those at which one does."""

import datetime
import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import trustme

HOST = "127.0.0.1"


@contextmanager
def refusing_url() -> Iterator[str]:
    """A URL at which connecting is refused at once."""
    with socket.socket() as held:  # bound, so that nobody else gets the port, but not listening
        held.bind((HOST, 0))
        yield f"http://{HOST}:{held.getsockname()[1]}"


@contextmanager
def backlog_full_url(address: str = HOST, port: int = 0) -> Iterator[str]:
    """A URL at which connecting hangs until the client gives up.

    The listener never accepts and its queue is full; Linux then drops each further SYN (``tcp_conn_request``, whatever
    ``tcp_syncookies`` says), and the client's kernel sends it again after 1, 3, 7 ... seconds. A system that refuses
    instead, or completes the handshake, is noticed by trying: RuntimeError.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(16):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
            if not select.select([], [client], [], 0.1)[1]:  # neither connected nor refused
                break
        else:
            raise RuntimeError("this system does not let a connect hang on a full backlog")
        yield f"http://{address}:{listener.getsockname()[1]}"


def tls_pair(*names: str, not_after: datetime.datetime | None = None) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Contexts for a server and for a client that trusts it, from a certificate authority made for this call.

    :param names: the host names and addresses of the certificate; by default the loopback address. Any other makes the
        client refuse, as does another call's client context.
    :param not_after: when the certificate expires (aware), for one that is out of date.
    """
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or (HOST,)), not_after=not_after).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client
