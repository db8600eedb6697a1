"""An HTTP proxy between client and server: found, used, and failing in its own ways."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from devrev_auth_client import ConfigurationError, RevocationUnconfirmedError, TransportError
from tests.faults.backends import CLIENT, ONCE, REVOKED, SERVER, TOKEN, TOKEN_ID, TOKEN_RESPONSE, Backend
from tests.faults.measuring import eventually, fails_after
from tests.faults.proxies import Tunnel
from tests.faults.server import Action, End, FaultServer, Hang, Raw, Reset, Respond, refusing_url, tls_pair

BASIC = "Basic " + base64.b64encode(b"user:secret").decode()
CONNECTED = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(TOKEN_RESPONSE, tls=SERVER) as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[FaultServer]:
    with FaultServer(Tunnel()) as proxy:
        yield proxy


def test_proxy_argument(
    backend: Backend, server: FaultServer, proxy: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One tunnel for many calls, whatever the environment says; the proxy sees where it leads and no token."""
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere.invalid:1")
    monkeypatch.setenv("NO_PROXY", "*")
    with backend.client(server.url, proxy=f"http://user:secret@{proxy.address}") as client:
        assert [client.get().id for _ in range(5)] == [TOKEN_ID] * 5
    (asked,) = proxy.requests
    assert (asked.method, asked.path) == ("CONNECT", server.address)
    assert asked.headers["proxy-authorization"] == BASIC
    assert "authorization" not in asked.headers
    assert TOKEN not in f"{asked}"
    assert "proxy-authorization" not in server.requests[0].headers
    assert eventually(lambda: proxy.connections_open_now == 0)


def test_proxy_over_tls(backend: Backend, server: FaultServer) -> None:
    """TLS within TLS."""
    proxy_context, client_context = tls_pair()
    with FaultServer(Tunnel(), tls=proxy_context) as proxy:
        through = httpx.Proxy(proxy.url, ssl_context=client_context)
        with backend.client(server.url, proxy=through) as client:
            assert [client.get().id for _ in range(3)] == [TOKEN_ID] * 3
        assert len(proxy.requests) == 1


def test_proxy_over_tls_without_certificates_to_check_it_by(
    backend: Backend, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment names a file that is not there."""
    monkeypatch.setenv("SSL_CERT_FILE", "no-such-file.pem")
    with (
        FaultServer(Tunnel(), tls=SERVER) as proxy,
        backend.client(server.url, proxy=proxy.url) as client,
        pytest.raises(ConfigurationError, match=r"the proxy: cannot load its certificates \(FileNotFoundError\)"),
    ):
        client.get()


FAILURES = {
    "refuses a password": (Respond(407), "407"),
    "refuses": (Respond(503), "503"),
    "resets": (Reset(), "the proxy ended the connection"),
    "sends bytes before the server does": (Raw(CONNECTED + b"HTTP/1.1 204 \r\n\r\n"), "unexpected data"),
    "is none": (Raw(b"not HTTP\r\n\r\n"), "illegal status line"),
}


@pytest.mark.parametrize(("action", "text"), FAILURES.values(), ids=FAILURES)
def test_proxy_that_fails(backend: Backend, server: FaultServer, action: Action, text: str) -> None:
    """It is retried, whatever the status, which is none of the API's; a revocation surely did not happen."""
    with FaultServer(action) as proxy, backend.client(server.url, proxy=proxy.url) as client:
        with pytest.raises(TransportError, match=text) as caught:
            client.revoke()
        assert len(caught.value.attempts) == len(proxy.requests) == 4
        assert eventually(lambda: proxy.connections_open_now == 0)
    assert server.connections_opened == 0


def test_proxy_that_is_not_there(backend: Backend, server: FaultServer) -> None:
    with (
        refusing_url() as nowhere,
        backend.client(server.url, proxy=nowhere) as client,
        pytest.raises(TransportError) as caught,
    ):
        client.revoke()
    assert len(caught.value.attempts) == 4


@pytest.mark.parametrize("action", [Hang(), Raw(CONNECTED, End.HANG)], ids=["at once", "in the tunnel"])
def test_proxy_that_hangs(backend: Backend, server: FaultServer, action: Action) -> None:
    """`total_timeout` holds, and no connection stays open."""
    with FaultServer(action) as proxy, backend.client(server.url, proxy=proxy.url, total_timeout=0.2) as client:
        fails_after(0.2, client.get)
        assert eventually(lambda: proxy.connections_open_now == 0)


def test_connections_through_a_proxy_are_closed_as_without_one(
    backend: Backend, server: FaultServer, proxy: FaultServer
) -> None:
    """One that the server closed costs nothing; and there are never more than allowed."""
    server.play(Raw(TOKEN_RESPONSE.encode()))
    with backend.client(server.url, proxy=proxy.url, retry=ONCE, max_connections=5) as client:
        for number in range(1, 4):
            client.get()
            assert eventually(lambda: proxy.connections_open_now == 0)
            assert len(server.requests) == number
        server.play([Respond(404, delay=0.02), Reset(), Respond(404, close=True)] * 10)
        client.outcomes([client.begin_get() for _ in range(40)])
        assert server.peak_connections <= 5
    assert eventually(lambda: proxy.connections_open_now == 0)


def test_revocation_through_a_proxy(backend: Backend, server: FaultServer, proxy: FaultServer) -> None:
    """What is lost behind it is ambiguous as ever."""
    server.play([REVOKED, Reset(), Respond(401)])
    with backend.client(server.url, proxy=proxy.url) as client:
        client.revoke()
        with pytest.raises(RevocationUnconfirmedError) as caught:
            client.revoke()
        assert caught.value.likely_revoked


@pytest.mark.parametrize("tls", [False, True], ids=["http proxy", "https proxy"])
def test_plain_http_is_forwarded_with_an_absolute_target(backend: Backend, tls: bool) -> None:
    """A proxy on loopback gets the request itself, and its credentials with it (RFC 9112 section 3.2.2)."""
    with FaultServer(TOKEN_RESPONSE, tls=SERVER if tls else None) as proxy:
        url = proxy.url.replace("://", "://user:secret@")
        through = httpx.Proxy(url, ssl_context=CLIENT if tls else None)
        with backend.client("http://127.0.0.1:9/base", proxy=through) as client:
            assert [client.get().id for _ in range(2)] == [TOKEN_ID] * 2
        request = proxy.requests[1]
        assert (request.method, request.path) == ("POST", "http://127.0.0.1:9/base/auth-tokens.get")
        assert request.headers["host"] == "127.0.0.1:9"
        assert request.headers["proxy-authorization"] == BASIC
        assert proxy.connections_opened == 1
