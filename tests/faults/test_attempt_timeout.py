"""`timeout` bounds one attempt: as a number the whole of it, as an `httpx.Timeout` its phases."""

import time

import httpx
import pytest

from devrev_auth_client import AttemptTimeoutError, RetryPolicy, TotalTimeoutError, TransportError
from tests.faults.backends import AT_ONCE, ONCE, TOKEN_ANSWER, TOKEN_ID, Backend, Caller, assert_within, seconds_of
from tests.faults.server import Drip, FaultServer, Hang, Respond, backlog_full_url
from tests.faults.slow_reader import SlowReader

ATTEMPT = 0.15
MARGIN = 0.1


def ends_after(call: Caller, seconds: float, error: type[Exception] = AttemptTimeoutError, **options: object) -> None:
    """The call fails after so many seconds."""

    def fail() -> None:
        with pytest.raises(error) as caught:
            call.get(**options)
        assert type(caught.value) is error

    assert_within(lambda: seconds_of(fail), seconds, seconds + MARGIN)


@pytest.mark.parametrize("answer", [Hang(), Drip("headers", 0.02), Drip("body", 0.02)], ids=["none", "headers", "body"])
def test_number_bounds_the_whole_attempt(backend: Backend, answer: Hang | Drip) -> None:
    """However busy the server looks."""
    with FaultServer(answer) as server, backend.client(server.url, timeout=ATTEMPT, retry=ONCE) as client:
        ends_after(client, ATTEMPT)


def test_every_attempt_gets_as_much(backend: Backend) -> None:
    """Three attempts, three times the timeout."""
    policy = RetryPolicy(max_attempts=3, base_delay=0)
    with FaultServer(Hang()) as server, backend.client(server.url, timeout=0.1, retry=policy) as client:
        ends_after(client, 0.3)


def test_last_attempt_gets_what_is_left(backend: Backend) -> None:
    """One whole attempt and a half."""
    with FaultServer(Hang()) as server, backend.client(server.url, timeout=ATTEMPT, total_timeout=0.3) as client:
        begin = time.monotonic()
        with pytest.raises(TotalTimeoutError) as caught:
            client.get()
        assert [attempt.status_code for attempt in caught.value.attempts] == [None, None]
        assert 0.3 <= time.monotonic() - begin < 0.5


def test_one_call_can_have_its_own(backend: Backend) -> None:
    """Its `timeout` and its `total_timeout`, in place of the client's."""
    with FaultServer(Hang()) as server, backend.client(server.url, timeout=30, retry=ONCE) as client:
        ends_after(client, ATTEMPT, timeout=ATTEMPT)
        ends_after(client, ATTEMPT, TotalTimeoutError, total_timeout=ATTEMPT)
        ends_after(client.copy(timeout=ATTEMPT), ATTEMPT)


def test_waiting_for_a_lane_is_not_part_of_the_attempt(backend: Backend) -> None:
    """A call that queues for longer than its `timeout` is answered all the same."""
    with (
        FaultServer([Respond(404, delay=0.4), TOKEN_ANSWER]) as server,
        backend.client(server.url, max_connections=1, retry=ONCE) as client,
    ):
        holder = client.begin_get()
        server.wait_for_requests(1)
        assert client.get(timeout=ATTEMPT).id == TOKEN_ID
        assert holder.done()


def test_without_total_timeout_each_attempt_is_still_bounded(backend: Backend) -> None:
    """`total_timeout=None` takes the bound off the call alone."""
    options = {"timeout": ATTEMPT, "total_timeout": None, "retry": ONCE}
    with FaultServer(Hang()) as server, backend.client(server.url, **options) as client:
        ends_after(client, ATTEMPT)


def test_connect_phase(backend: Backend) -> None:
    """`httpx.Timeout(connect=...)`."""
    with (
        backlog_full_url() as url,
        backend.client(url, timeout=httpx.Timeout(9, connect=ATTEMPT), retry=ONCE) as client,
    ):
        ends_after(client, ATTEMPT, TransportError)


def test_read_phase(backend: Backend) -> None:
    """`httpx.Timeout(read=...)`."""
    options = {"timeout": httpx.Timeout(9, read=ATTEMPT), "retry": ONCE}
    with FaultServer(Hang()) as server, backend.client(server.url, **options) as client:
        ends_after(client, ATTEMPT)


def test_write_phase(backend: Backend) -> None:
    """`httpx.Timeout(write=...)`, met by a request that nobody reads."""
    options = {"timeout": httpx.Timeout(9, write=ATTEMPT), "retry": ONCE}
    with SlowReader(1, 60) as server, backend.client(server.url, **options) as client:
        begin = time.monotonic()
        with pytest.raises(TransportError):
            client.begin(client.client.get_auth_token, "x" * 1_000_000).result(10)
        assert ATTEMPT <= time.monotonic() - begin < 1


def test_phases_renew_with_every_byte_and_total_timeout_does_not(backend: Backend) -> None:
    """As in httpx: a server that drips outlives its read timeout, and then `total_timeout` cuts it."""
    options = {"timeout": httpx.Timeout(ATTEMPT), "total_timeout": 0.4}
    with FaultServer(Drip("body", 0.02)) as server, backend.client(server.url, **options) as client:
        ends_after(client, 0.4, TotalTimeoutError)


def test_phase_never_exceeds_the_time_left(backend: Backend) -> None:
    """A read timeout of nine seconds in a call that has less."""
    options = {"timeout": httpx.Timeout(9), "total_timeout": ATTEMPT}
    with FaultServer(Hang()) as server, backend.client(server.url, **options) as client:
        ends_after(client, ATTEMPT, TotalTimeoutError)


def test_pool_phase_is_ignored(backend: Backend) -> None:
    """The queue for a lane is bounded by `total_timeout` alone."""
    timeout = httpx.Timeout(5, pool=0.01)
    with (
        FaultServer([Respond(404, delay=0.3), TOKEN_ANSWER]) as server,
        backend.client(server.url, max_connections=1, timeout=timeout, retry=AT_ONCE) as client,
    ):
        client.begin_get()
        server.wait_for_requests(1)
        assert client.get().id == TOKEN_ID
