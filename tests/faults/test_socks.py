"""A SOCKS 5 proxy between client and server; no extra package is needed for it."""

import pytest

from devrev_auth_client import TransportError
from tests.faults.backends import SERVER, TOKEN_ID, TOKEN_RESPONSE, Backend
from tests.faults.measuring import eventually
from tests.faults.proxies import Socks
from tests.faults.server import Close, FaultServer, When


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


def test_socks_proxy_that_closes_in_its_greeting_is_retried(backend: Backend) -> None:
    """No connection came about, so a revocation did not happen."""
    with (
        FaultServer([*[Close(when=When.BEFORE_READING)] * 5, Socks()]) as proxy,
        FaultServer(TOKEN_RESPONSE, tls=SERVER) as server,
        backend.client(server.url, proxy=f"socks5://{proxy.address}") as client,
    ):
        with pytest.raises(TransportError, match="ended the connection") as caught:
            client.revoke()
        assert len(caught.value.attempts) == 4
        assert client.get().id == TOKEN_ID
        assert proxy.connections_opened == 6


REFUSALS = {
    "connection refused": (Socks(code=5), "connection refused"),
    "an unknown code": (Socks(code=99), "99"),
    "bytes behind the reply": (Socks(extra=b"HTTP/1.1 204 \r\n\r\n"), "unexpected data"),
}


@pytest.mark.parametrize(("socks", "text"), REFUSALS.values(), ids=REFUSALS)
def test_socks_proxy_that_refuses(backend: Backend, socks: Socks, text: str) -> None:
    """Nothing reaches the server, and no connection stays open."""
    with (
        FaultServer(socks) as proxy,
        FaultServer(TOKEN_RESPONSE) as server,
        backend.client(server.url, proxy=f"socks5://{proxy.address}") as client,
    ):
        with pytest.raises(TransportError, match=text) as caught:
            client.revoke()
        assert len(caught.value.attempts) == 4
        assert server.requests == []
        assert eventually(lambda: proxy.connections_open_now == 0)
