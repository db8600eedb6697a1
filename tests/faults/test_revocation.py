"""What proves a revocation, what leaves it open, and what surely did not revoke.

A server may have acted on a request that it read. What comes then is proof (a success), a strong sign (401 and 404:
the token in use may itself be gone) or nothing of the kind.
"""

import pytest

from devrev_auth_client import (
    APIError,
    InvalidResponseError,
    RetryPolicy,
    RevocationUnconfirmedError,
    TransportError,
    UnauthenticatedError,
)
from tests.faults.actions import Action, Close, Hang, HtmlFromProxy, Raw, Redirect, Reset, Respond, When
from tests.faults.backends import ONCE, Backend
from tests.faults.broken_responses import HalfHeaders, HalfResponse, TooLarge
from tests.faults.listeners import refusing_url, tls_pair
from tests.faults.server import End, FaultServer

SERVER, CLIENT = tls_pair()
TWICE = RetryPolicy(max_attempts=2, base_delay=0)
TYPES = {400: "bad_request", 401: "unauthenticated", 403: "forbidden", 404: "not_found"}
REFUSED = {status: Respond(status, json={"type": kind, "message": "no"}) for status, kind in TYPES.items()}

PROOF = {
    "204": Respond(204),
    "200 without a body": Respond(200),
    "200 with an empty object": Respond(200, json={}),
    "200 with white space": Respond(200, body=" \r\n"),
    "200 of no length, at the end": Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
}


@pytest.mark.parametrize("response", PROOF.values(), ids=PROOF)
def test_proof(backend: Backend, response: Action) -> None:
    """204, or 200 with nothing in it; after a lost connection too."""
    with FaultServer([Reset(), response]) as server, backend.client(server.url) as client:
        client.revoke()
        assert server.actions_begun == 2


NO_PROOF = {
    "202": Respond(202),
    "200 with a page": Respond(200, body="<html>sign in</html>"),
    "200 with null": Respond(200, body="null"),
    "200 with fields": Respond(200, json={"revoked": False}),
    "200 beyond all bounds": TooLarge(),
    "200 full of white space beyond all bounds": TooLarge(filler=b"\n", framing="chunked"),
    "200 compressed beyond all bounds": TooLarge(gzip=True),
    "200 in an unknown encoding": Respond(200, {"Content-Encoding": "br"}, b"\x8b\x00\x80{}\x03"),
    "200 in broken compression": Respond(200, {"Content-Encoding": "gzip"}, b"\x1f\x8b half"),
    "redirect": Redirect("/elsewhere"),
    "304": Respond(304),
}


@pytest.mark.parametrize("response", NO_PROOF.values(), ids=NO_PROOF)
def test_response_that_is_no_proof(backend: Backend, response: Action) -> None:
    """It is an error, and is not retried."""
    with FaultServer(response) as server, backend.client(server.url) as client:
        with pytest.raises(InvalidResponseError):
            client.revoke()
        assert server.actions_begun == 1


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
    "500": Respond(500, json={"type": "internal_error", "message": "?", "reference_id": "r"}),
    "502": HtmlFromProxy(502),
    "504": HtmlFromProxy(504),
    "408": Respond(408, close=True),
    "no response in time": Hang(),
}


