"""DEVREV_TOKEN and DEVREV_BASE_URL, and the environment's proxies."""

from __future__ import annotations

import pytest

from devrev_auth_client import ConfigurationError, UnauthenticatedError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import Backend
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import get
from tests.behaviour.transports import Recorder


async def test_the_token_comes_from_devrev_token(
    backend: Backend, fake: FakeDevRev, pat: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where none is passed; white space around it does no harm."""
    monkeypatch.setenv("DEVREV_TOKEN", f"{pat.secret}\n")
    token = await get(backend.client(transport=fake.transport()))
    assert token.id == pat.id
    assert fake.requests[0].token_id == pat.id


async def test_a_token_that_is_passed_comes_before_the_environments(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment is not even looked at."""
    monkeypatch.setenv("DEVREV_TOKEN", "not a token")
    await get(make_client())
    assert fake.requests[0].token_id == pat.id


async def test_the_environment_is_read_once(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the client is made; later changes are for later clients."""
    monkeypatch.setenv("DEVREV_TOKEN", pat.secret)
    client = make_client(token=None)
    monkeypatch.setenv("DEVREV_TOKEN", "another")
    await get(client)
    with pytest.raises(UnauthenticatedError):
        await get(make_client(token=None))


def test_no_token_at_all_says_where_to_put_one(make_client: MakeClient) -> None:
    """The text names the argument and the variable."""
    with pytest.raises(ConfigurationError, match=r"pass token=\.\.\. or set the environment variable DEVREV_TOKEN"):
        make_client(token=None)


@pytest.mark.parametrize("value", ["", "  ", "hush hush", "hush\u00fc", "Bearer hush"])
def test_a_wrong_token_of_the_environment_is_refused_and_not_repeated(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """The text says that it came from the environment."""
    monkeypatch.setenv("DEVREV_TOKEN", value)
    with pytest.raises(ConfigurationError, match=r"^the environment variable DEVREV_TOKEN ") as caught:
        make_client(token=None)
    assert "hush" not in str(caught.value)


async def test_the_base_url_comes_from_devrev_base_url(
    make_client: MakeClient, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where none is passed; an argument comes before it."""
    monkeypatch.setenv("DEVREV_BASE_URL", "http://127.0.0.1:9/")
    await get(make_client(transport=recorder))
    await get(make_client(transport=recorder, base_url="https://x.example"))
    assert [request.url.host for request in recorder.requests] == ["127.0.0.1", "x.example"]


async def test_an_empty_devrev_base_url_is_none(
    make_client: MakeClient, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is how a variable is unset in many a deployment."""
    monkeypatch.setenv("DEVREV_BASE_URL", "")
    await get(make_client(transport=recorder))
    assert recorder.requests[0].url.host == "api.devrev.ai"


@pytest.mark.parametrize("value", ["http://hush.example", "hush", "https://u:hush@x.example", " "])
def test_a_wrong_base_url_of_the_environment_is_refused_and_not_repeated(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """The text says that it came from the environment."""
    monkeypatch.setenv("DEVREV_BASE_URL", value)
    with pytest.raises(ConfigurationError, match=r"^the environment variable DEVREV_BASE_URL must be") as caught:
        make_client()
    assert "hush" not in str(caught.value)


def test_a_wrong_proxy_of_the_environment_is_refused_and_not_repeated(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the constructor, not at the first call; a proxy's URL may hold a password."""
    monkeypatch.setenv("https_proxy", "ftp://user:hush@proxy.example")
    with pytest.raises(ConfigurationError, match="proxy") as caught:
        make_client(transport=None)
    assert "hush" not in str(caught.value)
    make_client()  # a transport of one's own has nothing to do with proxies
