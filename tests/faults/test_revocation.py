"""What proves a revocation, what leaves it open, and what surely did not revoke.

A server may have acted on a request that it read. What comes then is proof (a success), a strong sign (401 and 404:
the token in use may itself be gone) or nothing of the kind.
"""

import httpx
import pytest

from devrev_auth_client import RevocationUnconfirmedError, UnauthenticatedError
from tests.faults.actions import Action, Close, Hang, Raw, Reset, Respond, When, half_headers, half_response
from tests.faults.backends import ONCE, REVOKED, Backend, Caller
from tests.faults.server import End

REFUSED = Respond(401, json={"type": "unauthenticated", "message": "no"})


def is_unconfirmed(client: Caller, *, attempts: int, likely_revoked: bool = False) -> bool:
    """Whether a revocation fails as one that may have happened."""
    error = client.begin_revoke().exception(10)
    assert isinstance(error, RevocationUnconfirmedError)
    return error.likely_revoked == likely_revoked and len(error.attempts) == attempts


HEADS = {
    "200 without its length": b"HTTP/1.1 200 OK\r\n\r\n",
    "200 of HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n",
    "200 and white space": b"HTTP/1.1 200 OK\r\n\r\n\r\n ",
}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_head_alone_is_no_proof(backend: Backend, head: bytes, tls: bool) -> None:
    """Its body was to end with the connection, and nothing tells that from a response cut off."""
    with backend.served(Raw(head), tls=tls) as (_, client):
        assert is_unconfirmed(client, attempts=4)


AMBIGUOUS = {
    "reset": Reset(),
    "reset after the headers": Reset(when=When.AFTER_HEADERS),
    "close": Close(),
    "half the headers": half_headers(),
    "half a response": half_response(200, b'{"half": 1}'),
    "half a response in chunks": half_response(200, b"{}", chunked=True),
    "half a response, then a reset": half_response(200, b"{}", End.RESET),
    "half of a 401": half_response(401, b'{"type": "unauthenticated"}'),
    "no HTTP": Raw(b"\x00\x01\x02 what?\r\n\r\n"),
    "408": Respond(408, close=True),
    "no response in time": Hang(),
}


@pytest.mark.parametrize("first", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_ambiguous_attempt(backend: Backend, first: Action) -> None:
    """The 401 after it is no ordinary one, and without a retry it is no ordinary failure."""
    with backend.served([first, REFUSED], timeout=0.3 if isinstance(first, Hang) else 5) as (server, client):
        assert is_unconfirmed(client, attempts=2, likely_revoked=True)
        assert server.actions_begun == 2
        server.play(first)
        assert is_unconfirmed(client.copy(retry=ONCE), attempts=1)


def test_proof_after_a_lost_connection(backend: Backend) -> None:
    """A 204, or a 200 of no length, whose connection ends with it."""
    empty = Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    with backend.served([Reset(), REVOKED, Reset(), empty]) as (server, client):
        for _ in range(2):
            client.revoke()
        assert server.actions_begun == 4


def test_a_200_cut_off_before_its_body_proves_nothing(backend: Backend) -> None:
    """Over a transport of the user's too; a whole one without a length has a body."""
    for transport in (None, httpx.AsyncHTTPTransport() if backend.is_async else httpx.HTTPTransport()):
        with backend.served(Raw(b"HTTP/1.1 200 OK\r\n\r\n"), transport=transport) as (server, client):
            assert is_unconfirmed(client, attempts=4)
            server.play(Raw(b"HTTP/1.1 200 OK\r\n\r\n{}"))
            client.revoke()


def test_error_after_what_was_not_processed(backend: Backend) -> None:
    """Stays what it is: of a handshake that failed, the server knows nothing."""
    script = [Reset(when=When.IN_HANDSHAKE), Close(when=When.IN_HANDSHAKE), REFUSED]
    with backend.served(script, tls=True) as (_, client), pytest.raises(UnauthenticatedError) as caught:
        client.revoke()
    assert len(caught.value.attempts) == 3
