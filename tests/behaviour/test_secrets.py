"""No repr, text, traceback, context or pickle holds a token, whichever way a call goes."""

import copy
import json
import pickle
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from devrev_auth_client import APIError, InvalidResponseError, RetryPolicy, RevocationUnconfirmedError, TransportError
from devrev_auth_client._credentials import Secret
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.hiding import assert_hides
from tests.behaviour.operations import Operation, both_operations, get
from tests.behaviour.transports import Recorder

SECRET = "eyJhbGciOi.SECRET/of+the~tests_=.c2lnbmF0dXJl"
ONCE = RetryPolicy(max_attempts=1)

WRITTEN: dict[str, Callable[[str], str]] = {
    "plain": str,
    "with an escaped slash": lambda text: text.replace("/", r"\/"),
    "with one escaped letter": lambda text: text.replace("e", r"\u0065", 1),
    "with all escaped": lambda text: "".join(f"\\u{ord(character):04X}" for character in text),
}
"""How a server may write the token in JSON."""
written = pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)


@written
@both_operations
async def test_an_error_response_that_echoes_the_token(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, write: Callable[[str], str]
) -> None:
    secret = write(SECRET)
    content = f'{{"message": "no {secret}", "{secret}": 1, "detail": "{secret}", "extra": [{{"a": ["{secret}"]}}]}}'
    headers = {"X-Echo": f"Bearer {SECRET}", "Retry-After": "900"}
    for status in (400, 401, 403, 404, 418, 429, 503, 520):
        fake.respond_next(status, content=content.encode(), headers=headers)
        with pytest.raises(APIError) as caught:
            await operation(make_client(token=SECRET, retry=ONCE))
        assert_hides(caught.value, SECRET)
        assert (caught.value.message, caught.value.detail) == ("no [redacted]", "[redacted]")
        assert caught.value.headers["X-Echo"] == "Bearer [redacted]"


@written
async def test_a_response_that_echoes_the_token(
    make_client: MakeClient, fake: FakeDevRev, write: Callable[[str], str]
) -> None:
    """A success too, `content` included: it is logged more freely than an error's."""
    document = {
        "token": {"id": "x", "token_hint": SECRET, "scopes": [SECRET, "a/b"], "new": {SECRET: None, "n": [1.5, True]}}
    }
    content = json.dumps(document).replace(SECRET, write(SECRET)).encode()
    fake.respond_next(content=content, headers={"X-Echo": SECRET})
    response = await make_client(token=SECRET).get_auth_token_detailed("x")
    assert response.parsed is not None
    assert response.parsed.token.token_hint == "[redacted]"
    for text in (repr(response), repr(response.parsed.to_dict()), repr(response.headers)):
        assert SECRET not in text
    assert json.loads(response.content) == json.loads(json.dumps(document).replace(SECRET, "[redacted]"))


ODD = "back\\slash'and\"quotes"
ECHOES = {
    "cut": (SECRET, SECRET[:-3], "[redacted]"),
    "cut after 16": (SECRET, SECRET[:16], "[redacted]"),
    "cut before": (SECRET, SECRET[:15], SECRET[:15]),
    "in a URL": (SECRET, quote(SECRET, safe=""), "[redacted]"),
    "in a URL, cut": (SECRET, quote(SECRET, safe="")[:-4], "[redacted]"),
    "whole and cut": (SECRET, f"{SECRET} {SECRET[:20]}...", "[redacted] [redacted]"),
    "as Python writes it": (ODD, repr(ODD), "'[redacted]'"),
    "made up": ("test", "test@example.com", "test@example.com"),
    "too short": ("seven-7", "seven-7", "seven-7"),
    "long enough": ("eight--8", "eight--8", "[redacted]"),
}


