"""Which answers prove a revocation, and which only look like it."""

import pytest

from devrev_auth_client import InvalidResponseError, RevocationUnconfirmedError
from tests.faults.backends import Backend
from tests.faults.listeners import tls_pair
from tests.faults.server import Action, FaultServer, Raw, Redirect, Respond, TooLarge

SERVER, CLIENT = tls_pair()

PROOF = {
    "204": Respond(204),
    "200 without a body": Respond(200),
    "200 with an empty object": Respond(200, json={}),
    "200 with white space": Respond(200, body=" \r\n"),
}


@pytest.mark.parametrize("answer", PROOF.values(), ids=PROOF)
def test_what_is_proof(backend: Backend, answer: Action) -> None:
    """204, or 200 with nothing in it."""
    with FaultServer(answer) as server, backend.client(server.url) as client:
        client.revoke()
        assert server.actions_begun == 1


NO_SUCCESS = {
    "201": Respond(201),
    "202": Respond(202),
    "206": Respond(206),
    "299": Respond(299),
    "200 with a page": Respond(200, body="<html>sign in</html>"),
    "200 with null": Respond(200, body="null"),
    "200 with an array": Respond(200, json=[]),
    "200 with fields": Respond(200, json={"revoked": False}),
    "200 beyond all bounds": TooLarge(),
    "200 full of white space beyond all bounds": TooLarge(filler=b"\n", framing="chunked"),
    "200 compressed beyond all bounds": TooLarge(gzip=True),
    "200 in an unknown encoding": Respond(200, {"Content-Encoding": "br"}, b"\x8b\x00\x80{}\x03"),
    "200 in broken compression": Respond(200, {"Content-Encoding": "gzip"}, b"\x1f\x8b half"),
    "redirect": Redirect("/elsewhere"),
    "304": Respond(304),
}


@pytest.mark.parametrize("answer", NO_SUCCESS.values(), ids=NO_SUCCESS)
def test_answer_that_is_no_proof_is_not_taken_for_one(backend: Backend, answer: Action) -> None:
    """Only 204, or 200 with nothing in it, says that the tokens are gone; and it is not asked again."""
    with FaultServer(answer) as server, backend.client(server.url) as client:
        with pytest.raises(InvalidResponseError):
            client.revoke()
        assert server.actions_begun == 1


CUT = {
    "200 without its length": b"HTTP/1.1 200 OK\r\n\r\n",
    "200 of HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n",
    "200 and white space": b"HTTP/1.1 200 OK\r\n\r\n\r\n ",
}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("head", CUT.values(), ids=CUT)
def test_a_head_alone_proves_no_revocation(backend: Backend, head: bytes, tls: bool) -> None:
    """Its body was to end with the connection, and nothing tells that from an answer cut off."""
    with (
        FaultServer(Raw(head), tls=SERVER if tls else None) as server,
        backend.client(server.url, verify=CLIENT) as client,
        pytest.raises(RevocationUnconfirmedError) as caught,
    ):
        client.revoke()
    assert not caught.value.likely_revoked


def test_a_success_that_says_it_is_empty_is_proof(backend: Backend) -> None:
    """With its length, however it ends."""
    for answer in (
        Respond(200),
        Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Respond(204),
    ):
        with FaultServer(answer) as server, backend.client(server.url) as client:
            client.revoke()
