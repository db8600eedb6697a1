"""TLS: who is trusted, what is final and what is retried, and what lies between its layers."""

import datetime
import ssl
import time
from pathlib import Path

import httpx
import pytest
import trustme

from devrev_auth_client import DevRevAuthError, RevocationUnconfirmedError, TransportError
from tests.faults.backends import CLIENT, ONCE, REVOKED, SERVER, TOKEN_ID, TOKEN_RESPONSE, Backend
from tests.faults.connection import Connection
from tests.faults.measuring import eventually, seconds_of
from tests.faults.proxies import Forward, Tunnel, drip
from tests.faults.server import Action, Close, End, FaultServer, Raw, Reset, Respond, When, half_response, tls_pair


def test_verify_may_be_a_file_of_certificates(backend: Backend, tmp_path: Path) -> None:
    """Or False, for those who know what they do."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with FaultServer(TOKEN_RESPONSE, tls=context) as server:
        for verify in (tmp_path / "ca.pem", str(tmp_path / "ca.pem"), False):
            with backend.client(server.url, verify=verify) as client:
                assert client.get().id == TOKEN_ID


def wanting_a_certificate() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server that refuses clients without one; under TLS 1.3 it says so after the handshake."""
    server, client = tls_pair()
    server.verify_mode = ssl.CERT_REQUIRED
    return server, client


REFUSED = {
    "another authority": (tls_pair()[0], CLIENT),
    "another host": tls_pair("elsewhere.invalid"),
    "another address": tls_pair("127.0.0.2"),
    "expired": tls_pair(not_after=datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)),
    "a context that is no client's": (SERVER, SERVER),
    "no certificate of the client": wanting_a_certificate(),
}


