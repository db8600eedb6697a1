"""What a transport raises: whether it is tried again, what the error says, and whether the server may have acted."""

import ssl

import anyio
import httpx
import pytest

from devrev_auth_client import AttemptTimeoutError, RetryPolicy, TransportError
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import endpoint, get
from tests.behaviour.transports import Recorder

pytestmark = sync_only

TOKEN = "tok-en/SECRET.abcdefgh1234"
VERIFY = ssl.SSLCertVerificationError("certificate verify failed")


def caused(error: Exception, cause: Exception, by: str = "__cause__") -> Exception:
    """Give `error` as it is raised from `cause`, or while that is handled."""
    setattr(error, by, cause)
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ConnectError("refused"), "could not connect (refused)"),
        (httpx.ConnectError("[Errno 111]\n  Connection refused"), "could not connect ([Errno 111] Connection refused)"),
        (httpx.ConnectError(""), "could not connect (ConnectError)"),
        (httpx.ProxyError("407 Proxy Authentication Required"), "could not connect (407 Proxy"),
        (caused(httpx.ConnectError(""), ssl.SSLEOFError(8, "EOF")), "could not connect"),
        (caused(httpx.ConnectError(""), ssl.SSLZeroReturnError(6, "closed")), "could not connect"),
        (caused(httpx.ConnectError(""), ssl.SSLSyscallError(5, "reset")), "could not connect"),
        (caused(httpx.ConnectError(""), ssl.SSLWantReadError(2, "want")), "could not connect"),
        (httpx.ReadTimeout(f"waited with {TOKEN}"), "timed out (ReadTimeout)"),
        (httpx.WriteTimeout(""), "timed out (WriteTimeout)"),
        (TimeoutError(), "timed out (TimeoutError)"),
        (httpx.ReadError(""), "the connection was lost (ReadError)"),
        (httpx.WriteError("broken pipe"), "the connection was lost (broken pipe)"),
        (httpx.CloseError(""), "the connection was lost (CloseError)"),
        (httpx.RemoteProtocolError(f"got {TOKEN}!"), "the connection was lost (got [redacted]!)"),
        (ConnectionResetError(104, "reset"), "the connection was lost"),
        (OSError(24, "too many open files"), "the connection was lost"),
        (anyio.BrokenResourceError(), "the connection was lost (BrokenResourceError)"),
        (anyio.ClosedResourceError(), "the connection was lost (ClosedResourceError)"),
        (anyio.EndOfStream(), "the connection was lost (EndOfStream)"),
        (caused(httpx.ReadError("x"), ssl.SSLEOFError(8, "EOF")), "the connection was lost (x)"),
        (caused(httpx.ReadError("x"), ssl.SSLError(1, "bad record mac")), "the connection was lost (x)"),
        (caused(httpx.ReadError("x"), ssl.SSLError(1, "alert bad record mac")), "the connection was lost (x)"),
        (caused(httpx.ReadError("x"), ssl.SSLError(1, "alert decrypt error")), "the connection was lost (x)"),
    ],
    ids=repr,
)
async def test_what_may_pass_is_tried_again(
    make_client: MakeClient, recorder: Recorder, error: Exception, said: str
) -> None:
    """With a text of one line, from which the token is scrubbed."""
    caught = await failing(make_client, recorder, error)
    assert str(caught).startswith(f"auth_tokens_get: {said}")
    assert [attempt.failure for attempt in caught.attempts] == [str(caught).removeprefix("auth_tokens_get: ")] * 2
    assert isinstance(caught, AttemptTimeoutError) == said.startswith("timed out")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (caused(httpx.ConnectError(f"for {TOKEN}"), VERIFY), "TLS was refused (for [redacted])"),
        (caused(httpx.ConnectError(""), VERIFY, "__context__"), "TLS was refused ()"),
        (caused(httpx.ConnectError(""), caused(OSError(), ssl.SSLError(1, "any"))), "TLS was refused ()"),
        (caused(httpx.ReadError("x"), ssl.SSLError(1, "tlsv13 alert certificate required")), "TLS was refused (x)"),
        (httpx.LocalProtocolError(f"illegal {TOKEN}"), "the request could not be sent (LocalProtocolError)"),
        (httpx.UnsupportedProtocol("gopher"), "the request could not be sent (UnsupportedProtocol)"),
        (httpx.DecodingError("x"), "the request could not be sent (DecodingError)"),
        (httpx.StreamConsumed(), "the request could not be sent (StreamConsumed)"),
        (httpx.InvalidURL("x"), "the request could not be sent (InvalidURL)"),
        (ValueError(f"b'{TOKEN} cut short"), "the request could not be sent (ValueError)"),
        (ExceptionGroup("x", [ValueError(TOKEN)]), "the request could not be sent (ExceptionGroup)"),
    ],
    ids=repr,
)
async def test_what_would_be_the_same_again_is_not(
    make_client: MakeClient, recorder: Recorder, error: Exception, said: str
) -> None:
    """The words of a fault on this side are left out: they may quote what was to be sent."""
    caught = await failing(make_client, recorder, error)
    assert (str(caught), len(caught.attempts)) == (f"auth_tokens_get: {said}", 1)
    assert (caught.__cause__, caught.__context__) == (None, None)


