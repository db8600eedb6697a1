"""Revocations that may or may not have happened: a faulty server first, and then every way in which the call goes on.

The server has read the request before each first fault, so that it may have acted. What then comes is proof (a
success), a strong sign (401 and 404: the token in use may itself be gone) or nothing of the kind.
"""

from typing import Any

import pytest

from devrev_auth_client import (
    APIError,
    NotFoundError,
    RetryPolicy,
    RevocationUnconfirmedError,
    TooManyRequestsError,
    TransportError,
    UnauthenticatedError,
)
from tests.faults.backends import ONCE, Backend
from tests.faults.server import (
    Action,
    Close,
    End,
    FaultServer,
    HalfAnswer,
    HalfHeaders,
    Hang,
    HtmlFromProxy,
    Raw,
    Redirect,
    Reset,
    Respond,
    When,
    refusing_url,
    tls_pair,
)

TWICE = RetryPolicy(max_attempts=2, base_delay=0)
ATTEMPT = 0.15
"""Seconds of one attempt where the server hangs."""

TYPES = {400: "bad_request", 401: "unauthenticated", 403: "forbidden", 404: "not_found"}
REFUSED = {status: Respond(status, json={"type": kind, "message": "no"}) for status, kind in TYPES.items()}
TOO_LONG = Respond(429, {"Retry-After": "3600"})

AMBIGUOUS = {
    "reset": Reset(),
    "reset after the headers": Reset(when=When.AFTER_HEADERS),
    "close": Close(),
    "half the headers": HalfHeaders(),
    "half an answer": HalfAnswer(200, b'{"half": 1}'),
    "half an answer in chunks": HalfAnswer(200, b"{}", framing="chunked"),
    "half an answer, then a reset": HalfAnswer(200, b"{}", End.RESET),
    "half of a 401": HalfAnswer(401, b'{"type": "unauthenticated"}'),
    "no HTTP": Raw(b"\x00\x01\x02 what?\r\n\r\n"),
    "500": Respond(500, json={"type": "internal_error", "message": "?", "reference_id": "r"}),
    "502": HtmlFromProxy(502),
    "504": HtmlFromProxy(504),
    "408": Respond(408, close=True),
    "no answer in time": Hang(),
}
"""What leaves open whether the server acted."""

NO_PROOF: dict[str, tuple[Action, bool]] = {
    "401": (REFUSED[401], True),
    "401 without a type": (Respond(401), True),
    "401 of a deactivated organization": (Respond(401, json={"type": "dev_org_deactivated", "message": "no"}), False),
    "404": (REFUSED[404], True),
    "404 of a wrong path": (Respond(404, json={"message": "route not found"}), False),
    "403": (REFUSED[403], False),
    "400": (REFUSED[400], False),
    "429 for too long": (TOO_LONG, False),
    "500 for ever": (Respond(500), False),
    "a reset for ever": (Reset(), False),
    "no answer ever": (Hang(), False),
    "a redirect": (Redirect("https://elsewhere.invalid/"), False),
    "202": (Respond(202), False),
    "200 with a page": (Respond(200, body="<html>signed out</html>"), False),
}
"""What comes then, and whether it makes the revocation likely."""


def timeout_for(*actions: Action) -> float:
    """Short where it is met, and long where a busy machine must not meet it."""
    return ATTEMPT if hangs(*actions) else 5


def hangs(*actions: Action) -> bool:
    """Whether one of them does. How many attempts fit in is then the machine's affair."""
    return any(isinstance(action, Hang) for action in actions)


