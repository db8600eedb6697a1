"""TLS: who is trusted, what is final and what is tried again, and that a failed handshake leaves nothing open."""

import datetime
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from devrev_auth_client import RevocationUnconfirmedError, TransportError
from tests.faults.backends import REVOKED, TOKEN_ANSWER, TOKEN_ID, Backend, eventually
from tests.faults.forwarder import forwarder
from tests.faults.server import Action, Close, End, FaultServer, HalfAnswer, Raw, Reset, Respond, When, tls_pair

SERVER, CLIENT = tls_pair()
YESTERDAY = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)


def test_trusted_server_is_answered_on_one_connection(backend: Backend) -> None:
    """And the request arrives as it would without TLS."""
    with FaultServer(TOKEN_ANSWER, tls=SERVER) as server, backend.client(server.url, verify=CLIENT) as client:
        for _ in range(5):
            assert client.get().id == TOKEN_ID
        assert server.connections_opened == 1
    assert server.requests[0].path == "/auth-tokens.get"
    assert server.requests[0].json() == {"token_id": TOKEN_ID}


def test_verify_may_be_a_file_of_certificates(backend: Backend, tmp_path: Path) -> None:
    """Or False, for those who know what they do."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with FaultServer(TOKEN_ANSWER, tls=context) as server:
        for verify in (tmp_path / "ca.pem", str(tmp_path / "ca.pem"), False):
            with backend.client(server.url, verify=verify) as client:
                assert client.get().id == TOKEN_ID


REFUSED = {
    "another authority": (tls_pair()[0], CLIENT),
    "another host": tls_pair("elsewhere.invalid"),
    "another address": tls_pair("127.0.0.2"),
}


@pytest.mark.parametrize(("context", "trusting"), REFUSED.values(), ids=REFUSED)
def test_refused_certificate_is_final(backend: Backend, context: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """Trying again would change nothing; and nothing was sent, so a revocation did not happen."""
    with FaultServer(TOKEN_ANSWER, tls=context) as server, backend.client(server.url, verify=trusting) as client:
        for call in (client.get, client.revoke):
            with pytest.raises(TransportError, match="TLS was refused") as caught:
                call()
            assert len(caught.value.attempts) == 1
        assert server.connections_opened == 2
        assert server.requests == []
        assert eventually(lambda: server.connections_open_now == 0)


def test_context_that_cannot_be_a_client_is_final(backend: Backend) -> None:
    """No session can be made with it, now or later."""
    with FaultServer(TOKEN_ANSWER, tls=SERVER) as server, backend.client(server.url, verify=SERVER) as client:
        with pytest.raises(TransportError, match="TLS was refused") as caught:
            client.get()
        assert len(caught.value.attempts) == 1


def test_expired_certificate_is_final(backend: Backend) -> None:
    """With the server's own authority trusted."""
    server_context, client_context = tls_pair(not_after=YESTERDAY)
    with (
        FaultServer(TOKEN_ANSWER, tls=server_context) as server,
        backend.client(server.url, verify=client_context) as client,
    ):
        with pytest.raises(TransportError, match="expired") as caught:
            client.get()
        assert len(caught.value.attempts) == 1