@pytest.mark.parametrize(("token", "echoed", "shown"), ECHOES.values(), ids=ECHOES)
async def test_a_part_of_the_token_is_scrubbed_too(
    make_client: MakeClient, fake: FakeDevRev, token: str, echoed: str, shown: str
) -> None:
    """From 16 characters of it on, all that follows of its alphabet goes; other words stay as they are."""
    said, read = f"no {echoed}!", f"no {shown}!"
    fake.respond_next(404, json={"message": said}, headers={"X-Echo": said})
    with pytest.raises(APIError) as caught:
        await make_client(token=token).get_auth_token(said)  # it may have been passed in the wrong place
    assert (caught.value.message, caught.value.headers["X-Echo"], caught.value.token_id) == (read, read, read)


async def test_content_that_holds_no_token_arrives_byte_for_byte(make_client: MakeClient, fake: FakeDevRev) -> None:
    content = rb'{ "token":{"id": "\u0078\/", "token_hint" : null}}'
    fake.respond_next(content=content)
    assert (await make_client(token=SECRET).get_auth_token_detailed("x")).content == content


async def test_a_redirect_or_a_page_that_carries_the_token(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Nothing of a response that is no API's is in the error."""
    for status in (302, 200):
        fake.respond_next(status, html=f"hush {SECRET}", headers={"Location": f"https://x.example/?token={SECRET}"})
        with pytest.raises(InvalidResponseError) as caught:
            await get(make_client(token=SECRET))
        assert_hides(caught.value, SECRET)
        assert "hush" not in repr(vars(caught.value)) + str(caught.value)


@pytest.mark.parametrize(
    "kind",
    [httpx.ConnectError, httpx.ReadError, httpx.LocalProtocolError, httpx.ReadTimeout, ValueError, RuntimeError],
)
@both_operations
async def test_a_transport_that_raises_with_the_token_in_its_words(
    make_client: MakeClient, recorder: Recorder, operation: Operation, kind: type[Exception]
) -> None:
    """As h11 does, which quotes a header that it cannot send."""

    def fail(request: httpx.Request) -> None:
        request.read()
        raise kind(f"Illegal header value {request.headers['Authorization']!r}")

    recorder.before = fail
    with pytest.raises((TransportError, RevocationUnconfirmedError)) as caught:
        await operation(make_client(token=SECRET, transport=recorder))
    assert_hides(caught.value, SECRET)


def test_clients_and_their_copies_show_their_base_url_and_no_token(make_client: MakeClient) -> None:
    client = make_client(token=SECRET, base_url="https://x.example/a")
    callable_token = make_client(token=lambda: SECRET, base_url="https://x.example/a")
    for each in (client, client.with_options(timeout=5), callable_token):
        plain = getattr(each, "plain", each)
        assert repr(plain) == f"<{type(plain).__name__} https://x.example/a>"
        assert SECRET not in f"{plain} {vars(plain)!r}"
        for again in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match=r"holds connections and a secret: it cannot be pickled or copied"):
                again(plain)


@sync_only
def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(SECRET)
    assert SECRET not in f"{secret} {secret!r:>99} {[secret]} {'%s %r' % (secret, secret)}"  # noqa: UP031  # all ways to format
    for again in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled") as caught:
            again(secret)
        assert_hides(caught.value, SECRET)
    for inspect_it in (vars, hash):
        with pytest.raises(TypeError):
            inspect_it(secret)
    assert secret == Secret(SECRET) != Secret(SECRET + "x")
    assert secret != SECRET


@sync_only
@pytest.mark.parametrize("token", ["x", "x" * 10_000, "Bearertoken", "bearer-token", "!#$%&'()*,:;<>?@[]^`{|}\"\\"])
async def test_visible_ascii_is_a_token_and_white_space_around_it_is_not(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, token: str
) -> None:
    for around in ("{}", " \t{}\r\n", "\u00a0{}\u3000"):
        fake.respond_next(json={"token": {"id": "x"}})
        await get(make_client(token=around.format(token), transport=recorder))
    assert {request.headers["Authorization"] for request in recorder.requests} == {f"Bearer {token}"}
