"""What a client is made with: all of it is checked before any I/O, and no error repeats a value."""

import inspect
import ipaddress
import socket
import ssl
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devrev_auth_client import ConfigurationError, DevRevAuthClient, RetryPolicy, TokenType, TotalTimeoutError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import Backend, sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.hiding import assert_hides
from tests.behaviour.ids import short
from tests.behaviour.operations import get
from tests.behaviour.transports import Recorder

HUSH = "hush-hush"
"""Stands in each wrong value that is a string: no error may repeat it."""


OWN_CLASSES = ("sslsocket_class", "sslobject_class")


def pinning(*names: str) -> ssl.SSLContext:
    """Give a context with methods or classes of its own in place of these, which may check what they like."""
    methods = dict.fromkeys(set(names) - set(OWN_CLASSES))
    context: ssl.SSLContext = type("Pinning", (ssl.SSLContext,), methods)(ssl.PROTOCOL_TLS_CLIENT)
    for name in set(names) & set(OWN_CLASSES):
        setattr(context, name, type("Own", (getattr(context, name),), {}))
    return context


WRONG_SECONDS: list[Any] = [0, -1, 0.0, float("nan"), float("inf"), HUSH, "30", True, b"1", 10**400, [1]]
A_TIMEOUT = r"timeout must be a positive number of seconds, an httpx\.Timeout, or None"
OF_A_PHASE = r"timeout: the connect of an httpx\.Timeout must be positive"
OWN_CHECKS = "this SSLContext overrides wrap_socket or sslsocket_class, which are not used"
CHECKS_SOCKETS = [pinning("wrap_socket"), pinning("sslsocket_class")]
A_PROXY = r"proxy must be an http, https, socks5 or socks5h URL"

WRONG_URLS = """
http://api.devrev.ai http://localhost.hush.example http://127.0.0.1.hush.example http://10.0.0.1 http://0.0.0.0
http://[::] http://2130706433 http://169.254.169.254 http://127.0.0.1@hush.example ftp://hush.example file:///hush
ws://localhost hush.example //hush.example https:hush.example https:// https:///hush https://user:hush@x.example
https://hush@x.example https://x.example?hush=1 https://x.example? https://x.example/# https://x.example/#hush
https://x.example:hush https://[::1 https://x.example:0 https://x.example:65536 https://xn--hush- https://xn--a
https://a.xn--a/x https://x%41.hush /
"""
"""A token in clear text on a network is a token given away; a URL may hold a password."""

