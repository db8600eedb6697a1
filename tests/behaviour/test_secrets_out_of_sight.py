"""No repr, text, log, traceback, context or pickle holds a token, whichever way a call goes."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import Awaitable, Callable

import httpx
import pytest

from devrev_auth_client import (
    AsyncDevRevAuthClient,
    ConfigurationError,
    DevRevAuthClient,
    DevRevAuthError,
    RevocationUnconfirmedError,
    TransportError,
)
from devrev_auth_client._credentials import conceal
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import TOKEN_ID, Operation, get, revoke
from tests.behaviour.transports import Recorder

SECRET = "eyJhbGciOi.SECRET-of-the-tests.c2lnbmF0dXJl"
BAD_TOKENS = {
    "a newline": f"{SECRET}\n{SECRET}",
    "a carriage return": f"{SECRET}\r",
    "a space": f"{SECRET} {SECRET}",
    "a tab": f"{SECRET}\t{SECRET}",
    "a NUL": f"{SECRET}\0",
    "an umlaut": f"{SECRET}ü",
    "an emoji": f"{SECRET}🔑",
    "a full-width letter": f"{SECRET}\uff21",
    "Bearer": f"Bearer {SECRET}",
    "bearer": f"bearer {SECRET}",
}
PACKAGE = "devrev_auth_client"


def shown(error: BaseException) -> str:
    """Write down all that can be seen of an error, local variables of the package's frames included."""
    parts = [repr(error), str(error), repr(error.args), repr(vars(error)), repr(getattr(error, "__notes__", ()))]
    seen = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in seen.stack:
        if f"/{PACKAGE}/" in frame.filename:
            parts += [f"{frame.name} {name}={value}" for name, value in (frame.locals or {}).items()]
    return "\n".join([*parts, "".join(traceback.format_exception(error))])


def assert_hides(error: BaseException, secret: str = SECRET) -> None:
    assert secret not in shown(error)
    assert secret.encode() not in pickle.dumps(error)
    assert secret not in repr(copy.deepcopy(error))
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("kind", BAD_TOKENS)
async def test_a_token_that_cannot_be_sent_is_refused_or_trimmed_without_being_shown(
    make_client: MakeClient, kind: str
) -> None:
    """White space around it is a file's last line; anything else is refused."""
    bad = BAD_TOKENS[kind]
    if bad.strip() == SECRET:
        assert conceal(bad, "token") == conceal(SECRET, "token")
        return
    with pytest.raises(ConfigurationError) as caught:
        make_client(token=bad)
    assert_hides(caught.value)


@pytest.mark.parametrize("empty", ["", " ", "\n", "\t\r\n"])
async def test_an_empty_token_is_refused(make_client: MakeClient, empty: str) -> None:
    """With a word on what to do."""
    with pytest.raises(ConfigurationError, match="DEVREV_TOKEN"):
        make_client(token=empty)


@pytest.mark.parametrize("wrong", [SECRET.encode(), [SECRET], {"token": SECRET}, object()])
async def test_what_is_no_string_is_refused_without_being_shown(make_client: MakeClient, wrong: object) -> None:
    """By its type's name."""
    with pytest.raises(ConfigurationError, match=type(wrong).__name__) as caught:
        make_client(token=wrong)
    assert_hides(caught.value)


async def test_another_argument_is_wrong_beside_a_good_token(make_client: MakeClient) -> None:
    """The frame of the constructor has no plain token any more when it raises."""
    for options in (
        {"timeout": -1},
        {"base_url": "ftp://x"},
        {"max_connections": 0},
        {"headers": {"Authorization": "x"}},
    ):
        with pytest.raises(ConfigurationError) as caught:
            make_client(token=SECRET, **options)
        assert_hides(caught.value)