async def test_a_long_text_is_cut_behind_the_token_and_not_through_it(
    make_client: MakeClient, recorder: Recorder
) -> None:
    """Half a token would not be found, and is half a secret."""
    text = str(await failing(make_client, recorder, httpx.ReadError("x" * 190 + TOKEN + "x" * 500)))
    assert TOKEN[:6] not in text
    assert len(text) < 300


async def failing(make_client: MakeClient, recorder: Recorder, error: Exception) -> TransportError:
    """Give the error of a call whose two attempts meet that of the transport."""

    def fail(request: httpx.Request) -> None:
        raise error

    recorder.before = fail
    with pytest.raises(TransportError) as caught:
        await get(make_client(token=TOKEN, transport=recorder, retry=RetryPolicy(max_attempts=2)))
    return caught.value


@pytest.mark.parametrize(
    ("error", "body", "may_have_acted"),
    [
        (httpx.ReadError, "read", True),
        (httpx.ReadError, "not read", False),
        (httpx.ReadError, "", True),  # its headers are the whole request, and nobody says when they are sent
        (httpx.ReadTimeout, "read", True),
        (httpx.ConnectError, "read", False),
        (httpx.ConnectTimeout, "read", False),
        (httpx.PoolTimeout, "read", False),
        (httpx.ProxyError, "read", False),
        (httpx.ConnectError, "", False),
    ],
)
async def test_the_server_may_have_acted_once_the_body_was_asked_for(
    make_client: MakeClient, recorder: Recorder, error: type[Exception], body: str, may_have_acted: bool
) -> None:
    """But not where no connection came about, whatever the transport had read by then."""

    def no_response(**_: object) -> None:
        raise AssertionError

    def fail(request: httpx.Request) -> None:
        if body == "read":
            list(request.stream)  # type: ignore[arg-type]  # ours can be read in both ways
        raise error("x")

    recorder.before = fail
    with pytest.raises(TransportError) as caught:
        await make_client(transport=recorder).call(endpoint(no_response, **({"json": {}} if body else {})))
    assert ("the server may have acted" in str(caught.value)) is may_have_acted
    assert len(caught.value.attempts) == (1 if may_have_acted else 4)


async def test_a_name_that_does_not_resolve_is_a_failure_to_connect(make_client: MakeClient) -> None:
    client = make_client(transport=None, base_url="https://name.invalid", retry=RetryPolicy(max_attempts=2))
    with pytest.raises(TransportError, match="could not connect") as caught:
        await get(client)
    assert len(caught.value.attempts) == 2