@pytest.mark.parametrize("first", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_ambiguous_attempt(backend: Backend, first: Action) -> None:
    """The 401 after it is no ordinary one, and without a retry it is no ordinary failure."""
    timeout = 0.3 if isinstance(first, Hang) else 5
    with FaultServer([first, REFUSED[401]]) as server, backend.client(server.url, timeout=timeout) as client:
        with pytest.raises(RevocationUnconfirmedError) as caught:
            client.revoke()
        assert caught.value.likely_revoked
        assert len(caught.value.attempts) == server.actions_begun == 2
        server.play(first)
        with pytest.raises(RevocationUnconfirmedError) as caught:
            client.copy(retry=ONCE).revoke()
        assert not caught.value.likely_revoked


SECOND: dict[str, tuple[Action, bool]] = {
    "401 without a type": (Respond(401), True),
    "401 of a deactivated organization": (Respond(401, json={"type": "dev_org_deactivated", "message": "no"}), False),
    "404": (REFUSED[404], True),
    "404 of a wrong path": (Respond(404, json={"message": "route not found"}), False),
    "403": (REFUSED[403], False),
    "400": (REFUSED[400], False),
    "429 for too long": (Respond(429, {"Retry-After": "3600"}), False),
    "500": (Respond(500), False),
    "a reset": (Reset(), False),
    "silence": (Hang(), False),
    "a redirect": (Redirect("https://elsewhere.invalid/"), False),
    "202": (Respond(202), False),
    "200 with a page": (Respond(200, body="<html>signed out</html>"), False),
}
"""What comes after an ambiguous attempt, and whether it makes the revocation likely."""


@pytest.mark.parametrize(("second", "likely"), SECOND.values(), ids=SECOND)
def test_after_an_ambiguous_attempt(backend: Backend, second: Action, likely: bool) -> None:
    """Never another error, which would read as 'not revoked'; likely only where the token seems to be gone."""
    with (
        FaultServer([Reset(), second]) as server,
        backend.client(server.url, timeout=0.3 if isinstance(second, Hang) else 5, retry=TWICE) as client,
        pytest.raises(RevocationUnconfirmedError) as caught,
    ):
        client.revoke()
    assert caught.value.likely_revoked is likely
    assert len(caught.value.attempts) == server.actions_begun == 2


def test_every_attempt_is_in_the_error(backend: Backend) -> None:
    """In order, with what it met."""
    script = [Respond(503), Reset(), Respond(500), REFUSED[404]]
    with (
        FaultServer(script) as server,
        backend.client(server.url) as client,
        pytest.raises(RevocationUnconfirmedError) as caught,
    ):
        client.revoke()
    assert [attempt.status_code for attempt in caught.value.attempts] == [503, None, 500, 404]
    assert "lost" in (caught.value.attempts[1].failure or "")


UNPROCESSED = {
    "nothing": [],
    "503": [Respond(503)],
    "503 that names a time": [Respond(503, {"Retry-After": "0.05"})],
    "429 that names a time": [Respond(429, {"Retry-After": "0.05"})],
    "429 that names none": [Respond(429)],
    "failed handshakes": [Reset(when=When.IN_HANDSHAKE), Close(when=When.IN_HANDSHAKE)],
}


@pytest.mark.parametrize("status", [401, 404])
@pytest.mark.parametrize("before", UNPROCESSED.values(), ids=UNPROCESSED)
def test_error_after_what_was_not_processed(backend: Backend, before: list[Action], status: int) -> None:
    """Stays what it is: 401 is `UnauthenticatedError`, not a likely revocation."""
    with (
        FaultServer([*before, REFUSED[status]], tls=SERVER) as server,
        backend.client(server.url, verify=CLIENT) as client,
        pytest.raises(APIError) as caught,
    ):
        client.revoke()
    assert caught.value.status_code == status
    assert isinstance(caught.value, UnauthenticatedError) == (status == 401)
    assert len(caught.value.attempts) == len(before) + 1


def test_nobody_listens(backend: Backend) -> None:
    """Every attempt refused: surely not revoked, and the error says so."""
    with refusing_url() as url, backend.client(url) as client, pytest.raises(TransportError) as caught:
        client.revoke()
    assert len(caught.value.attempts) == 4


@pytest.mark.parametrize("ambiguous", [False, True])
def test_new_token_only_where_nothing_is_ambiguous(backend: Backend, ambiguous: bool) -> None:
    """After an ambiguous attempt the 401 may be the proof; with another token it would be about something else."""
    tokens = iter(["expired", "expired", "fresh"] if ambiguous else ["expired", "fresh"])
    script = [*([Respond(500)] if ambiguous else []), REFUSED[401], Respond(204)]
    with FaultServer(script) as server, backend.client(server.url, token=lambda: next(tokens)) as client:
        if ambiguous:
            with pytest.raises(RevocationUnconfirmedError) as caught:
                client.revoke()
            assert caught.value.likely_revoked
        else:
            client.revoke()
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer expired", "Bearer expired" if ambiguous else "Bearer fresh"]
