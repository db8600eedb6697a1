"""Where requests go: https, or http to a loopback host, and nothing else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from devrev_auth_client import ConfigurationError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import get
from tests.behaviour.transports import Recorder


@pytest.mark.parametrize(
    ("base_url", "url", "host"),
    [
        (None, "https://api.devrev.ai/auth-tokens.get", "api.devrev.ai"),
        ("https://api.devrev.ai", "https://api.devrev.ai/auth-tokens.get", "api.devrev.ai"),
        ("https://api.devrev.ai/", "https://api.devrev.ai/auth-tokens.get", "api.devrev.ai"),
        ("HTTPS://API.DevRev.AI:443", "https://api.devrev.ai/auth-tokens.get", "api.devrev.ai"),
        (
            "https://proxy.example:8443/devrev",
            "https://proxy.example:8443/devrev/auth-tokens.get",
            "proxy.example:8443",
        ),
        ("https://proxy.example/a/b/", "https://proxy.example/a/b/auth-tokens.get", "proxy.example"),
        (httpx.URL("https://x.example"), "https://x.example/auth-tokens.get", "x.example"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example/auth-tokens.get", "xn--bcher-kva.example"),
        ("http://localhost:8080", "http://localhost:8080/auth-tokens.get", "localhost:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/auth-tokens.get", "127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9/auth-tokens.get", "127.9.9.9"),
        ("http://[::1]:8080", "http://[::1]:8080/auth-tokens.get", "[::1]:8080"),
    ],
)
async def test_requests_go_below_the_base_url(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, base_url: Any, url: str, host: str
) -> None:
    """The operation's path is put after that of the URL; `Host` names the server."""
    fake.respond_next(json={"token": {"id": "x"}})
    await get(make_client(transport=recorder, base_url=base_url))
    (request,) = recorder.requests
    assert str(request.url) == url
    assert request.headers["Host"] == host


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.devrev.ai",
        "http://hush.example",
        "http://localhost.hush.example",
        "http://127.0.0.1.hush.example",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::]",
        "http://2130706433",
        "http://127.0.0.1@hush.example",
        "ftp://hush.example",
        "file:///hush",
        "ws://localhost",
        "hush.example",
        "//hush.example",
        "https:hush.example",
        "https://",
        "https:///hush",
        "https://user:hush@hush.example",
        "https://hush@hush.example",
        "https://hush.example?hush=1",
        "https://hush.example/#hush",
        "https://hush.example:hush",
        "https://hush.example:99999999",
        "https://[::1",
        "https://hush\x00.example",
        "https://hush example",
        "https://\u00ad.hush",
        "https://" + "hush" * 20_000,
        "",
        " ",
        5,
        b"https://hush.example",
        True,
        ["https://hush.example"],
    ],
    ids=short,
)
def test_any_other_base_url_is_refused_and_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, base_url: Any
) -> None:
    """A token in clear text on a network is a token given away; a URL may hold a password."""
    with pytest.raises(ConfigurationError, match=r"^base_url must be an https URL, or http to a loopback") as caught:
        make_client(base_url=base_url)
    assert "hush" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert fake.requests == []


async def test_the_repr_shows_the_base_url_alone(make_client: MakeClient) -> None:
    """It is what tells clients apart; the token stays hidden."""
    client = make_client(base_url="https://x.example/a")
    plain = getattr(client, "plain", client)
    assert repr(plain) == f"<{type(plain).__name__} https://x.example/a>"