@pytest.mark.parametrize("then", [Respond(204), Respond(200)], ids=["204", "200"])
@pytest.mark.parametrize("first", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_success_after_an_ambiguous_attempt_is_proof(backend: Backend, first: Action, then: Action) -> None:
    """The call returns, and it asked exactly twice."""
    with FaultServer([first, then]) as server, backend.client(server.url, timeout=timeout_for(first)) as client:
        client.revoke()
        assert server.actions_begun == 2 or hangs(first)


@pytest.mark.parametrize(("then", "likely"), NO_PROOF.values(), ids=NO_PROOF)
@pytest.mark.parametrize("first", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_anything_else_after_an_ambiguous_attempt_leaves_it_unconfirmed(
    backend: Backend, first: Action, then: Action, likely: bool
) -> None:
    """Never another error, which would read as 'not revoked', and likely only where the token seems to be gone."""
    with (
        FaultServer([first, then]) as server,
        backend.client(server.url, timeout=timeout_for(first, then), retry=TWICE) as client,
        pytest.raises(RevocationUnconfirmedError) as caught,
    ):
        client.revoke()
    assert caught.value.likely_revoked is likely
    assert len(caught.value.attempts) == server.actions_begun == 2 or hangs(first, then)


@pytest.mark.parametrize("first", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_the_only_attempt_was_ambiguous(backend: Backend, first: Action) -> None:
    """Also with repetitions turned off it is not an ordinary failure."""
    with (
        FaultServer(first) as server,
        backend.client(server.url, timeout=timeout_for(first), retry=ONCE) as client,
        pytest.raises(RevocationUnconfirmedError) as caught,
    ):
        client.revoke()
    assert not caught.value.likely_revoked
    assert server.actions_begun == 1


UNTOUCHED = {
    "nothing": [],
    "503": [Respond(503)],
    "503 that names a time": [Respond(503, {"Retry-After": "0.05"})],
    "429 that names a time": [Respond(429, {"Retry-After": "0.05"})],
    "429 that names none": [Respond(429)],
}
"""What proves that the server did not act."""


@pytest.mark.parametrize("status", [401, 404, 403])
@pytest.mark.parametrize("before", UNTOUCHED.values(), ids=UNTOUCHED)
def test_refusal_without_ambiguity_before_it_stays_what_it_is(
    backend: Backend, before: list[Action], status: int
) -> None:
    """401 is `UnauthenticatedError`, not a likely revocation."""
    with (
        FaultServer([*before, REFUSED[status]]) as server,
        backend.client(server.url) as client,
        pytest.raises(APIError) as caught,
    ):
        client.revoke()
    assert caught.value.status_code == status
    assert isinstance(caught.value, UnauthenticatedError) == (status == 401)
    assert isinstance(caught.value, NotFoundError) == (status == 404)


def test_failed_handshake_is_not_ambiguous(backend: Backend) -> None:
    """Nothing was sent, so the 401 that follows is one."""
    server_context, client_context = tls_pair()
    script = [Reset(when=When.IN_HANDSHAKE), Close(when=When.IN_HANDSHAKE), REFUSED[401]]
    with (
        FaultServer(script, tls=server_context) as server,
        backend.client(server.url, verify=client_context) as client,
        pytest.raises(UnauthenticatedError) as caught,
    ):
        client.revoke()
    assert len(caught.value.attempts) == 3


def test_nobody_listens(backend: Backend) -> None:
    """Every attempt refused: surely not revoked, and said so."""
    with refusing_url() as url, backend.client(url) as client, pytest.raises(TransportError) as caught:
        client.revoke()
    assert len(caught.value.attempts) == 4


@pytest.mark.parametrize("first", [Reset(), Respond(500)])
def test_no_new_token_is_asked_for_once_it_is_ambiguous(backend: Backend, first: Action) -> None:
    """The 401 may be the proof; with a fresh token the answer would be about something else."""
    tokens = iter(range(100))
    with (
        FaultServer([first, REFUSED[401], Respond(204)]) as server,
        backend.client(server.url, token=lambda: f"token-{next(tokens)}") as client,
        pytest.raises(RevocationUnconfirmedError) as caught,
    ):
        client.revoke()
    assert caught.value.likely_revoked
    assert len(server.requests) == 2


def test_a_new_token_is_asked_for_where_nothing_is_ambiguous(backend: Backend) -> None:
    """A token that had expired meanwhile does not stop a revocation."""
    tokens = iter(["expired", "fresh"])
    with (
        FaultServer([REFUSED[401], Respond(204)]) as server,
        backend.client(server.url, token=lambda: next(tokens)) as client,
    ):
        client.revoke()
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer expired", "Bearer fresh"]


def test_429_too_long_before_anything_was_ambiguous(backend: Backend) -> None:
    """The server did not act, and that is what the caller learns."""
    with (
        FaultServer(TOO_LONG) as server,
        backend.client(server.url) as client,
        pytest.raises(TooManyRequestsError) as caught,
    ):
        client.revoke()
    assert caught.value.retry_after == 3600


def test_every_attempt_is_in_the_error(backend: Backend) -> None:
    """In order, with what it met."""
    script = [Respond(503), Reset(), Respond(500), REFUSED[404]]
    with (
        FaultServer(script) as server,
        backend.client(server.url) as client,
        pytest.raises(RevocationUnconfirmedError) as caught,
    ):
        client.revoke()
    met: list[Any] = [attempt.status_code for attempt in caught.value.attempts]
    assert met == [503, None, 500, 404]
    assert "lost" in (caught.value.attempts[1].failure or "")
