"""The bearer token: what is taken for one, and how it stays out of sight."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devrev_auth_client._credentials import (
    REDACTED,
    TOKEN_VARIABLE,
    Secret,
    conceal,
    token_callable_failed,
    token_source,
)
from devrev_auth_client.errors import ConfigurationError

TOKEN = "eyJhbGciOi.c2VjcmV0/+_-~=.signature"  # every kind of character RFC 6750 allows


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (TOKEN, TOKEN),
        (f" {TOKEN} ", TOKEN),
        (f"{TOKEN}\n", TOKEN),
        (f"\r\n\t{TOKEN}\r\n", TOKEN),
        (f"\u00a0{TOKEN}\u3000", TOKEN),
        ("x", "x"),
        ("x" * 10_000, "x" * 10_000),
        ("Bearertoken", "Bearertoken"),
        ("bearer-token", "bearer-token"),
        ("!#$%&'()*,:;<>?@[]^`{|}\"\\", "!#$%&'()*,:;<>?@[]^`{|}\"\\"),
    ],
)
def test_visible_ascii_is_a_token_and_white_space_around_it_is_not(value: str, sent: str) -> None:
    """A file or an environment variable often ends in a newline."""
    secret = conceal(value, "token")
    assert isinstance(secret, Secret)
    assert secret.authorization() == f"Bearer {sent}".encode()


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("", "is empty"),
        (" \t\r\n", "is empty"),
        ("\u00a0", "is empty"),
        ("hush hush hush", "white space"),
        ("hush-hush\thush", "white space"),
        ("hush-hush\nhush: hush", "white space"),
        ("hush-hush\r\nX-Injected: hush-hush", "white space"),
        ("hush-hush\x00", "control character"),
        ("\x7fhush-hush", "control character"),
        ("hush-h\u00fcsh", "non-ASCII"),
        ("\uff48\uff55\uff53\uff48-hush", "non-ASCII"),
        ("hush\u200bhush", "non-ASCII"),
        ("\ud800hush-hush", "non-ASCII"),
        ("Bearer hush-hush", "'Bearer'"),
        ("bearer hush-hush", "'Bearer'"),
        ("BEARER   hush-hush", "'Bearer'"),
        (" Bearer hush-hush ", "'Bearer'"),
        ("Bearer", "'Bearer'"),
        ("Bearer\thush-hush", "white space"),
        (b"hush-hush", "not bytes"),
        (bytearray(b"hush-hush"), "not bytearray"),
        (["hush-hush"], "not list"),
        ({"token": "hush-hush"}, "not dict"),
        (None, "not NoneType"),
        (12345678, "not int"),
        (True, "not bool"),
    ],
)
def test_anything_else_is_refused_without_being_shown(value: object, hint: str) -> None:
    """The text says where it came from and what to do about it."""
    error = conceal(value, "what the token callable returned")
    assert isinstance(error, ConfigurationError)
    assert str(error).startswith("what the token callable returned ")
    assert hint in str(error)
    for part in ("hush", "12345678"):
        assert part not in str(error)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(min_size=9, max_size=60))
def test_no_text_is_repeated_or_sent_where_it_does_not_belong(value: str) -> None:
    """Whatever the text: a header value that can be sent, or an error without it."""
    result = conceal(value, "token")
    if isinstance(result, Secret):
        sent = result.authorization().removeprefix(b"Bearer ")
        assert sent.decode("ascii") == value.strip()
        assert all(0x21 <= byte <= 0x7E for byte in sent)
    else:
        assert value.strip() not in str(result) or not value.strip()


def test_a_secret_is_not_made_twice() -> None:
    """A token that was checked already is passed on."""
    secret = Secret(TOKEN)
    assert conceal(secret, "token") is secret


def test_a_secret_shows_itself_to_nobody() -> None:
    """Neither printed nor formatted, pickled, copied, listed or hashed."""
    secret = Secret(TOKEN)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>99}", "%s %r" % (secret, secret), repr([secret])]  # noqa: UP031
    assert not any(TOKEN in text for text in shown)
    attempts: list[Callable[[], object]] = [partial(pickle.dumps, secret, n) for n in range(6)]
    attempts.append(partial(copy.copy, secret))
    for attempt in attempts:
        with pytest.raises(TypeError, match="not pickled") as caught:
            attempt()
        assert TOKEN not in str(caught.value)
    inspections: tuple[Callable[[object], object], ...] = (vars, hash)
    for inspect_it in inspections:
        with pytest.raises(TypeError):
            inspect_it(secret)


def test_two_secrets_are_equal_where_their_tokens_are() -> None:
    """That is how a renewed token is told from the old one; a plain string equals none."""
    assert Secret(TOKEN) == Secret(TOKEN)
    assert Secret(TOKEN) != Secret(TOKEN + "x")
    assert Secret(TOKEN) != TOKEN


@pytest.mark.parametrize(
    ("value", "scrubbed"),
    [
        (TOKEN, REDACTED),
        (f"Bearer {TOKEN}, {TOKEN}", f"Bearer {REDACTED}, {REDACTED}"),
        ([{"a": {TOKEN: [TOKEN, 1]}}], [{"a": {REDACTED: [REDACTED, 1]}}]),
        ({"x": None, "y": 1.5, "z": True}, {"x": None, "y": 1.5, "z": True}),
        (TOKEN[:-1], TOKEN[:-1]),
    ],
)
def test_decoded_json_is_scrubbed_at_any_depth(value: Any, scrubbed: Any) -> None:
    """Keys and values alike; the rest stays."""
    assert Secret(TOKEN).scrub_json(value) == scrubbed


def test_bytes_text_and_headers_are_scrubbed() -> None:
    """Names of headers too; headers without the token stay the same object."""
    secret = Secret(TOKEN)
    assert secret.scrub_text(f"<{TOKEN}>") == f"<{REDACTED}>"
    assert secret.scrub_bytes(b"\xff" + TOKEN.encode()) == b"\xff" + REDACTED.encode()
    echo = httpx.Headers([("A", f"Bearer {TOKEN}"), (f"X-{TOKEN}", "1"), ("B", "b"), ("B", TOKEN)])
    assert secret.scrub_headers(echo).raw == [
        (b"A", b"Bearer [redacted]"),
        (b"X-[redacted]", b"1"),
        (b"B", b"b"),
        (b"B", b"[redacted]"),
    ]
    clean = httpx.Headers({"A": "a"})
    assert secret.scrub_headers(clean) is clean


def test_a_made_up_token_is_not_looked_for_in_other_words() -> None:
    """`token="test"` must not turn test@example.com into something else."""
    secret = Secret("test")
    headers = httpx.Headers({"X-Test": "test"})
    assert secret.scrub_text("test@example.com") == "test@example.com"
    assert secret.scrub_json({"test": "test"}) == {"test": "test"}
    assert secret.scrub_bytes(b'{"test": 1}') == b'{"test": 1}'
    assert secret.scrub_headers(headers) == headers


def test_the_argument_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`None` takes `DEVREV_TOKEN`, which is trimmed too."""
    monkeypatch.setenv(TOKEN_VARIABLE, f"{TOKEN}-of-the-environment\n")
    given_token, from_environment = token_source(TOKEN), token_source(None)
    assert not isinstance(given_token, ConfigurationError)
    assert not isinstance(from_environment, ConfigurationError)
    assert given_token.fixed == given_token.ask() == Secret(TOKEN)
    assert from_environment.fixed == Secret(f"{TOKEN}-of-the-environment")


@pytest.mark.parametrize(("value", "hint"), [(None, "no token"), ("", "is empty"), ("hush hush", "white space")])
def test_a_wrong_environment_is_named(monkeypatch: pytest.MonkeyPatch, value: str | None, hint: str) -> None:
    """Missing is told from empty."""
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(TOKEN_VARIABLE, value)
    error = token_source(None)
    assert isinstance(error, ConfigurationError)
    assert TOKEN_VARIABLE in str(error)
    assert hint in str(error)
    assert "hush" not in str(error)


def test_a_callable_is_kept_and_not_asked_yet() -> None:
    """It is asked before each attempt."""
    asked: list[int] = []
    source = token_source(lambda: asked.append(1))
    assert not isinstance(source, ConfigurationError)
    assert source.fixed is None
    assert asked == []


def test_what_a_token_callable_raised_is_told_by_its_type_alone() -> None:
    """Its text may hold the secret it was looking for."""
    text = str(token_callable_failed(KeyError))
    assert "KeyError" in text
    assert "withheld" in text
