"""An HTTP proxy between client and server: found, used, and failing in its own ways."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from devrev_auth_client import ConfigurationError, RevocationUnconfirmedError, TotalTimeoutError, TransportError
from tests.faults.backends import (
    ONCE,
    REVOKED,
    TOKEN,
    TOKEN_ID,
    TOKEN_RESPONSE,
    Backend,
    assert_within,
    eventually,
    seconds_of,
)
from tests.faults.connect_proxy import ConnectProxy, Mood
from tests.faults.server import CloseAfterResponse, FaultServer, Raw, Reset, Respond, refusing_url, tls_pair

SERVER, CLIENT = tls_pair()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(TOKEN_RESPONSE, tls=SERVER) as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[ConnectProxy]:
    with ConnectProxy() as proxy:
        yield proxy


def test_proxy_argument(
    backend: Backend, server: FaultServer, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One tunnel for many calls, whatever the environment says; the proxy sees where it leads and no token."""
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere.invalid:1")
    monkeypatch.setenv("NO_PROXY", "*")
    with backend.client(server.url, verify=CLIENT, proxy=f"http://user:secret@{proxy.address}") as client:
        assert [client.get().id for _ in range(5)] == [TOKEN_ID] * 5
        assert proxy.targets == [f"127.0.0.1:{server.port}"]
    expected = base64.b64encode(b"user:secret").decode()
    assert [line for line in proxy.heads[0].split("\r\n") if "uthorization" in line] == [
        f"Proxy-Authorization: Basic {expected}"
    ]
    assert TOKEN not in proxy.heads[0]
    assert "proxy-authorization" not in server.requests[0].headers
    assert eventually(lambda: proxy.open_now == 0)


def test_proxy_over_tls(backend: Backend, server: FaultServer) -> None:
    """TLS within TLS."""
    proxy_context, client_context = tls_pair()
    with ConnectProxy(tls=proxy_context) as proxy:
        through = httpx.Proxy(proxy.url, ssl_context=client_context)
        with backend.client(server.url, verify=CLIENT, proxy=through) as client:
            for _ in range(3):
                assert client.get().id == TOKEN_ID
        assert len(proxy.heads) == 1


def test_proxy_over_tls_without_certificates_to_check_it_by(
    backend: Backend, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment names a file that is not there."""
    monkeypatch.setenv("SSL_CERT_FILE", "no-such-file.pem")
    with (
        ConnectProxy(tls=tls_pair()[0]) as proxy,
        backend.client(server.url, verify=CLIENT, proxy=proxy.url) as client,
        pytest.raises(ConfigurationError, match=r"SSL_CERT_FILE: cannot load its certificates \(FileNotFoundError\)"),
    ):
        client.get()


@pytest.mark.parametrize("status", [407, 503])
def test_proxy_that_refuses(backend: Backend, server: FaultServer, status: int) -> None:
    """No response of the API's, whatever its status; a revocation surely did not happen."""
    with ConnectProxy(status) as proxy, backend.client(server.url, verify=CLIENT, proxy=proxy.url) as client:
        with pytest.raises(TransportError, match=str(status)):
            client.get()
        with pytest.raises(TransportError):
            client.revoke()
        assert eventually(lambda: proxy.open_now == 0)
    assert server.connections_opened == 0


def test_proxy_that_resets_or_is_not_there(backend: Backend, server: FaultServer) -> None:
    """Both are retried; nothing was sent."""
    with ConnectProxy(mood="reset") as proxy, refusing_url() as nowhere:
        for url in (proxy.url, nowhere):
            with backend.client(server.url, verify=CLIENT, proxy=url) as client:
                with pytest.raises(TransportError) as caught:
                    client.revoke()
                assert len(caught.value.attempts) == 4
        assert len(proxy.heads) == 4


@pytest.mark.parametrize("extra", [b"HTTP/1.1 204 \r\n\r\n", b"not HTTP"])
def test_proxy_that_says_too_much(backend: Backend, server: FaultServer, extra: bytes) -> None:
    """Bytes that nobody asked for come before the connection, or in place of a response."""
    first = b"" if extra == b"not HTTP" else b"HTTP/1.1 200 OK\r\n\r\n"
    with (
        FaultServer(Raw(first + extra + b"\r\n\r\n")) as proxy,
        backend.client(server.url, verify=CLIENT, proxy=proxy.url) as client,
    ):
        with pytest.raises(TransportError) as caught:
            client.revoke()
        assert len(caught.value.attempts) == 4
    assert server.connections_opened == 0


@pytest.mark.parametrize("mood", ["hang", "hang in the tunnel"])
def test_proxy_that_hangs(backend: Backend, server: FaultServer, mood: Mood) -> None:
    """`total_timeout` holds, and no connection stays open."""
    options = {"verify": CLIENT, "total_timeout": 0.2}
    with ConnectProxy(mood=mood) as proxy, backend.client(server.url, proxy=proxy.url, **options) as client:

        def fail() -> None:
            with pytest.raises(TotalTimeoutError):
                client.get()

        assert_within(lambda: seconds_of(fail), 0.2, 0.3)
        assert eventually(lambda: proxy.open_now == 0)


def test_connections_through_a_proxy_are_closed_as_without_one(backend: Backend, proxy: ConnectProxy) -> None:
    """One that the server closed costs nothing; and there are never more than allowed."""
    with (
        FaultServer(CloseAfterResponse(TOKEN_RESPONSE), tls=SERVER) as server,
        backend.client(server.url, verify=CLIENT, proxy=proxy.url, retry=ONCE, max_connections=5) as client,
    ):
        for number in range(1, 4):
            client.get()
            assert eventually(lambda: proxy.open_now == 0)
            assert len(server.requests) == number
        server.play([Respond(404, delay=0.02), Reset(), Respond(404, close=True)] * 10)
        client.outcomes([client.begin_get() for _ in range(40)])
        assert server.peak_connections <= 5
    assert eventually(lambda: proxy.open_now == 0)


def test_revocation_through_a_proxy(backend: Backend, proxy: ConnectProxy) -> None:
    """What is lost behind it is ambiguous as ever."""
    script = [REVOKED, Reset(), Respond(401)]
    with (
        FaultServer(script, tls=SERVER) as server,
        backend.client(server.url, verify=CLIENT, proxy=proxy.url) as client,
    ):
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
        assert request.headers["proxy-authorization"] == "Basic " + base64.b64encode(b"user:secret").decode()
        assert proxy.connections_opened == 1
