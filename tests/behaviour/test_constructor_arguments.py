"""Every constructor argument, wrong: ConfigurationError before any I/O, with a text that helps and repeats no value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from devrev_auth_client import ConfigurationError, RetryPolicy
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import Backend, async_only, sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import TOKEN_ID, get
from tests.behaviour.transports import Recorder

HUSH = "hush-hush"
"""Stands in each wrong value that is a string: no error may repeat it."""

WRONG_SECONDS: list[Any] = [0, -1, 0.0, float("nan"), float("inf"), HUSH, "30", True, b"1", 10**400, [1]]

WRONG: dict[str, tuple[str, list[Any]]] = {
    "token": (
        r"token .*(string|empty|alone)",
        [
            "",
            "  \n",
            f"{HUSH} {HUSH}",
            f"{HUSH}\n{HUSH}",
            f"{HUSH}\x00",
            f"{HUSH}ü",
            f"Bearer {HUSH}",
            "bearer",
            b"x",
            5,
        ],
    ),
    "timeout": (r"timeout must be a positive number of seconds, an httpx\.Timeout, or None", WRONG_SECONDS),
    "total_timeout": (r"total_timeout must be a positive number of seconds, or None", WRONG_SECONDS),
    "retry": (
        r"retry must be a RetryPolicy; RetryPolicy\(max_attempts=1\) turns",
        [None, 3, 0, True, HUSH, RetryPolicy],
    ),
    "max_connections": (r"max_connections must be a whole number of at least 1", [0, -1, 1.5, True, None, HUSH, "5"]),
    "api_version": (r"X-Devrev-Version must be a string", [5, True, f"{HUSH}\n", f"{HUSH}\r\nX: 1", f"{HUSH}é", b"x"]),
    "transport": (r"transport must be an httpx\.", [5, HUSH, object(), httpx.Client, httpx.BaseTransport]),
}


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        pytest.param(argument, value, id=f"{argument}-{short(value)}")
        for argument, (_, values) in WRONG.items()
        for value in values
    ],
)
def test_a_wrong_value_is_refused_and_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, argument: str, value: object
) -> None:
    """It says which argument, and what it must be."""
    with pytest.raises(ConfigurationError, match=WRONG[argument][0]) as caught:
        make_client(**{argument: value})
    assert isinstance(caught.value, ValueError)
    assert HUSH not in repr(caught.value) + str(caught.value)
    assert caught.value.attempts == ()
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert fake.requests == []


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"Authorization": f"Bearer {HUSH}"}, "headers may not set Authorization"),
        ({"AUTHORIZATION": HUSH}, "headers may not set Authorization"),
        ({"Host": HUSH}, "headers may not set Host"),
        ({"Content-Length": "0"}, "headers may not set Content-Length"),
        ({"Transfer-Encoding": "chunked"}, "headers may not set Transfer-Encoding"),
        ({"Connection": "close"}, "headers may not set Connection"),
        ({f"X {HUSH}": "1"}, "a name is not a valid header name"),
        ({f"X-A: {HUSH}\r\nX-B": "1"}, "a name is not a valid header name"),
        ({"": "1"}, "a name is not a valid header name"),
        ({5: "1"}, "a name is not a valid header name"),
        ({"X-A": f"{HUSH}\r\nX-B: 1"}, "the value of the header X-A must be"),
        ({"X-A": f"{HUSH}\x00"}, "the value of the header X-A must be"),
        ({"X-A": f" {HUSH}"}, "the value of the header X-A must be"),
        ({"X-A": f"{HUSH}é"}, "the value of the header X-A must be"),
        ({"X-A": 5}, "the value of the header X-A must be"),
        ({"X-A": None}, "the value of the header X-A must be"),
        (f"X-A: {HUSH}", "headers must be a mapping"),
        ([("X-A", "1")], "headers must be a mapping"),
        ([HUSH], "headers must be a mapping"),
        (5, "headers must be a mapping"),
    ],
    ids=short,
)
def test_wrong_headers_are_refused_and_not_repeated(make_client: MakeClient, headers: Any, message: str) -> None:
    """The credential's place and the message's framing are the client's own."""
    with pytest.raises(ConfigurationError, match=message) as caught:
        make_client(headers=headers)
    assert HUSH not in str(caught.value)


