"""What proves a revocation, what leaves it open, and what surely did not revoke.

A server may have acted on a request that it read. What comes then is proof (a success), a strong sign (401 and 404:
the token in use may itself be gone) or nothing of the kind.
"""

import httpx
import pytest

from devrev_auth_client import (
    RevocationUnconfirmedError,
    UnauthenticatedError,
)
from tests.faults.actions import Action, Close, Hang, Raw, Reset, Respond, When
from tests.faults.backends import ONCE, Backend
from tests.faults.broken_responses import HalfHeaders, HalfResponse
from tests.faults.listeners import tls_pair
from tests.faults.server import End, FaultServer

SERVER, CLIENT = tls_pair()
REFUSED = Respond(401, json={"type": "unauthenticated", "message": "no"})

HEADS = {
    "200 without its length": b"HTTP/1.1 200 OK\r\n\r\n",
    "200 of HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n",
    "200 and white space": b"HTTP/1.1 200 OK\r\n\r\n\r\n ",
}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_head_alone_is_no_proof(backend: Backend, head: bytes, tls: bool) -> None:
    """Its body was to end with the connection, and nothing tells that from a response cut off."""
    with (
        FaultServer(Raw(head), tls=SERVER if tls else None) as server,
        backend.client(server.url, verify=CLIENT) as client,
        pytest.raises(RevocationUnconfirmedError) as caught,
    ):
        client.revoke()
    assert not caught.value.likely_revoked


AMBIGUOUS = {
    "reset": Reset(),
    "reset after the headers": Reset(when=When.AFTER_HEADERS),
    "close": Close(),
    "half the headers": HalfHeaders(),
    "half a response": HalfResponse(200, b'{"half": 1}'),
    "half a response in chunks": HalfResponse(200, b"{}", framing="chunked"),
    "half a response, then a reset": HalfResponse(200, b"{}", End.RESET),
    "half of a 401": HalfResponse(401, b'{"type": "unauthenticated"}'),
    "no HTTP": Raw(b"\x00\x01\x02 what?\r\n\r\n"),
    "408": Respond(408, close=True),
    "no response in time": Hang(),
}


@pytest.mark.parametrize("first", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_ambiguous_attempt(backend: Backend, first: Action) -> None:
    """The 401 after it is no ordinary one, and without a retry it is no ordinary failure."""
    timeout = 0.3 if isinstance(first, Hang) else 5
    with FaultServer([first, REFUSED]) as server, backend.client(server.url, timeout=timeout) as client:
        with pytest.raises(RevocationUnconfirmedError) as caught:
            client.revoke()
        assert caught.value.likely_revoked
        assert len(caught.value.attempts) == server.actions_begun == 2
        server.play(first)
        with pytest.raises(RevocationUnconfirmedError) as caught:
            client.copy(retry=ONCE).revoke()
        assert not caught.value.likely_revoked


def test_proof_after_a_lost_connection(backend: Backend) -> None:
    """A 204, or a 200 of no length, whose connection ends with it."""
    empty = Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    with FaultServer([Reset(), Respond(204), Reset(), empty]) as server, backend.client(server.url) as client:
        for _ in range(2):
            client.revoke()
        assert server.actions_begun == 4


def test_a_200_cut_off_before_its_body_proves_nothing(backend: Backend) -> None:
    """Over a transport of the user's too; a whole one without a length has a body."""
    cut = Raw(b"HTTP/1.1 200 OK\r\n\r\n")
    for transport in (None, httpx.AsyncHTTPTransport() if backend.is_async else httpx.HTTPTransport()):
        with FaultServer(cut) as server, backend.client(server.url, transport=transport) as client:
            with pytest.raises(RevocationUnconfirmedError):
                client.revoke()
            server.play(Raw(b"HTTP/1.1 200 OK\r\n\r\n{}"))
            client.revoke()


def test_error_after_what_was_not_processed(backend: Backend) -> None:
    """Stays what it is: of a handshake that failed, the server knows nothing."""
    script = [Reset(when=When.IN_HANDSHAKE), Close(when=When.IN_HANDSHAKE), REFUSED]
    with (
        FaultServer(script, tls=SERVER) as server,
        backend.client(server.url, verify=CLIENT) as client,
        pytest.raises(UnauthenticatedError) as caught,
    ):
        client.revoke()
    assert len(caught.value.attempts) == 3
