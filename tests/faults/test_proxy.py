"""An HTTP or SOCKS 5 proxy between client and server, used and failing; no extra package is needed for either."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from devrev_auth_client import ConfigurationError, RevocationUnconfirmedError, TransportError
from tests.faults.backends import CLIENT, ONCE, REVOKED, SERVER, TOKEN, TOKEN_ID, TOKEN_RESPONSE, Backend
from tests.faults.measuring import eventually, fails_after
from tests.faults.proxies import Socks, Tunnel
from tests.faults.server import Action, Close, End, FaultServer, Hang, Raw, Reset, Respond, When, refusing_url, tls_pair

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
        pytest.raises(ConfigurationError, match=r"SSL_CERT_FILE: cannot load its certificates \(FileNotFoundError\)"),
    ):
        client.get()


FAILURES: dict[str, tuple[str, Action, str]] = {
    "refuses a password": ("http", Respond(407), "407"),
    "refuses": ("http", Respond(503), "503"),
    "resets": ("http", Reset(), "the proxy ended the connection"),
    "sends bytes before the server does": ("http", Raw(CONNECTED + b"HTTP/1.1 204 \r\n\r\n"), "unexpected data"),
    "is none": ("http", Raw(b"not HTTP\r\n\r\n"), "illegal status line"),
    "closes in the greeting of SOCKS": ("socks5", Close(when=When.BEFORE_READING), "ended the connection"),
    "refuses by a code of SOCKS": ("socks5", Socks(code=5), "connection refused"),
    "refuses by an unknown code": ("socks5", Socks(code=99), "99"),
    "sends bytes behind the reply of SOCKS": ("socks5", Socks(extra=b"HTTP/1.1 204 \r\n\r\n"), "unexpected data"),
}


@pytest.mark.parametrize(("scheme", "action", "text"), FAILURES.values(), ids=FAILURES)
def test_proxy_that_fails(backend: Backend, server: FaultServer, scheme: str, action: Action, text: str) -> None:
    """It is retried, whatever the status, which is none of the API's; a revocation surely did not happen."""
    with FaultServer(action) as proxy, backend.client(server.url, proxy=f"{scheme}://{proxy.address}") as client:
        with pytest.raises(TransportError, match=text) as caught:
            client.revoke()
        assert len(caught.value.attempts) == proxy.actions_begun == 4
        assert eventually(lambda: proxy.connections_open_now == 0)
    assert server.requests == []


def test_proxy_that_is_not_there(backend: Backend, server: FaultServer) -> None:
    with refusing_url() as nowhere, backend.client(server.url, proxy=nowhere) as client:
        with pytest.raises(TransportError) as caught:
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


@pytest.mark.parametrize("bound", [1, 3, 4], ids=["IPv4", "name", "IPv6"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_socks_proxy_that_replies_in_single_bytes(backend: Backend, tls: bool, bound: int) -> None:
    """Whatever address it names as its own. One connection for all calls."""
    socks = Socks(bound=bound)
    with (
        FaultServer(socks) as proxy,
        FaultServer(TOKEN_RESPONSE, tls=SERVER if tls else None) as server,
        backend.client(server.url, proxy=f"socks5://{proxy.address}") as client,
    ):
        assert [client.get().id for _ in range(3)] == [TOKEN_ID] * 3
        assert socks.asked == [server.address]


HOSTS = {
    "a name that the client's machine may not know": ("localhost", "localhost:9"),
    "an IPv6 address, as the sixteen bytes that it is": ("[2001:db8::1]", "2001:db8::1:9"),
}


@pytest.mark.parametrize(("host", "asked"), HOSTS.values(), ids=HOSTS)
def test_socks_proxy_looks_up_the_host(backend: Backend, host: str, asked: str) -> None:
    socks = Socks(code=5)
    with FaultServer(socks) as proxy, backend.client(f"https://{host}:9", proxy=f"socks5h://{proxy.address}") as client:
        with pytest.raises(TransportError):
            client.get()
        assert socks.asked[0] == asked


def test_socks_proxy_with_user_name_and_password(backend: Backend) -> None:
    """A wrong password is named as the reason."""
    with FaultServer(Socks("user:secret")) as proxy, FaultServer(TOKEN_RESPONSE, tls=SERVER) as server:
        with backend.client(server.url, proxy=f"socks5://user:secret@{proxy.address}") as client:
            assert client.get().id == TOKEN_ID
        for user, text in {"user:other@": "user name or password", "": "another way to authenticate"}.items():
            with backend.client(server.url, proxy=f"socks5://{user}{proxy.address}") as client:
                with pytest.raises(TransportError, match=text) as caught:
                    client.get()
                assert "other@" not in repr(caught.value)