WRONG: dict[tuple[str, str], list[Any]] = {
    ("token", "token must be a string, not"): [b"hush-hush", 5, [HUSH], {"token": HUSH}],
    ("token", "token is empty; pass a token, or leave it out and set DEVREV_TOKEN"): ["", "  \n", "\u00a0"],
    ("token", "token begins with 'Bearer'; pass the token alone"): [f"Bearer {HUSH}", "bearer", f" BEARER  {HUSH}"],
    ("token", "token contains white space, a control character or a non-ASCII character"): [
        *(f"{HUSH}{odd}{HUSH}" for odd in (" ", "\n", "\t", "\r\nX: ", "\x00", "\x7f", "ü", "\u200b", "\uff48")),
        f"\ud800{HUSH}",
        f"Bearer\t{HUSH}",
    ],
    ("timeout", A_TIMEOUT): WRONG_SECONDS,
    ("timeout", OF_A_PHASE): [httpx.Timeout(5, connect=0), httpx.Timeout(5, connect=float("nan"))],
    ("total_timeout", "total_timeout must be a positive number of seconds, or None"): WRONG_SECONDS,
    ("retry", r"retry must be a RetryPolicy; RetryPolicy\(max_attempts=1\) turns"): [None, 3, True, HUSH, RetryPolicy],
    ("max_connections", "max_connections must be a whole number of at least 1"): [0, -1, 1.5, True, None, HUSH, "5"],
    ("max_response_size", "max_response_size must be a whole number of at least 1"): [0, -1, 1.5, True, None, "5"],
    ("api_version", "X-Devrev-Version must be a string"): [5, True, f"{HUSH}\n", f"{HUSH}\r\nX: 1", f"{HUSH}é", b"x"],
    ("transport", r"transport must be an httpx\.(Async)?BaseTransport"): [5, HUSH, object(), httpx.Client],
    ("proxy", "user name and password must have 1 to 255 bytes"): [f"socks5://{HUSH * 40}:x@p:1", f"socks5://u@{HUSH}"],
    ("headers", "headers may not set Authorization"): [{"Authorization": f"Bearer {HUSH}"}, {"AUTHORIZATION": HUSH}],
    ("headers", "headers may not set (Host|Content-Length|Transfer-Encoding|Connection|Upgrade)"): [
        {name: HUSH} for name in ("Host", "content-length", "Transfer-Encoding", "Connection", "Upgrade")
    ],
    ("headers", "a name is not a valid header name"): [
        {name: "1"} for name in (f"X {HUSH}", f"X-A: {HUSH}\r\nX-B", "", 5)
    ],
    ("headers", "the value of the header X-A must be"): [
        {"X-A": value} for value in (f"{HUSH}\r\nX-B: 1", f"{HUSH}\x00", f" {HUSH}", f"{HUSH} ", f"{HUSH}é", 5, None)
    ],
    ("base_url", "base_url must be an https URL, or http to a loopback"): [
        *(*WRONG_URLS.split(), "https://hush\x00.example", "https://hush example", "https://x.example\n", "", " "),
        *("https://\u00ad.hush", "https://\ud800.example", "https://" + "hush" * 20_000),
        *(5, b"https://hush.example", True, ["https://hush.example"]),
    ],
    ("headers", "headers must be a mapping"): [f"X-A: {HUSH}", [("X-A", "1")], [HUSH], 5],
    ("verify", "verify must be"): [
        None, 1, 0, HUSH, Path(HUSH), "", "-----BEGIN CERTIFICATE-----\n" + HUSH * 1000, f"{HUSH}\x00", ("a", "b"),
    ],
    ("verify", f"^verify: {OWN_CHECKS}"): CHECKS_SOCKETS,
    ("proxy", f"^the proxy's ssl_context: {OWN_CHECKS}"): [
        httpx.Proxy("https://proxy.invalid", ssl_context=context) for context in CHECKS_SOCKETS
    ],
    ("proxy", "ssl_context, which only an https proxy uses"): [httpx.Proxy("http://p", ssl_context=pinning())],
    ("proxy", A_PROXY): [
        5, True, HUSH, "", f"ftp://{HUSH}", "http://", f"http://[{HUSH}", f"http://{HUSH}:port", ["http://x"], b"http://x",
        "http://xn--a", f"http://{HUSH}:0",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("argument", "message"), WRONG, ids=short)
def test_a_wrong_value_is_refused_and_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, argument: str, message: str
) -> None:
    """The text says which argument, and what it must be; nor is a good token shown, beside a wrong argument."""
    for value in WRONG[argument, message]:
        options = {"transport": None, argument: value} if argument in ("verify", "proxy") else {argument: value}
        with pytest.raises(ConfigurationError, match=message) as caught:
            make_client(**options)
        assert isinstance(caught.value, ValueError)
        assert "hush" not in repr(caught.value) + str(caught.value), value
        assert caught.value.attempts == ()
        assert_hides(caught.value, HUSH if argument == "token" else pat.secret)
    assert fake.requests == []


RIGHT: dict[str, list[Any]] = {
    "verify": [True, False, Path(), ".", pinning(), pinning("wrap_socket", "wrap_bio"), pinning(*OWN_CLASSES)],
    "proxy": [
        "http://p:1",
        "https://u:w@p",
        "socks5h://p",
        httpx.URL("http://p"),
        httpx.Proxy("http://p"),
        httpx.Proxy("https://p", ssl_context=pinning("wrap_socket", "wrap_bio")),
    ],
    "timeout": [1, 0.001, 1e308, None, httpx.Timeout(5, read=None)],
    "total_timeout": [1, 0.001, 1e308, None],
    "max_connections": [1],
}


@pytest.mark.parametrize("argument", RIGHT)
def test_right_values_are_taken(make_client: MakeClient, argument: str) -> None:
    for value in RIGHT[argument]:
        make_client(**{"transport": None, argument: value})


def test_a_transport_of_the_other_client_is_refused(make_client: MakeClient, backend: Backend) -> None:
    name, other = ("AsyncBase", httpx.BaseTransport) if backend.is_async else ("Base", httpx.AsyncBaseTransport)
    with pytest.raises(ConfigurationError, match=rf"httpx\.{name}Transport"):
        make_client(transport=other())