@pytest.mark.parametrize(
    "verify",
    [None, 1, 0, HUSH, Path(HUSH), "", "-----BEGIN CERTIFICATE-----\n" + HUSH * 1000, f"{HUSH}\x00", ("a", "b")],
    ids=short,
)
def test_a_wrong_verify_is_refused_and_not_repeated(make_client: MakeClient, verify: Any) -> None:
    """A path that is not there, a certificate in place of its path: nothing is sent unverified."""
    with pytest.raises(ConfigurationError, match="verify must be") as caught:
        make_client(transport=None, verify=verify)
    assert HUSH not in str(caught.value)


def test_a_verify_that_exists_is_taken(make_client: MakeClient, tmp_path: Path) -> None:
    """A folder or a file, as a path or as a string."""
    for verify in (True, False, tmp_path, str(tmp_path)):
        make_client(transport=None, verify=verify)


@pytest.mark.parametrize(
    "proxy",
    [
        5,
        True,
        HUSH,
        "",
        f"ftp://{HUSH}",
        "http://",
        f"http://[{HUSH}",
        f"http://{HUSH}:port",
        ["http://x"],
        b"http://x",
    ],
    ids=short,
)
def test_a_wrong_proxy_is_refused_and_not_repeated(make_client: MakeClient, proxy: Any) -> None:
    """A proxy's URL may hold a password."""
    with pytest.raises(ConfigurationError, match=r"proxy must be an http, https, socks5 or socks5h URL") as caught:
        make_client(transport=None, proxy=proxy)
    assert HUSH not in str(caught.value)


@pytest.mark.parametrize("proxy", ["http://p:1", "https://u:w@p", httpx.URL("http://p"), httpx.Proxy("http://p")])
def test_a_right_proxy_is_taken(make_client: MakeClient, proxy: Any) -> None:
    """In any of httpx's forms."""
    make_client(transport=None, proxy=proxy)


@async_only
def test_the_async_client_refuses_a_sync_transport(make_client: MakeClient) -> None:
    """It would fail at the first call only, and foreignly."""
    with pytest.raises(ConfigurationError, match=r"httpx\.AsyncBaseTransport"):
        make_client(transport=httpx.BaseTransport())


@sync_only
def test_the_sync_client_refuses_an_async_transport(make_client: MakeClient) -> None:
    """It would fail at the first call only, and foreignly."""
    with pytest.raises(ConfigurationError, match=r"httpx\.BaseTransport"):
        make_client(transport=httpx.AsyncBaseTransport())


async def test_a_token_is_trimmed(make_client: MakeClient, recorder: Recorder) -> None:
    """A line break at the end is what reading a file leaves."""
    fake_token = "abc.def-ghi_123~+/="
    client = make_client(transport=recorder, token=f" \t{fake_token}\r\n")
    with pytest.raises(Exception, match="401"):
        await get(client)
    assert recorder.requests[0].headers["Authorization"] == f"Bearer {fake_token}"


def test_everything_after_the_token_is_keyword_only(backend: Backend) -> None:
    """The token alone has a place."""
    with pytest.raises(TypeError):
        backend.client_class("x", "https://api.devrev.ai")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "options",
    [
        {"max_attempts": 0},
        {"max_attempts": -1},
        {"max_attempts": 1.5},
        {"max_attempts": True},
        {"max_attempts": HUSH},
        {"base_delay": -0.1},
        {"base_delay": float("nan")},
        {"base_delay": float("inf")},
        {"base_delay": 10**400},
        {"base_delay": True},
        {"max_delay": HUSH},
        {"max_delay": None},
        {"on_retry": HUSH},
    ],
    ids=short,
)
def test_a_retry_policy_checks_itself(options: dict[str, Any]) -> None:
    """It says which of its fields, and what it must be."""
    (name,) = options
    with pytest.raises(ConfigurationError, match=f"^{name} must be") as caught:
        RetryPolicy(**options)
    assert HUSH not in str(caught.value)


def test_a_retry_policy_is_immutable() -> None:
    """Clients share it."""
    with pytest.raises(AttributeError):
        RetryPolicy().max_attempts = 9  # type: ignore[misc]


@pytest.mark.parametrize("options", [{"timeout": 0}, {"total_timeout": 0}, {"timeout": "5"}], ids=short)
async def test_a_wrong_bound_of_one_call_is_refused_before_anything_is_sent(
    make_client: MakeClient, fake: FakeDevRev, options: dict[str, Any]
) -> None:
    """As it is at the constructor."""
    client = make_client()
    (name,) = options
    with pytest.raises(ConfigurationError, match=f"^{name} must be"):
        await client.get_auth_token(TOKEN_ID, **options)
    with pytest.raises(ConfigurationError, match=f"^{name} must be"):
        await client.revoke_own_auth_tokens(None, **options)
    assert fake.requests == []
