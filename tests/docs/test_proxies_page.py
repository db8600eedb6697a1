"""docs/how-to/proxies.md: its programs, each through a proxy to a DevRev whose certificate a private CA signed."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
import uvicorn

from devrev_auth_client import DevRevAuthClient, TransportError
from devrev_auth_client.testing import FakeDevRev
from tests.docs.markdown import Block, Document
from tests.faults.proxies import Tunnel
from tests.faults.server import FaultServer, Respond

PAGE = Document("docs/how-to/proxies.md")
ENVIRONMENT, *ARGUMENTS = PAGE.blocks("python")


@pytest.fixture
def address(fake: FakeDevRev, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the fake over TLS too, put that into the environment and the CA into `corporate-ca.pem`."""
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(tmp_path / "corporate-ca.pem"))
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    server = uvicorn.Server(
        uvicorn.Config(fake.asgi_app(), lifespan="off", log_config=None, ssl_certfile=tmp_path / "server.pem")
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("DEVREV_BASE_URL", f"https://{address}")
        yield address
        server.should_exit = True
        thread.join()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    """Run a proxy, and forget those of whoever runs the tests."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    with FaultServer(Tunnel()) as proxy:
        yield proxy


def test_the_environment_is_enough(
    fake: FakeDevRev, address: str, proxy: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    with pytest.raises(TransportError, match="TLS was refused"), DevRevAuthClient() as client:
        client.get_auth_token("id")
    assert fake.requests == []
    monkeypatch.setenv("SSL_CERT_FILE", "corporate-ca.pem")
    PAGE.run(ENVIRONMENT)
    assert [request.path for request in proxy.requests] == [address] * 2
    assert [request.status for request in fake.requests] == [200]


@pytest.mark.parametrize("block", ARGUMENTS, ids=lambda block: f"line-{block.line}")
def test_arguments_say_it_too(
    fake: FakeDevRev, address: str, proxy: FaultServer, monkeypatch: pytest.MonkeyPatch, block: Block
) -> None:
    monkeypatch.setenv("CORPORATE_PROXY", proxy.url)
    PAGE.run(block)
    assert [request.path for request in proxy.requests] == [address]
    assert [request.status for request in fake.requests] == [200]


@pytest.mark.usefixtures("address")
def test_the_answer_of_a_proxy_is_in_the_text(proxy: FaultServer) -> None:
    proxy.play(Respond(407))
    with pytest.raises(TransportError, match=r"could not connect.*407"), DevRevAuthClient(proxy=proxy.url) as client:
        client.with_options(total_timeout=0.2).get_auth_token("id")
