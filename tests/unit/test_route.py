"""The way to the server: TLS contexts whose own checks would be left out, and addresses with their zones."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import httpx
import pytest

from devrev_auth_client import ConfigurationError, DevRevAuthClient
from devrev_auth_client._route import addresses_of


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


def with_own(*, sockets: bool, objects: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sockets:
        context.sslsocket_class = OwnSocket
    if objects:
        context.sslobject_class = OwnObject
    return context


UNASKED = {
    "wrap_socket": PinningSockets(ssl.PROTOCOL_TLS_CLIENT),
    "sslsocket_class": with_own(sockets=True, objects=False),
}
ASKED = {
    "wrap_bio": PinningBoth(ssl.PROTOCOL_TLS_CLIENT),
    "sslobject_class": with_own(sockets=True, objects=True),
    "nothing": with_own(sockets=False, objects=False),
}


@pytest.mark.parametrize("context", UNASKED.values(), ids=UNASKED)
def test_checks_that_would_be_left_out_are_refused(context: ssl.SSLContext) -> None:
    """Or the token would go to a server whose key nobody looked at."""
    with pytest.raises(ConfigurationError, match=r"^verify: this SSLContext overrides wrap_socket"):
        DevRevAuthClient("a-token", verify=context)
    proxy = httpx.Proxy("https://proxy.invalid", ssl_context=context)
    with pytest.raises(ConfigurationError, match=r"^the proxy's ssl_context: this SSLContext overrides wrap_socket"):
        DevRevAuthClient("a-token", proxy=proxy)


@pytest.mark.parametrize("context", ASKED.values(), ids=ASKED)
def test_other_contexts_are_taken(context: ssl.SSLContext) -> None:
    """What they check is asked for."""
    proxy = httpx.Proxy("https://proxy.invalid", ssl_context=context)
    DevRevAuthClient("a-token", verify=context, proxy=proxy).close()


def test_an_address_keeps_its_zone() -> None:
    """A link-local address is nowhere without it."""
    loopback = socket.if_indextoname(1)
    found: list[tuple[Any, ...]] = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 443, 0, 1)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443)),
    ]
    assert addresses_of(found) == [f"fe80::1%{loopback}", "127.0.0.1"]