@pytest.mark.parametrize(("context", "trusting"), REFUSED.values(), ids=REFUSED)
def test_refused_certificate_is_final(backend: Backend, context: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    """Trying again would change nothing; and nothing was sent, so a revocation did not happen."""
    with FaultServer(TOKEN_RESPONSE, tls=context) as server, backend.client(server.url, verify=trusting) as client:
        for call in (client.get, client.revoke):
            with pytest.raises(
                (TransportError, RevocationUnconfirmedError), match=r"TLS was refused|may or may not"
            ) as caught:
                call()
            assert len(caught.value.attempts) == 1
        assert server.requests == []
        assert eventually(lambda: server.connections_open_now == 0)


@pytest.mark.parametrize("when", [When.ON_CONNECT, When.IN_HANDSHAKE], ids=lambda when: when.name)
@pytest.mark.parametrize("kind", [Reset, Close])
def test_broken_handshake_is_retried(backend: Backend, kind: type[Reset | Close], when: When) -> None:
    """A lost connection is no refusal; it is noticed at once, and nothing was sent."""
    with backend.served([*[kind(when=when)] * 5, TOKEN_RESPONSE], tls=True) as (server, client):
        with pytest.raises(TransportError, match="could not connect") as caught:
            client.revoke()
        assert len(caught.value.attempts) == 4
        assert client.get().id == TOKEN_ID
        assert (len(server.requests), server.peak_connections) == (1, 1)


NO_TLS = {
    "garbage": Raw(b"garbage where TLS should be\r\n", when=When.IN_HANDSHAKE),
    "plain http": Respond(400, when=When.IN_HANDSHAKE),
    "an alert": Raw(b"\x15\x03\x03\x00\x02\x02\x28", when=When.IN_HANDSHAKE),
}


@pytest.mark.parametrize("action", NO_TLS.values(), ids=NO_TLS)
def test_server_without_tls_is_final(backend: Backend, action: Action) -> None:
    with backend.served(action, tls=True) as (server, client):
        with pytest.raises(TransportError, match="TLS") as caught:
            client.revoke()
        assert len(caught.value.attempts) == 1
        assert eventually(lambda: server.connections_open_now == 0)


def test_tls_server_where_none_is_expected(backend: Backend) -> None:
    """It takes the request for a broken ClientHello."""
    with FaultServer(TOKEN_RESPONSE, tls=SERVER) as server:
        with backend.client(f"http://{server.address}") as client, pytest.raises(TransportError):
            client.get()
        assert eventually(lambda: server.connections_open_now == 0)


def test_plain_text_before_the_handshake_proves_nothing(backend: Backend) -> None:
    """Were it read after the handshake, it would pass for the server's own word."""
    with (
        FaultServer(Respond(403), tls=SERVER) as server,
        FaultServer(Forward(server.port, greeting=Respond(204).encode())) as wire,
        backend.client(f"https://{wire.address}") as client,
    ):
        with pytest.raises(DevRevAuthError) as caught:
            client.revoke(total_timeout=2)
        assert not getattr(caught.value, "likely_revoked", False)


@pytest.mark.parametrize("end", [End.CLOSE, End.CUT, End.RESET], ids=lambda end: end.name)
def test_response_cut_off_within_tls_is_not_taken_for_whole(backend: Backend, end: End) -> None:
    """With a close_notify, without one, or with a reset."""
    with backend.served(half_response(200, b"{}", end), tls=True) as (server, client):
        with pytest.raises(RevocationUnconfirmedError):
            client.revoke()
        server.play(REVOKED)
        client.revoke()


@pytest.mark.parametrize("revokes", [False, True], ids=["get", "revoke"])
def test_record_that_arrives_broken_is_a_lost_connection(backend: Backend, revokes: bool) -> None:
    """Retried, unlike a refused handshake; and the server may have revoked already."""
    broken: list[bytes] = []

    def break_first(data: bytes) -> list[bytes]:
        if server.requests and not broken:
            broken.append(data)
            data = data[:-1] + bytes([data[-1] ^ 1])
        return [data]

    with (
        FaultServer([TOKEN_RESPONSE, Respond(401) if revokes else TOKEN_RESPONSE], tls=SERVER) as server,
        FaultServer(Forward(server.port, break_first)) as wire,
        backend.client(f"https://{wire.address}") as client,
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
        def perform(self, client: Connection) -> End:
            assert isinstance(client.socket, ssl.SSLSocket)
            chosen.append(client.socket.selected_alpn_protocol())
            return super().perform(client)

    with (
        FaultServer(Noted(204), tls=server_context) as server,
        backend.client(server.url, verify=client_context) as client,
    ):
        client.revoke()
    assert chosen == ["http/1.1"]


@pytest.mark.parametrize("directly", [True, False], ids=["directly", "TLS in TLS"])
def test_record_that_nobody_asked_for_is_not_the_next_response(backend: Backend, directly: bool) -> None:
    """It has left the socket, and lies in a buffer of one of the layers."""
    two_records = Raw([TOKEN_RESPONSE.encode(), Respond(204).encode()], End.KEEP)
    with FaultServer([two_records, Respond(403)], tls=SERVER) as server:
        between = Forward(server.port, gathers=0.02) if directly else Tunnel(gathers=0.02)
        with FaultServer(between, tls=None if directly else SERVER) as wire:
            url, options = f"https://{wire.address}", {}
            if not directly:
                url, options = server.url, {"proxy": httpx.Proxy(wire.url, ssl_context=CLIENT)}
            with backend.client(url, retry=ONCE, **options) as client:
                client.get()
                time.sleep(0.1)
                with pytest.raises(DevRevAuthError):
                    client.revoke()


def test_proxy_over_tls_that_drips_is_cut(backend: Backend) -> None:
    """Each byte comes soon enough for either layer; all of them do not."""
    with (
        FaultServer(TOKEN_RESPONSE, tls=SERVER) as server,
        FaultServer(Tunnel(), tls=SERVER) as proxy,
        FaultServer(Forward(proxy.port, lambda data: drip(data) if server.requests else [data])) as wire,
    ):
        through = httpx.Proxy(f"https://{wire.address}", ssl_context=CLIENT)
        with backend.client(server.url, proxy=through, total_timeout=1) as client:
            assert 1 <= seconds_of(lambda: client.begin_get().exception(5)) < 2
        assert len(server.requests) == 1
