"""The headers of every request, and `with_options`: a copy that shares what belongs to the user, and nothing else."""

from typing import Any

import httpx
import pytest

from devrev_auth_client import APIError, ConfigurationError, RetryPolicy, __version__
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get
from tests.behaviour.transports import Recorder
from tests.behaviour.virtual_time import VirtualTime


@both_operations
async def test_every_request_has_these_headers_and_no_others(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, pat: IssuedToken, operation: Operation
) -> None:
    """The token is in one of them alone; a repetition has the same, and the whole body again."""
    fake.respond_next(502)
    await operation(make_client(transport=recorder))
    assert len(recorder.requests) == 2
    assert fake.requests[0].body == fake.requests[1].body
    for request in recorder.requests:
        assert isinstance(request.stream, httpx.SyncByteStream)
        body = b"".join(request.stream)
        assert dict(request.headers) == {
            "host": "api.devrev.ai",
            "accept": "application/json",
            "accept-encoding": "identity",  # a compressed response would have to be bounded twice
            "user-agent": f"devrev-auth-client/{__version__}",
            "content-type": "application/json",
            "content-length": str(len(body)),
            "authorization": f"Bearer {pat.secret}",
        }
        assert pat.secret not in f"{request.url} {request!r} {request.extensions} {request.headers!r}"
        assert pat.secret.encode() not in body


@both_operations
async def test_the_callers_headers_are_sent_in_place_of_the_clients(
    make_client: MakeClient, recorder: Recorder, operation: Operation
) -> None:
    """From any mapping, as it was when it was handed in; whatever their case, no name is sent twice."""
    given = {"X-Team": "a b", "X-Empty": "", "user-agent": "mine/1", "ACCEPT-ENCODING": "gzip", "x-devrev-version": "0"}
    for headers in (given, httpx.Headers(given)):
        client = make_client(transport=recorder, headers=headers, api_version="1")
        copy = client.with_options(headers=headers, api_version="1")
        headers["X-Team"] = "changed"
        await operation(client)
        await operation(copy)
        headers["X-Team"] = "a b"
    for request in recorder.requests:
        assert (request.headers["X-Team"], request.headers["X-Empty"]) == ("a b", "")
        assert request.headers["Accept"] == "application/json"
        for name, value in (("User-Agent", "mine/1"), ("Accept-Encoding", "gzip"), ("X-Devrev-Version", "1")):
            assert request.headers.get_list(name) == [value]


async def test_each_option_of_a_copy_is_its_own(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, time: VirtualTime
) -> None:
    timeouts: dict[str, Any] = {"timeout": httpx.Timeout(1), "total_timeout": 10}
    original = make_client(transport=recorder, retry=RetryPolicy(max_attempts=1), headers={"X-A": "1"}, **timeouts)
    timeouts = {"timeout": httpx.Timeout(2), "total_timeout": 100}
    copy = original.with_options(retry=RetryPolicy(), api_version="2024-01-24", headers={"X-B": "2"}, **timeouts)
    await get(copy)
    await get(original)
    of_copy, of_original = recorder.requests
    names = ("X-A", "X-B", "X-Devrev-Version")
    assert [of_copy.headers.get(name) for name in names] == ["1", "2", "2024-01-24"]
    assert [of_original.headers.get(name) for name in names] == ["1", None, None]
    assert (of_copy.extensions["timeout"]["read"], of_original.extensions["timeout"]["read"]) == (2, 1)
    fake.respond_next(429, retry_after=50)
    await get(copy)
    assert time.waits == [50.0]
    fake.respond_next(502)
    with pytest.raises(APIError):
        await get(original)


async def test_what_is_left_out_stays_and_none_is_a_value(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, time: VirtualTime
) -> None:
    """A copy of a copy has all that was set before; a header given again takes the place of the first."""
    client = make_client(transport=recorder, timeout=httpx.Timeout(1), api_version="v1", headers={"X-Team": "old"})
    fake.respond_next(429, retry_after=5000)
    await get(client.with_options(total_timeout=None).with_options(headers={"x-team": "new"}))
    request = recorder.requests[-1]
    assert (request.extensions["timeout"]["read"], time.waits) == (1, [5000.0])
    assert request.headers.get_list("X-Team") == ["new"]
    assert request.headers.get_list("X-Devrev-Version") == ["v1"]


async def test_a_wrong_option_is_refused_and_changes_nothing(make_client: MakeClient, fake: FakeDevRev) -> None:
    client = make_client()
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"timeout": 0}, "timeout"),
        ({"total_timeout": -1}, "total_timeout"),
        ({"retry": None}, "retry"),
        ({"api_version": "a\nb"}, "X-Devrev-Version"),
        ({"headers": {"Authorization": "Bearer x"}}, "Authorization"),
    ]
    for options, named in wrong:
        with pytest.raises(ConfigurationError, match=named):
            client.with_options(**options)
    await get(client)
    assert len(fake.requests) == 1


async def test_a_copy_keeps_what_a_subclass_set(make_client: MakeClient) -> None:
    client = make_client()
    plain: Any = getattr(client, "plain", client)
    plain.team = "x"
    copy = plain.with_options(timeout=1)
    assert (type(copy), copy.team) == (type(plain), "x")
