"""with_options: a copy that shares connections, gate and budget; neither changes the other."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from devrev_auth_client import APIError, ConfigurationError, RateLimit, RetryPolicy, TooManyRequestsError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import get
from tests.behaviour.transports import Recorder
from tests.behaviour.virtual_time import NOON, VirtualTime

ONCE = RetryPolicy(max_attempts=1)


async def test_each_option_of_the_copy_is_its_own(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, time: VirtualTime
) -> None:
    """The original goes on as it was made."""
    original = make_client(
        transport=recorder, timeout=httpx.Timeout(1), total_timeout=10, retry=ONCE, headers={"X-A": "1"}
    )
    copy = original.with_options(
        timeout=httpx.Timeout(2),
        total_timeout=100,
        retry=RetryPolicy(max_attempts=2),
        api_version="2024-01-24",
        headers={"X-B": "2"},
    )
    await get(copy)
    await get(original)
    of_copy, of_original = recorder.requests
    assert (of_copy.headers["X-A"], of_copy.headers["X-B"]) == ("1", "2")
    assert of_copy.headers["X-Devrev-Version"] == "2024-01-24"
    assert of_copy.extensions["timeout"]["read"] == 2
    assert of_original.headers["X-A"] == "1"
    assert not {"x-b", "x-devrev-version"} & set(of_original.headers)
    assert of_original.extensions["timeout"]["read"] == 1
    fake.respond_next(429, retry_after=50)
    await get(copy)
    assert time.waits == [50.0]
    fake.respond_next(502)
    with pytest.raises(APIError):
        await get(original)


async def test_what_is_left_out_stays(make_client: MakeClient, recorder: Recorder) -> None:
    """A copy of a copy has all that was set before."""
    client = make_client(transport=recorder, timeout=httpx.Timeout(1), api_version="v1", headers={"X-A": "1"})
    await get(client.with_options(total_timeout=5).with_options(headers={"X-B": "2"}))
    (request,) = recorder.requests
    assert request.extensions["timeout"]["read"] == 1
    assert [request.headers[name] for name in ("X-Devrev-Version", "X-A", "X-B")] == ["v1", "1", "2"]


async def test_a_header_given_again_takes_the_place_of_the_first(make_client: MakeClient, recorder: Recorder) -> None:
    """Whatever its case; it is not sent twice."""
    client = make_client(transport=recorder, headers={"X-Team": "old"}, api_version="v1")
    await get(client.with_options(headers={"x-team": "new", "x-devrev-version": "v2"}))
    headers = recorder.requests[0].headers
    assert headers.get_list("X-Team") == ["new"]
    assert headers.get_list("X-Devrev-Version") == ["v2"]


async def test_total_timeout_none_lifts_the_bound(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """None is a value here, not an option left out."""
    fake.respond_next(429, retry_after=5000)
    await get(make_client().with_options(total_timeout=None))
    assert time.waits == [5000.0]


async def test_a_429_of_either_holds_both(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """The limit is the user's."""
    original = make_client(retry=ONCE)
    copy = original.with_options(timeout=1)
    for sender, other in ((original, copy), (copy, original)):
        fake.respond_next(429, retry_after=20)
        with pytest.raises(TooManyRequestsError):
            await get(sender)
        await get(other)
    assert time.waits == [20.0, 20.0]


async def test_both_know_the_last_quota_told(make_client: MakeClient, fake: FakeDevRev) -> None:
    """`rate_limit` is the user's too."""
    original = make_client()
    copy = original.with_options(timeout=1)
    fake.respond_next(json={"token": {"id": "x"}}, headers={"X-Ratelimit-Remaining": "5"})
    await get(copy)
    assert original.rate_limit == copy.rate_limit == RateLimit(None, 5, None)


async def test_closing_the_client_closes_its_copies(make_client: MakeClient, recorder: Recorder) -> None:
    """There is one set of connections."""
    client = make_client(transport=recorder)
    copy = client.with_options(timeout=1)
    await client.aclose()
    assert recorder.closed
    for either in (client, copy):
        with pytest.raises(ConfigurationError, match="closed"):
            await get(either)


async def test_closing_a_copy_closes_nothing(make_client: MakeClient, recorder: Recorder) -> None:
    """Others still use what it shares; a copy in a `with` block is only used there."""
    client = make_client(transport=recorder)
    async with client.with_options(timeout=1) as copy:
        await get(copy)
    await copy.aclose()
    assert not recorder.closed
    await get(copy)
    await get(client)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"timeout": 0}, "timeout"),
        ({"total_timeout": -1}, "total_timeout"),
        ({"retry": 3}, "retry"),
        ({"retry": None}, "retry"),
        ({"api_version": 5}, "X-Devrev-Version"),
        ({"api_version": "a\nb"}, "X-Devrev-Version"),
        ({"headers": {"Authorization": "Bearer x"}}, "Authorization"),
        ({"headers": {"X-A": 5}}, "X-A"),
        ({"headers": "X-A: 1"}, "headers"),
    ],
)
async def test_a_wrong_option_is_refused_and_changes_nothing(
    make_client: MakeClient, fake: FakeDevRev, options: dict[str, Any], named: str
) -> None:
    """The original works on."""
    client = make_client()
    with pytest.raises(ConfigurationError, match=named):
        client.with_options(**options)
    await get(client)
    assert len(fake.requests) == 1


async def test_the_mapping_handed_in_may_change_afterwards(make_client: MakeClient, recorder: Recorder) -> None:
    """What was given is what is sent."""
    headers = {"X-A": "1"}
    client = make_client(transport=recorder, headers=headers)
    copy = client.with_options(headers=headers)
    headers["X-A"] = "2"
    await get(client)
    await get(copy)
    assert [request.headers["X-A"] for request in recorder.requests] == ["1", "1"]


async def test_the_copy_keeps_time_with_the_original(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """A quota used up by one is waited for by the other, to the same instant."""
    client = make_client(total_timeout=100)
    headers = {"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": str(NOON + 30)}
    fake.respond_next(json={"token": {"id": "x"}}, headers=headers)
    await get(client)
    time.now += 10
    await get(client.with_options(timeout=1))
    assert time.waits == [20.0]
