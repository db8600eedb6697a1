"""The logs of every library below, at their most talkative: no token, not even one that a server echoes."""

import base64
import logging

import pytest

from devrev_auth_client import DevRevAuthError
from tests.faults.backends import ONCE, TOKEN, Backend
from tests.faults.connect_proxy import ConnectProxy
from tests.faults.server import FaultServer, Raw, Respond, tls_pair
from tests.faults.socks_proxy import SocksProxy

ECHOES = {
    "in a header": Respond(401, {"X-Seen": f"Bearer {TOKEN}"}),
    "in a reason phrase": Raw(f"HTTP/1.1 401 Bearer {TOKEN}\r\nContent-Length: 0\r\n\r\n".encode()),
    "in what is no HTTP": Raw(f"Bearer {TOKEN}\r\n\r\n".encode()),
    "in a header that is none": Raw(f"HTTP/1.1 401 x\r\nBearer {TOKEN}\r\n\r\n".encode()),
    "in a body": Respond(401, json={"message": f"not {TOKEN}"}),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_no_library_logs_what_a_server_echoes(
    backend: Backend, echo: Respond | Raw, caplog: pytest.LogCaptureFixture
) -> None:
    """httpcore would log the headers of each response."""
    caplog.set_level(logging.DEBUG)
    server_context, client_context = tls_pair()
    with (
        FaultServer(echo, tls=server_context) as server,
        backend.client(server.url, verify=client_context, retry=ONCE) as client,
    ):
        with pytest.raises(DevRevAuthError) as caught:
            client.get()
        assert TOKEN not in f"{caught.value!r} {caught.value}"
        assert any(record.name.startswith("devrev_auth_client") for record in caplog.records)
    assert [record for record in caplog.records if TOKEN in record.getMessage()] == []


PASSWORD = "a-password-for-the-proxy"


@pytest.mark.parametrize("kind", ["CONNECT", "forwarded", "SOCKS"])
def test_no_library_logs_headers_or_the_password_of_a_proxy(
    backend: Backend, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither where it connects nor where it refuses: httpcore would log every header, its own included."""
    caplog.set_level(logging.DEBUG)
    server_context, client_context = tls_pair()
    encoded = base64.b64encode(f"user:{PASSWORD}".encode()).decode()
    response = Respond(401, {"X-Seen": f"{TOKEN} {PASSWORD} {encoded}"})
    with (
        FaultServer(response, tls=None if kind == "forwarded" else server_context) as server,
        ConnectProxy() as connecting,
        SocksProxy(credentials=f"user:{PASSWORD}") as socks,
    ):
        proxy = {
            "CONNECT": f"http://user:{PASSWORD}@{connecting.address}",
            "forwarded": f"http://user:{PASSWORD}@127.0.0.1:{server.port}",
            "SOCKS": f"socks5://user:{PASSWORD}@{socks.address}",
        }[kind]
        with backend.client(server.url, verify=client_context, proxy=proxy, retry=ONCE) as client:
            with pytest.raises(DevRevAuthError):
                client.get()
            connecting.status, socks.code = 502, 1
            with pytest.raises(DevRevAuthError):
                client.copy(headers={"X-Other": "1"}).revoke()
        assert len(server.requests) >= 1
    shown = [f"{record.name} {record.getMessage()} {record.args}" for record in caplog.records]
    assert [line for line in shown if TOKEN in line or PASSWORD in line or encoded in line] == []
    assert [line for line in shown if line.startswith(("httpcore", "h11"))] == []
