"""A SOCKS 5 proxy between client and server; no extra package is needed for it."""

import pytest

from devrev_auth_client import TransportError
from tests.faults.backends import TOKEN_ID, TOKEN_RESPONSE, Backend, eventually
from tests.faults.server import FaultServer, tls_pair
from tests.faults.socks_proxy import SocksProxy

SERVER, CLIENT = tls_pair()


@pytest.mark.parametrize("bound", [1, 3, 4], ids=["IPv4", "name", "IPv6"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_socks_proxy_that_replies_in_single_bytes(backend: Backend, tls: bool, bound: int) -> None:
    """Whatever address it names as its own. One connection for all calls."""
    with (
        SocksProxy(bound=bound) as proxy,
        FaultServer(TOKEN_RESPONSE, tls=SERVER if tls else None) as server,
        backend.client(server.url, verify=CLIENT, proxy=f"socks5://{proxy.address}") as client,
    ):
        assert [client.get().id for _ in range(3)] == [TOKEN_ID] * 3
        assert proxy.targets == [f"127.0.0.1:{server.port}"]


def test_socks_proxy_looks_up_the_name(backend: Backend) -> None:
    """It may know hosts that the client's machine does not."""
    with (
        SocksProxy() as proxy,
        FaultServer(TOKEN_RESPONSE) as server,
        backend.client(f"http://localhost:{server.port}", proxy=f"socks5h://{proxy.address}") as client,
    ):
        client.get()
        assert proxy.targets == [f"localhost:{server.port}"]


def test_socks_proxy_takes_an_ipv6_address(backend: Backend) -> None:
    """As the sixteen bytes that it is."""
    with (
        SocksProxy(code=5) as proxy,
        backend.client("https://[2001:db8::1]:9", proxy=f"socks5://{proxy.address}") as client,
    ):
        with pytest.raises(TransportError):
            client.get()
        assert proxy.targets[0] == "2001:db8::1:9"


def test_socks_proxy_with_user_name_and_password(backend: Backend) -> None:
    """A wrong password is named as the reason."""
    with (
        SocksProxy(credentials="user:secret") as proxy,
        FaultServer(TOKEN_RESPONSE, tls=SERVER) as server,
    ):
        with backend.client(server.url, verify=CLIENT, proxy=f"socks5://user:secret@{proxy.address}") as client:
            assert client.get().id == TOKEN_ID
        with backend.client(server.url, verify=CLIENT, proxy=f"socks5://user:other@{proxy.address}") as client:
            with pytest.raises(TransportError, match="user name or password") as caught:
                client.get()
            assert "other" not in repr(caught.value)
        with (
            backend.client(server.url, verify=CLIENT, proxy=f"socks5://{proxy.address}") as client,
            pytest.raises(TransportError, match="another way to authenticate"),
        ):
            client.get()


def test_socks_proxy_that_closes_in_its_greeting_is_retried(backend: Backend) -> None:
    """No connection came about, so a revocation did not happen."""
    with (
        SocksProxy(refusals=5) as proxy,
        FaultServer(TOKEN_RESPONSE, tls=SERVER) as server,
        backend.client(server.url, verify=CLIENT, proxy=f"socks5://{proxy.address}") as client,
    ):
        with pytest.raises(TransportError, match="ended the connection") as caught:
            client.revoke()
        assert len(caught.value.attempts) == 4
        assert client.get().id == TOKEN_ID
        assert proxy.opened == 6


REFUSALS = {
    "connection refused": ({"code": 5}, "connection refused"),
    "an unknown code": ({"code": 99}, "99"),
    "bytes behind the reply": ({"extra": b"HTTP/1.1 204 \r\n\r\n"}, "unexpected data"),
}


@pytest.mark.parametrize(("options", "text"), REFUSALS.values(), ids=REFUSALS)
def test_socks_proxy_that_refuses(backend: Backend, options: dict[str, int], text: str) -> None:
    """Nothing reaches the server, and no connection stays open."""
    with (
        SocksProxy(**options) as proxy,  # type: ignore[arg-type]
        FaultServer(TOKEN_RESPONSE) as server,
        backend.client(server.url, proxy=f"socks5://{proxy.address}") as client,
    ):
        with pytest.raises(TransportError, match=text) as caught:
            client.revoke()
        assert len(caught.value.attempts) == 4
        assert server.requests == []
        assert eventually(lambda: proxy.open_now == 0)
