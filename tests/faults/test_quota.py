"""`X-Ratelimit-*`: a used-up quota closes the gate before a 429 is earned."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from devrev_auth_client import TooManyRequestsError
from tests.faults.backends import TOKEN_ANSWER, TOKEN_ID, TOKEN_JSON, Backend
from tests.faults.server import Action, FaultServer, RateLimiter, Request, Respond


def quota(remaining: int, reset_in: float, *, clock_off: float = 0.0, date: bool = True) -> Respond:
    """An answer that tells the quota, by a clock that is so many seconds ahead of ours."""
    now = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=clock_off)
    headers = {
        "X-Ratelimit-Limit": "25",
        "X-Ratelimit-Remaining": str(remaining),
        "X-Ratelimit-Reset": str(int(now.timestamp() + reset_in)),
    }
    return Respond(200, {**headers, "Date": format_datetime(now, usegmt=True)} if date else headers, json=TOKEN_JSON)


@pytest.mark.parametrize("clock_off", [0.0, 3600.0, -3600.0], ids=["right", "ahead", "behind"])
def test_used_up_quota_closes_the_gate_whatever_the_local_clock(backend: Backend, clock_off: float) -> None:
    """The wait is measured against the answer's own `Date`."""
    with (
        FaultServer(lambda request: quota(0, 30, clock_off=clock_off)) as server,
        backend.client(server.url) as client,
    ):
        client.get()
        assert client.client.rate_limit is not None
        assert client.client.rate_limit.remaining == 0
        with pytest.raises(TooManyRequestsError) as caught:
            client.get()
        assert caught.value.retry_after is not None
        assert 28 < caught.value.retry_after <= 30
        assert len(server.requests) == 1


def test_gate_opens_when_the_quota_is_renewed(backend: Backend) -> None:
    """In one second; nobody was refused by the server meanwhile."""

    def decide(request: Request) -> Action:
        return quota(0 if len(server.requests) == 1 else 24, 1)

    with FaultServer(decide) as server, backend.client(server.url) as client:
        assert all(outcome.id == TOKEN_ID for outcome in [client.get(), client.get()])
        first, second = (request.arrived for request in server.requests)
        assert 0.95 <= second - first < 1.6


@pytest.mark.parametrize(
    ("remaining", "reset_in"), [(1, 60.0), (0, 0.0), (0, -60.0)], ids=["some left", "reset now", "reset gone by"]
)
def test_quota_that_is_not_used_up_closes_nothing(backend: Backend, remaining: int, reset_in: float) -> None:
    """Nor does one that has been renewed."""
    with FaultServer(lambda request: quota(remaining, reset_in)) as server, backend.client(server.url) as client:
        begin = time.monotonic()
        for _ in range(3):
            client.get()
        assert time.monotonic() - begin < 0.5


def test_server_that_announces_its_quota_is_never_overrun(backend: Backend) -> None:
    """With `X-Ratelimit-Remaining` one call after another earns no 429 at all."""
    limiter = RateLimiter(5, window=1.0, announce=True, answer=TOKEN_ANSWER)
    with FaultServer(limiter) as server, backend.client(server.url) as client:
        for _ in range(7):
            client.get()
    # The reset is told in whole seconds, and the answers have no Date: the gate may open a little before the window.
    assert limiter.counts[200] == 7
    assert limiter.counts[429] <= 2
