"""`proxy` and `verify`: what would give the token away, or leave a check out, is refused before anything is sent."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from devrev_auth_client import ConfigurationError, TotalTimeoutError
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import get

pytestmark = sync_only


class PinningSockets(ssl.SSLContext):
    """Would refuse every server, if it were asked."""

    def wrap_socket(self, *_: Any, **__: Any) -> ssl.SSLSocket:
        raise ssl.SSLCertVerificationError("not the pinned key")


class PinningBoth(PinningSockets):
    """The same for sessions over buffers."""

    def wrap_bio(self, *_: Any, **__: Any) -> ssl.SSLObject:
        raise ssl.SSLCertVerificationError("not the pinned key")


class OwnSocket(ssl.SSLSocket):
    """May check what it likes."""


class OwnObject(ssl.SSLObject):
    """The same for sessions over buffers."""


def context(kind: type[ssl.SSLContext] = ssl.SSLContext, **classes: Any) -> ssl.SSLContext:
    made = kind(ssl.PROTOCOL_TLS_CLIENT)
    for name, value in classes.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (context(PinningSockets), False),
        (context(sslsocket_class=OwnSocket), False),
        (context(PinningBoth), True),
        (context(sslsocket_class=OwnSocket, sslobject_class=OwnObject), True),
        (context(), True),
    ],
    ids=["wrap_socket", "sslsocket_class", "wrap_bio too", "sslobject_class too", "nothing"],
)
def test_a_context_whose_own_checks_would_be_left_out_is_refused(
    make_client: MakeClient, given: ssl.SSLContext, taken: bool
) -> None:
    """Or the token would go to a server whose key nobody looked at."""
    options: list[tuple[str, dict[str, Any]]] = [
        ("verify", {"verify": given}),
        ("the proxy's ssl_context", {"proxy": httpx.Proxy("https://proxy.invalid", ssl_context=given)}),
    ]
    for name, option in options:
        if taken:
            make_client(transport=None, **option)
        else:
            with pytest.raises(ConfigurationError, match=f"^{name}: this SSLContext overrides wrap_socket"):
                make_client(transport=None, **option)


async def test_certificates_come_from_a_folder_or_a_file(make_client: MakeClient, tmp_path: Path) -> None:
    """A file without any is told at the first connection, before anything is sent."""
    file = tmp_path / "ca.pem"
    file.write_text("no certificate", encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = {"transport": None, "base_url": f"https://127.0.0.1:{silent.getsockname()[1]}"}
        with pytest.raises(TotalTimeoutError):
            await get(make_client(verify=tmp_path, total_timeout=0.05, **options))
        with pytest.raises(ConfigurationError, match="certificates cannot be loaded"):
            await get(make_client(verify=file, **options))


def test_a_proxy_with_a_useless_tls_context_is_refused(make_client: MakeClient) -> None:
    """It would fail at every call."""
    with pytest.raises(ConfigurationError, match="ssl_context, which only an https proxy uses"):
        make_client(transport=None, proxy=httpx.Proxy("http://127.0.0.1:1", ssl_context=context()))


def test_plain_http_does_not_go_through_a_proxy_elsewhere(make_client: MakeClient) -> None:
    """It would carry the token in clear text off the machine."""
    with pytest.raises(ConfigurationError, match="read the token"):
        make_client(transport=None, base_url="http://127.0.0.1:9", proxy="http://192.0.2.1:3128")
    make_client(transport=None, base_url="http://127.0.0.1:9", proxy="http://127.0.0.1:3128")
