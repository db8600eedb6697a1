"""The logs of every library below, at their most talkative: no token, not even one that a server echoes."""

import base64
import logging

import pytest

from devrev_auth_client import DevRevAuthError
from tests.faults.backends import ONCE, SERVER, TOKEN, Backend
from tests.faults.proxies import Socks, Tunnel
from tests.faults.server import Action, FaultServer, Raw, Respond

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
    with backend.served(echo, tls=True, retry=ONCE) as (_, client):
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
    encoded = base64.b64encode(f"user:{PASSWORD}".encode()).decode()
    response = Respond(401, {"X-Seen": f"{TOKEN} {PASSWORD} {encoded}"}, close=True)
    scripts: dict[str, list[Action]] = {
        "CONNECT": [Tunnel(), Respond(502)],
        "forwarded": [response],
        "SOCKS": [Socks(f"user:{PASSWORD}"), Socks(f"user:{PASSWORD}", code=1)],
    }
    with (
        FaultServer(response, tls=None if kind == "forwarded" else SERVER) as server,
        FaultServer(scripts[kind]) as proxy,
    ):
        url = f"{'socks5' if kind == 'SOCKS' else 'http'}://user:{PASSWORD}@{proxy.address}"
        with backend.client(server.url, proxy=url, retry=ONCE) as client:
            for _ in range(2):
                with pytest.raises(DevRevAuthError):
                    client.get()
            assert proxy.connections_opened == 2
    shown = [f"{record.name} {record.getMessage()} {record.args}" for record in caplog.records]
    assert [line for line in shown if TOKEN in line or PASSWORD in line or encoded in line] == []
    assert [line for line in shown if line.startswith(("httpcore", "h11"))] == []