async def test_a_wrong_bound_of_one_call_is_refused_before_anything_is_sent(
    make_client: MakeClient, fake: FakeDevRev
) -> None:
    client = make_client()
    wrong: list[tuple[str, Any]] = [("timeout", 0), ("total_timeout", 0), ("timeout", "5"), ("total_timeout", True)]
    for name, value in wrong:
        for method in (client.get_auth_token, client.revoke_own_auth_tokens):
            with pytest.raises(ConfigurationError, match=f"^{name} must be"):
                await method(TokenType.PAT, **{name: value})
    assert fake.requests == []


async def test_the_environment_stands_in_for_what_is_not_passed_and_is_read_once(
    make_client: MakeClient, recorder: Recorder, pat: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the client is made; an argument comes before it, and an empty base URL is none."""
    monkeypatch.setenv("DEVREV_TOKEN", f" {pat.secret}\n")
    monkeypatch.setenv("DEVREV_BASE_URL", "http://127.0.0.1:9/")
    client = make_client(token=None, transport=recorder)
    monkeypatch.setenv("DEVREV_TOKEN", "not a token")
    monkeypatch.setenv("DEVREV_BASE_URL", "")
    await get(client)
    await get(make_client(transport=recorder))
    await get(make_client(transport=recorder, base_url="https://x.example"))
    assert [request.url.host for request in recorder.requests] == ["127.0.0.1", "api.devrev.ai", "x.example"]
    assert {request.headers["Authorization"] for request in recorder.requests} == {f"Bearer {pat.secret}"}


@sync_only
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DEVREV_TOKEN", None, r"no token: pass token=\.\.\. or set the environment variable DEVREV_TOKEN"),
        ("DEVREV_TOKEN", "  ", "^the environment variable DEVREV_TOKEN is empty"),
        ("DEVREV_TOKEN", "hush hush", "variable DEVREV_TOKEN contains"),
        *(
            ("DEVREV_BASE_URL", value, "^the environment variable DEVREV_BASE_URL must be an https URL")
            for value in ("http://hush.example", "hush", "https://u:hush@x.example", " ")
        ),
        ("https_proxy", "ftp://user:hush@proxy.example", A_PROXY),
        ("https_proxy", "http://user:hush@proxy.example:port", A_PROXY),
    ],
)
def test_a_wrong_environment_is_refused_and_not_repeated(
    fake: FakeDevRev, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None, message: str
) -> None:
    token = None if name == "DEVREV_TOKEN" else "bearer-of-the-tests"
    if value is not None:
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=message) as caught:
        DevRevAuthClient(token)
    assert "hush" not in str(caught.value)
    if name == "https_proxy":
        DevRevAuthClient(token, transport=fake.transport())  # it has nothing to do with proxies


@sync_only
@pytest.mark.parametrize(
    ("base_url", "url", "host"),
    [
        (None, "https://api.devrev.ai/auth-tokens.get", "api.devrev.ai"),
        ("https://api.devrev.ai/", "https://api.devrev.ai/auth-tokens.get", "api.devrev.ai"),
        ("HTTPS://API.DevRev.AI:443", "https://api.devrev.ai/auth-tokens.get", "api.devrev.ai"),
        ("https://p.example:8443/devrev", "https://p.example:8443/devrev/auth-tokens.get", "p.example:8443"),
        ("https://p.example/a%2Fb//", "https://p.example/a%2Fb/auth-tokens.get", "p.example"),
        (httpx.URL("https://x.example/x"), "https://x.example/x/auth-tokens.get", "x.example"),
        ("https://b\u00fccher.example", "https://xn--bcher-kva.example/auth-tokens.get", "xn--bcher-kva.example"),
        ("https://10.0.0.1:65535", "https://10.0.0.1:65535/auth-tokens.get", "10.0.0.1:65535"),
        ("http://localhost:8080", "http://localhost:8080/auth-tokens.get", "localhost:8080"),
        ("http://127.9.9.9:1", "http://127.9.9.9:1/auth-tokens.get", "127.9.9.9:1"),
        ("http://[::1]:80", "http://[::1]/auth-tokens.get", "[::1]"),
        ("https://[fe80::1%25eth0]", "https://[fe80::1%25eth0]/auth-tokens.get", "[fe80::1%25eth0]"),
    ],
)
async def test_requests_go_below_the_base_url(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, base_url: Any, url: str, host: str
) -> None:
    fake.respond_next(json={"token": {"id": "x"}})
    await get(make_client(transport=recorder, base_url=base_url))
    (request,) = recorder.requests
    assert (str(request.url), request.headers["Host"]) == (url, host)


def made(**options: Any) -> DevRevAuthClient | ConfigurationError:
    """Give the client, or our error."""
    try:
        return DevRevAuthClient(**{"token": "bearer-of-the-tests", **options})
    except ConfigurationError as error:
        return error


FRAGMENTS = "https:// http:// localhost 127.0.0.1 [::1] a.example : @ / ? # % \\ . xn-- 443"
PARTS = st.sampled_from([*FRAGMENTS.split(), HUSH, " "]) | st.text(max_size=2)


@sync_only
@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.text(max_size=30) | st.lists(PARTS, max_size=8).map("".join))
def test_no_base_url_raises_anything_else_or_sends_the_token_elsewhere(base_url: str) -> None:
    client = made(base_url=base_url)
    if isinstance(client, ConfigurationError):
        assert HUSH not in str(client)
        return
    url = httpx.URL(repr(client).split()[1][:-1])
    assert url.scheme == "https" or url.host == "localhost" or ipaddress.ip_address(url.host).is_loopback
    called = httpx.URL(f"{url}/auth-tokens.get")
    assert (called.scheme, called.host, called.port, called.userinfo) == (url.scheme, url.host, url.port, b"")


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.just(10**400),
    st.lists(st.text(), max_size=2), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
)  # fmt: skip


@sync_only
@pytest.mark.parametrize("argument", sorted(inspect.signature(DevRevAuthClient).parameters))
@settings(max_examples=60, deadline=None, derandomize=True)
@given(value=ANYTHING)
def test_no_value_at_all_raises_anything_but_our_error(argument: str, value: Any) -> None:
    error = made(**{argument: value})
    if isinstance(error, ConfigurationError):
        assert (error.__cause__, error.__context__) == (None, None)


@sync_only
async def test_certificates_come_from_a_folder_or_a_file(
    make_client: MakeClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file without any raises at the first connection, before anything is sent."""
    file = tmp_path / "ca.pem"
    file.write_text("no certificate", encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = {"transport": None, "base_url": f"https://127.0.0.1:{silent.getsockname()[1]}"}
        with pytest.raises(TotalTimeoutError):
            await get(make_client(verify=tmp_path, total_timeout=0.05, **options))
        with pytest.raises(ConfigurationError, match="verify: cannot load its certificates"):
            await get(make_client(verify=file, **options))
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with pytest.raises(ConfigurationError, match="variable SSL_CERT_FILE: cannot load its certificates"):
            await get(make_client(**options))


@sync_only
def test_a_proxy_that_would_read_the_token_is_refused(make_client: MakeClient) -> None:
    """Plain http by way of another machine."""
    with pytest.raises(ConfigurationError, match="read the token"):
        make_client(transport=None, base_url="http://127.0.0.1:9", proxy="http://192.0.2.1:3128")
    make_client(transport=None, base_url="http://127.0.0.1:9", proxy="http://127.0.0.1:3128")


@sync_only
@pytest.mark.parametrize(
    ("environment", "is_used"),
    [
        ({"https_proxy": "PROXY"}, True),
        ({"HTTPS_PROXY": "PROXY"}, True),
        ({"all_proxy": "http://PROXY"}, True),
        ({"http_proxy": "http://PROXY"}, False),
        ({"https_proxy": "http://PROXY", "no_proxy": "api.invalid"}, False),
        ({"https_proxy": "http://PROXY", "no_proxy": "invalid"}, False),
        ({"https_proxy": "http://PROXY", "no_proxy": "api.invalid:443"}, False),
        ({"https_proxy": "http://PROXY", "no_proxy": "api.invalid:8443"}, True),
        ({"https_proxy": "http://PROXY", "no_proxy": "*"}, False),
        ({"https_proxy": "http://PROXY", "http_proxy": "http://PROXY", "DEVREV_BASE_URL": "http://127.0.0.1:1"}, False),
    ],
)
async def test_the_proxy_of_the_environment(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], is_used: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        monkeypatch.setenv("DEVREV_BASE_URL", "https://api.invalid")
        for name, value in environment.items():
            monkeypatch.setenv(name, value.replace("PROXY", f"127.0.0.1:{proxy.getsockname()[1]}"))
        client = make_client(transport=None, total_timeout=0.05, retry=RetryPolicy(max_attempts=1))
        with pytest.raises(Exception, match=r"could not connect|total_timeout ran out"):
            await get(client)
        with nullcontext() if is_used else pytest.raises(BlockingIOError):
            proxy.accept()[0].close()
