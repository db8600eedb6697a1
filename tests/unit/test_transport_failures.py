"""What a transport's exception amounts to: its cause, and a text without the token."""

from __future__ import annotations

import ssl

import anyio
import httpx
import pytest

from devrev_auth_client._credentials import Secret
from devrev_auth_client._outcomes import Cause
from devrev_auth_client._wire import failure_of

TOKEN = "tok-en/SECRET.abcdefgh1234"
SECRET = Secret(TOKEN)


def caused(error: Exception, cause: Exception, *, explicitly: bool = True) -> Exception:
    """`error` as it is raised while `cause` is handled."""
    if explicitly:
        error.__cause__ = cause
    else:
        error.__context__ = cause
    return error


VERIFY = ssl.SSLCertVerificationError("certificate verify failed")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (httpx.ConnectError("refused"), Cause.UNREACHABLE),
        (httpx.ConnectTimeout("slow"), Cause.UNREACHABLE),
        (httpx.PoolTimeout("full"), Cause.UNREACHABLE),
        (httpx.ProxyError("407 Proxy Authentication Required"), Cause.UNREACHABLE),
        (caused(httpx.ConnectError(""), VERIFY), Cause.REFUSED),
        (caused(httpx.ConnectError(""), VERIFY, explicitly=False), Cause.REFUSED),
        (caused(httpx.ConnectError(""), caused(OSError(), ssl.SSLError(1, "alert"))), Cause.REFUSED),
        (caused(httpx.ReadError(""), ssl.SSLError(1, "tlsv13 alert certificate required")), Cause.REFUSED),
        (caused(httpx.ConnectError(""), ssl.SSLEOFError(8, "EOF")), Cause.UNREACHABLE),
        (caused(httpx.ConnectError(""), ssl.SSLZeroReturnError(6, "closed")), Cause.UNREACHABLE),
        (caused(httpx.ConnectError(""), ssl.SSLWantReadError(2, "want")), Cause.UNREACHABLE),
        (caused(httpx.ReadError(""), ssl.SSLEOFError(8, "EOF")), Cause.LOST),
        (httpx.ReadTimeout(""), Cause.TIMED_OUT),
        (httpx.WriteTimeout(""), Cause.TIMED_OUT),
        (TimeoutError(), Cause.TIMED_OUT),
        (httpx.ReadError("reset"), Cause.LOST),
        (httpx.WriteError("broken pipe"), Cause.LOST),
        (httpx.CloseError(""), Cause.LOST),
        (httpx.RemoteProtocolError("illegal status line"), Cause.LOST),
        (ConnectionResetError(104, "reset"), Cause.LOST),
        (OSError(24, "too many open files"), Cause.LOST),
        (anyio.BrokenResourceError(), Cause.LOST),
        (httpx.LocalProtocolError("illegal header value"), Cause.REFUSED),
        (httpx.UnsupportedProtocol("gopher"), Cause.REFUSED),
        (httpx.DecodingError("x"), Cause.REFUSED),
        (UnicodeEncodeError("ascii", "x", 0, 1, "x"), Cause.REFUSED),
        (RuntimeError("x"), Cause.REFUSED),
        (RecursionError(), Cause.REFUSED),
        (ExceptionGroup("x", [httpx.ReadError("x")]), Cause.REFUSED),
    ],
    ids=lambda value: value.name if isinstance(value, Cause) else f"{type(value).__name__}",
)
def test_each_exception_has_a_cause(error: Exception, cause: Cause) -> None:
    """It says whether trying again may help, and nothing of the exception itself is kept."""
    failure = failure_of(error, SECRET)
    assert failure.cause is cause
    assert (failure.sent, failure.error, failure.waited) == (False, None, 0.0)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (httpx.ConnectError("[Errno 111]\n  Connection refused"), "could not connect ([Errno 111] Connection refused)"),
        (httpx.ConnectError(""), "could not connect (ConnectError)"),
        (httpx.ReadError(""), "the connection was lost (ReadError)"),
        (httpx.RemoteProtocolError(f"got {TOKEN}!"), "the connection was lost (got [redacted]!)"),
        (httpx.ReadTimeout(f"waited with {TOKEN}"), "timed out (ReadTimeout)"),
        (httpx.LocalProtocolError(f"illegal {TOKEN}"), "the request could not be sent (LocalProtocolError)"),
        (ValueError(f"b'{TOKEN} cut short"), "the request could not be sent (ValueError)"),
        (caused(httpx.ConnectError(f"for {TOKEN}"), VERIFY), "TLS was refused (for [redacted])"),
    ],
)
def test_the_text_is_one_line_without_the_token(error: Exception, text: str) -> None:
    """The words of an exception of this side are dropped: they may quote what was to be sent."""
    assert failure_of(error, SECRET).text == text


def test_a_long_text_is_cut_behind_the_token_and_not_through_it() -> None:
    """Half a token would not be found, and is half a secret."""
    text = failure_of(httpx.ReadError("x" * 190 + TOKEN + "x" * 500), SECRET).text
    assert TOKEN[:6] not in text
    assert len(text) < 300