def test_server_that_wants_a_certificate_of_the_client(backend: Backend) -> None:
    """Final as well, though TLS 1.3 says so only after the handshake; the request was not processed."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with FaultServer(TOKEN_ANSWER, tls=context) as server, backend.client(server.url, verify=trusting) as client:
        with pytest.raises(TransportError):
            client.get()
        assert server.requests == []


@pytest.mark.parametrize(
    "action",
    [
        Reset(when=When.IN_HANDSHAKE),
        Close(when=When.IN_HANDSHAKE),
        Reset(when=When.ON_CONNECT),
        Close(when=When.ON_CONNECT),
    ],
    ids=["reset", "close", "reset on connect", "close on connect"],
)
def test_broken_handshake_is_tried_again(backend: Backend, action: Action) -> None:
    """A lost connection is no refusal; and nothing was sent, so the 401 behind it is one."""
    script = [action, TOKEN_ANSWER]
    with FaultServer(script, tls=SERVER) as server, backend.client(server.url, verify=CLIENT) as client:
        assert client.get().id == TOKEN_ID
        assert len(server.requests) == 1
        assert server.peak_connections == 1


NO_TLS = {
    "garbage": Raw(b"garbage where TLS should be\r\n", when=When.IN_HANDSHAKE),
    "plain http": Respond(400, when=When.IN_HANDSHAKE),
    "an alert": Raw(b"\x15\x03\x03\x00\x02\x02\x28", when=When.IN_HANDSHAKE),
}


@pytest.mark.parametrize("action", NO_TLS.values(), ids=NO_TLS)
def test_answer_that_is_no_tls_is_final(backend: Backend, action: Action) -> None:
    """Whatever listens there does not speak it."""
    with FaultServer(action, tls=SERVER) as server, backend.client(server.url, verify=CLIENT) as client:
        with pytest.raises(TransportError) as caught:
            client.revoke()
        assert len(caught.value.attempts) == 1
        assert eventually(lambda: server.connections_open_now == 0)


def test_plain_server_where_tls_is_expected(backend: Backend) -> None:
    """It takes the ClientHello for a bad request."""
    with (
        FaultServer(TOKEN_ANSWER) as server,
        backend.client(server.url.replace("http:", "https:"), verify=CLIENT) as client,
    ):
        with pytest.raises(TransportError, match="TLS") as caught:
            client.get()
        assert len(caught.value.attempts) == 1


def test_tls_server_where_none_is_expected(backend: Backend) -> None:
    """It takes the request for a broken ClientHello."""
    with FaultServer(TOKEN_ANSWER, tls=SERVER) as server:
        with backend.client(server.url.replace("https:", "http:")) as client, pytest.raises(TransportError):
            client.get()
        assert eventually(lambda: server.connections_open_now == 0)


@pytest.mark.parametrize("end", [End.CLOSE, End.CUT, End.RESET], ids=lambda end: end.name)
def test_answer_cut_off_within_tls_is_not_taken_for_whole(backend: Backend, end: End) -> None:
    """With a close_notify, without one, or with a reset."""
    broken = HalfAnswer(200, b"{}", end)
    with FaultServer(broken, tls=SERVER) as server, backend.client(server.url, verify=CLIENT) as client:
        with pytest.raises(RevocationUnconfirmedError):
            client.revoke()
        server.play(REVOKED)
        client.revoke()


@pytest.mark.parametrize("revokes", [False, True], ids=["get", "revoke"])
def test_record_that_arrives_broken_is_a_lost_connection(backend: Backend, revokes: bool) -> None:
    """Retried, unlike a refused handshake; and the server may have revoked already."""
    broken: list[bytes] = []

    def break_first(data: bytes) -> Iterator[bytes]:
        if server.requests and not broken:
            broken.append(data)
            data = data[:-1] + bytes([data[-1] ^ 1])
        yield data

    with (
        FaultServer([TOKEN_ANSWER, Respond(401) if revokes else TOKEN_ANSWER], tls=SERVER) as server,
        forwarder(server.port, break_first) as address,
        backend.client(f"https://{address}", verify=CLIENT) as client,
    ):
        if revokes:
            with pytest.raises(RevocationUnconfirmedError) as caught:
                client.revoke()
            assert "lost" in (caught.value.attempts[0].failure or "")
        else:
            assert client.get().id == TOKEN_ID
        assert len(server.requests) == 2


def test_http_1_1_is_offered_by_alpn(backend: Backend) -> None:
    """And nothing else: a server that prefers HTTP/2 chooses it."""
    server_context, client_context = tls_pair()
    server_context.set_alpn_protocols(["h2", "http/1.1"])
    chosen: list[str | None] = []

    class Noted(Respond):
        async def perform(self, wire: Any) -> End:
            chosen.append(wire._tls.selected_alpn_protocol())
            return await super().perform(wire)

    with (
        FaultServer(Noted(204), tls=server_context) as server,
        backend.client(server.url, verify=client_context) as client,
    ):
        client.revoke()
    assert chosen == ["http/1.1"]