async def test_the_environments_token_is_refused_by_the_variables_name(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by its value."""
    monkeypatch.setenv("DEVREV_TOKEN", f"{SECRET} {SECRET}")
    with pytest.raises(ConfigurationError, match="DEVREV_TOKEN") as caught:
        make_client(token=None)
    assert_hides(caught.value)


async def test_clients_and_their_copies_show_no_token(make_client: MakeClient) -> None:
    """And are not pickled or copied by accident."""
    client = make_client(token=SECRET)
    for each in (client, client.with_options(timeout=5), make_client(token=lambda: SECRET)):
        assert SECRET not in repr(each)
        assert SECRET not in str(each)
        assert SECRET not in f"{each!r}"
    for kind in (AsyncDevRevAuthClient, DevRevAuthClient):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(kind(SECRET))
    secret = conceal(SECRET, "token")
    assert SECRET not in f"{secret} {secret!r} {[secret]} {vars(type(secret)).keys()}"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)


async def _raises(call: Callable[[], Awaitable[object]]) -> DevRevAuthError:
    try:
        await call()
    except DevRevAuthError as error:
        return error
    raise AssertionError("it did not raise")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503])
async def test_a_refusal(make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, status: int) -> None:
    """Whatever the status, and whatever the server says of the token."""
    said = {"type": "x", "message": f"no {SECRET}", "detail": SECRET, "field_name": SECRET, "reference_id": SECRET}
    fake.respond_next(status, json=said, headers={"X-Echo": SECRET, "Retry-After": "900"}, times=8)
    error = await _raises(lambda: get(make_client(token=SECRET)))
    assert_hides(error)


@pytest.mark.parametrize(
    "kind", [httpx.ConnectError, httpx.ReadError, httpx.LocalProtocolError, ValueError, RuntimeError]
)
async def test_a_transport_that_raises_with_the_token_in_its_words(
    make_client: MakeClient, recorder: Recorder, kind: type[Exception]
) -> None:
    """As h11 does of a header that it cannot send."""

    def fail(request: httpx.Request) -> None:
        request.read()
        raise kind(f"Illegal header value {request.headers['Authorization']!r}")

    recorder.before = fail
    for operation in (get, revoke):

        async def call(operation: Operation = operation) -> object:
            return await operation(make_client(token=SECRET, transport=recorder))

        error = await _raises(call)
        assert isinstance(error, TransportError | RevocationUnconfirmedError)
        assert_hides(error)


async def test_a_token_callable_that_fails_with_the_token_in_its_words(make_client: MakeClient) -> None:
    """Or gives it in a form that cannot be sent."""

    def fails() -> str:
        raise RuntimeError(f"vault said {SECRET}")

    for ask in (fails, lambda: f"{SECRET} {SECRET}", lambda: SECRET.encode(), lambda: {"token": SECRET}):

        async def call(ask: Callable[[], object] = ask) -> object:
            return await get(make_client(token=ask))

        error = await _raises(call)
        assert isinstance(error, ConfigurationError)
        assert_hides(error)


async def test_nothing_is_logged(make_client: MakeClient, fake: FakeDevRev, caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG, by anybody."""
    caplog.set_level(logging.DEBUG)
    fake.respond_next(502, json={"message": SECRET}, headers={"X-Echo": SECRET})
    fake.respond_next(401, json={"message": SECRET})
    await _raises(lambda: make_client(token=SECRET).get_auth_token(TOKEN_ID))
    assert caplog.records
    assert all(SECRET not in f"{record.getMessage()} {vars(record)}" for record in caplog.records)


async def test_arguments_in_the_wrong_place_are_not_repeated(make_client: MakeClient) -> None:
    """A token passed for a type, for a base URL or for a header's name."""
    client = make_client(token=SECRET)
    for call in (
        lambda: client.revoke_own_auth_tokens(SECRET),
        lambda: client.get_auth_token(f"{SECRET}\n"),
    ):
        error = await _raises(call)
        assert SECRET not in f"{error} {error!r} {vars(error)}"
    for options in ({"base_url": f"https://{SECRET}@h"}, {"base_url": SECRET}, {"proxy": f"ftp://u:{SECRET}@h"}):
        with pytest.raises(ConfigurationError) as caught:
            make_client(token=SECRET, transport=None, **options)
        assert SECRET not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
