"""Corners that the larger suites pass by: odd proxies and certificates, endpoints made by hand, closed transports."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from devrev_auth_client import ConfigurationError, DevRevAuthClient, RetryPolicy, TransportError
from devrev_auth_client._async_connections import AsyncTransport
from devrev_auth_client._credentials import Secret
from devrev_auth_client._lane_book import ClosedClientError
from devrev_auth_client._operations import operation
from devrev_auth_client._outcomes import Answer, Received
from devrev_auth_client._route import Route
from devrev_auth_client._sync_connections import SyncTransport
from devrev_auth_client.testing import FakeDevRev

LOOPBACK = "http://127.0.0.1:9"


def test_a_socks_proxy_without_its_package_is_refused() -> None:
    """With the name of what to install."""
    with pytest.raises(ConfigurationError, match=r"httpx\[socks\]"):
        DevRevAuthClient("bearer-of-the-tests", proxy="socks5://127.0.0.1:1080")


def test_a_socks_proxy_is_not_given_what_only_http_proxies_take() -> None:
    """httpcore's SOCKS pool knows neither headers nor a TLS context for the way to the proxy."""
    route = Route(httpx.URL("https://h"), verify=False, proxy=httpx.Proxy("socks5://127.0.0.1:1080"))
    assert route.proxy is not None
    assert "proxy_headers" not in route.through(route.proxy)


def test_a_proxy_with_a_useless_tls_context_is_refused() -> None:
    """It would fail at every call."""
    context = httpx.create_ssl_context(verify=False)
    with pytest.raises(ConfigurationError, match="ssl_context"):
        DevRevAuthClient("bearer-of-the-tests", proxy=httpx.Proxy("http://127.0.0.1:1", ssl_context=context))


def test_plain_http_does_not_go_through_a_proxy_elsewhere() -> None:
    """It would carry the token in clear text off the machine."""
    with pytest.raises(ConfigurationError, match="read the token"):
        DevRevAuthClient("bearer-of-the-tests", base_url=LOOPBACK, proxy="http://192.0.2.1:3128")


def test_a_folder_of_certificates_is_taken(tmp_path: Path) -> None:
    """As httpx once did."""
    assert Route(httpx.URL("https://h"), verify=str(tmp_path), proxy=None).ssl_context() is not None


def test_a_file_without_certificates_is_said_to_be_one(tmp_path: Path) -> None:
    """At the first connection, before anything is sent."""
    file = tmp_path / "ca.pem"
    file.write_text("no certificate", encoding="ascii")
    client = DevRevAuthClient("bearer-of-the-tests", verify=file, base_url="https://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="certificates cannot be loaded"):
        client.get_auth_token("x")


def endpoint(get_kwargs: Any) -> Any:
    return SimpleNamespace(__name__="by_hand", _get_kwargs=get_kwargs, _parse_response=lambda **_: None)


@pytest.mark.parametrize("url", ["//elsewhere/x", "@elsewhere/x", "https://elsewhere/x", "/a/../b", "/a/./b"])
def test_a_target_that_leads_elsewhere_is_refused(url: str) -> None:
    """To another host or another operation."""
    made = endpoint(lambda: {"method": "get", "url": url})
    if url == "//elsewhere/x":
        assert operation(made, {}).target == url  # a path below the base URL, whatever it looks like
        return
    with pytest.raises(ConfigurationError, match="by_hand cannot make a request"):
        operation(made, {})


def test_an_endpoint_whose_arguments_cannot_be_told() -> None:
    """Not every callable has a signature."""
    with pytest.raises(ConfigurationError, match="it takes other ones"):
        operation(endpoint(type("Odd", (), {"__signature__": 5, "__call__": lambda self: 1 / 0})()), {})


def test_an_answers_text_is_its_body_with_what_is_not_utf_8_replaced() -> None:
    """For generated parsers of plain text."""
    answer = Answer(Received(200, httpx.Headers(), b"a\xff", None), Secret("bearer-of-the-tests"), 0.0)
    assert answer.text == "a\ufffd"


def test_a_closed_clients_transport_is_not_used_again() -> None:
    """Also by a call that was waiting when it was closed."""
    transport = FakeDevRev().transport()

    async def close() -> None:
        connections = AsyncTransport(transport)
        assert await connections.acquire(1) is transport
        await connections.aclose()
        with pytest.raises(ClosedClientError):
            await connections.acquire(1)

    asyncio.run(close())
    connections = SyncTransport(transport)
    connections.close()
    with pytest.raises(ClosedClientError):
        connections.acquire(1)


def test_a_name_that_does_not_resolve_is_a_failure_to_connect() -> None:
    """Repeated like any other."""
    with (
        DevRevAuthClient(
            "bearer-of-the-tests", base_url="https://name.invalid", retry=RetryPolicy(max_attempts=1)
        ) as client,
        pytest.raises(TransportError, match="could not connect"),
    ):
        client.get_auth_token("x")


def test_no_thread_is_left_to_ask_for_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """As while the interpreter shuts down."""

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    client = DevRevAuthClient(lambda: "bearer-of-the-tests", transport=FakeDevRev().transport())
    with pytest.raises(ConfigurationError, match="RuntimeError"):
        client.get_auth_token("x")
