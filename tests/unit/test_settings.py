"""What a client may be made with: exact values that come out, and no value that slips through or is repeated."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devrev_auth_client import _settings, _urls
from devrev_auth_client.errors import ConfigurationError
from devrev_auth_client.retry import RetryPolicy

HUSH = "hush-hush"
API = httpx.URL("https://api.devrev.ai")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("DEVREV_BASE_URL", raising=False)


@pytest.mark.parametrize(
    ("given_url", "url"),
    [
        (None, "https://api.devrev.ai"),
        ("https://api.devrev.ai/", "https://api.devrev.ai"),
        ("HTTPS://API.DEVREV.AI", "https://api.devrev.ai"),
        ("https://api.devrev.ai:443", "https://api.devrev.ai"),
        ("https://api.devrev.ai:8443/v1//", "https://api.devrev.ai:8443/v1"),
        ("https://api.devrev.ai/a%2Fb/", "https://api.devrev.ai/a%2Fb"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example"),
        ("https://10.0.0.1", "https://10.0.0.1"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:80", "http://[::1]"),
        (httpx.URL("https://api.devrev.ai/x"), "https://api.devrev.ai/x"),
    ],
)
def test_a_base_url_comes_out_without_a_slash_at_its_end(given_url: str | httpx.URL | None, url: str) -> None:
    """Normalized as httpx does it, path included."""
    assert str(_urls.checked_base_url(given_url)) == url


@pytest.mark.parametrize(
    "given_url",
    [
        "",
        "/",
        "api.devrev.ai",
        "//api.devrev.ai",
        "https://",
        "https:///path",
        "ftp://api.devrev.ai",
        "ws://localhost",
        "http://api.devrev.ai",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://169.254.169.254",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://2130706433",
        "https://user@api.devrev.ai",
        "https://user:hush-hush@api.devrev.ai",
        "http://localhost@api.devrev.ai",
        "https://api.devrev.ai?a=hush-hush",
        "https://api.devrev.ai?",
        "https://api.devrev.ai#",
        "https://api.devrev.ai\n",
        "https://api.devrev.ai/\x00",
        "https://hush hush",
        "https://api.devrev.ai:0",
        "https://api.devrev.ai:65536",
        "https://api.devrev.ai:hush",
        "https://[::1",
        "https://xn--hush-",
        "https://xn--a",
        "https://\ud800.example",
        b"https://api.devrev.ai",
        5,
        True,
    ],
)
def test_a_base_url_that_could_leak_the_token_or_lead_nowhere_is_refused(given_url: Any) -> None:
    """Its text says what it must be and repeats nothing of it."""
    with pytest.raises(ConfigurationError, match="must be an https URL, or http to a loopback host") as caught:
        _urls.checked_base_url(given_url)
    assert "hush" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def outcome(check: Callable[[Any], Any], value: object) -> Any:
    """Return what came of it: a value, or our error."""
    try:
        return check(value)
    except ConfigurationError as error:
        return error


FRAGMENTS = [
    "https://",
    "http://",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "a.example",
    ":",
    "@",
    "/",
    "?",
    "#",
    "%",
    "\\",
    ".",
]
URLS = st.one_of(
    st.text(max_size=30),
    st.lists(st.one_of(st.sampled_from([*FRAGMENTS, HUSH, "xn--", "443", " "]), st.text(max_size=2)), max_size=8).map(
        "".join
    ),
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(URLS)
def test_no_base_url_raises_anything_else_or_sends_the_token_elsewhere(given_url: str) -> None:
    """Over https, or to this machine; and the operations' paths stay on the same host."""
    url = outcome(_urls.checked_base_url, given_url)
    if isinstance(url, ConfigurationError):
        assert HUSH not in str(url)
        return
    assert url.scheme == "https" or url.host == "localhost" or ipaddress.ip_address(url.host).is_loopback
    called = httpx.URL(f"{str(url).rstrip('/')}/auth-tokens.get")
    assert (called.scheme, called.host, called.port, called.userinfo) == (url.scheme, url.host, url.port, b"")
    assert called.path.endswith("/auth-tokens.get")


@pytest.mark.parametrize("check", [_settings.checked_timeout, _settings.checked_total_timeout])
@pytest.mark.parametrize("seconds", [1, 0.001, 1e308, 5e-324])
def test_seconds_come_out_as_a_float(check: Callable[[object], Any], seconds: float) -> None:
    """Any positive number of them."""
    assert check(seconds) == float(seconds)
    assert type(check(seconds)) is float


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.just(10**400),
    st.lists(st.text(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)


@pytest.mark.parametrize(
    "check",
    [
        _settings.checked_timeout,
        _settings.checked_total_timeout,
        _settings.checked_retry,
        _settings.checked_max_connections,
        _urls.checked_base_url,
        lambda value: _urls.chosen_proxy(value, API),
        lambda value: _settings.merged_headers({}, None, value),
        lambda value: _settings.merged_headers({}, value, None),
        lambda value: _settings.merged_headers({}, None, {"X-A": value}),
        lambda value: _settings.checked_transport(value, httpx.BaseTransport),
    ],
)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(ANYTHING)
def test_no_value_at_all_raises_anything_but_our_error(check: Callable[[Any], object], value: Any) -> None:
    """Refused or taken; and what is refused has neither cause nor context that would show it."""
    error = outcome(check, value)
    if isinstance(error, ConfigurationError):
        assert (error.__cause__, error.__context__) == (None, None)


def test_headers_replace_those_of_the_same_name_whatever_their_case() -> None:
    """Each name is sent once; `api_version` is one of them."""
    present = {"User-Agent": "ours", "X-Devrev-Version": "1"}
    merged = _settings.merged_headers(present, "2", {"USER-AGENT": "theirs", "x-a": "", "X-devrev-version": "3"})
    assert merged == {"USER-AGENT": "theirs", "x-a": "", "X-Devrev-Version": "2"}
    assert present == {"User-Agent": "ours", "X-Devrev-Version": "1"}


def test_the_options_show_no_header() -> None:
    """An extra header may hold another service's secret, and tracebacks show local variables."""
    options = _settings.checked_options(1, 2, RetryPolicy(), None, {"X-Api-Key": HUSH})
    assert options.headers["X-Api-Key"] == HUSH
    assert HUSH not in repr(options)


@pytest.mark.parametrize(
    ("environment", "base_url", "proxy"),
    [
        ({}, API, None),
        ({"https_proxy": "http://proxy:3128"}, API, "http://proxy:3128"),
        ({"HTTPS_PROXY": "proxy:3128"}, API, "http://proxy:3128"),
        ({"all_proxy": "https://proxy"}, API, "https://proxy"),
        ({"http_proxy": "http://proxy:3128"}, API, None),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "devrev.ai"}, API, None),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "*"}, API, None),
        ({"https_proxy": "http://proxy:3128"}, httpx.URL("http://localhost"), None),
    ],
)
def test_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], base_url: httpx.URL, proxy: str | None
) -> None:
    """As httpx reads it; plain http to this machine never leaves it."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    chosen = _urls.chosen_proxy(None, base_url)
    assert (chosen and str(chosen.url)) == proxy


def test_a_path_an_object_or_a_flag_tells_how_certificates_are_checked(tmp_path: Path) -> None:
    """A path comes out as a string."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    assert [_settings.checked_verify(value) for value in (True, False, context, tmp_path, str(tmp_path))] == [
        True,
        False,
        context,
        str(tmp_path),
        str(tmp_path),
    ]
