"""The logs of every library below, at their most talkative: no token, not even one that a server echoes."""

import logging

import pytest

from devrev_auth_client import DevRevAuthError
from tests.faults.backends import ONCE, TOKEN, Backend
from tests.faults.server import FaultServer, Raw, Respond, tls_pair

ECHOES = {
    "in a header": Respond(401, {"X-Seen": f"Bearer {TOKEN}"}),
    "in a reason phrase": Raw(f"HTTP/1.1 401 Bearer {TOKEN}\r\nContent-Length: 0\r\n\r\n".encode()),
    "in what is no HTTP": Raw(f"Bearer {TOKEN}\r\n\r\n".encode()),
    "in a header that is none": Raw(f"HTTP/1.1 401 x\r\nBearer {TOKEN}\r\n\r\n".encode()),
    "in a body": Respond(401, json={"message": f"not {TOKEN}"}),
}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_no_library_logs_what_a_server_echoes(
    backend: Backend, echo: Respond | Raw, tls: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """httpcore would log the headers of each answer."""
    caplog.set_level(logging.DEBUG)
    server_context, client_context = tls_pair() if tls else (None, True)
    with (
        FaultServer(echo, tls=server_context) as server,
        backend.client(server.url, verify=client_context, retry=ONCE) as client,
    ):
        with pytest.raises(DevRevAuthError) as caught:
            client.get()
        assert TOKEN not in f"{caught.value!r} {caught.value}"
        assert any(record.name.startswith("devrev_auth_client") for record in caplog.records)
    assert [record for record in caplog.records if TOKEN in record.getMessage()] == []
