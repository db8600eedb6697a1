"""One 429 is everybody's: the calls of a client wait together, and one goes before the rest follow."""

import time
from concurrent.futures import Future, wait
from typing import Any

import pytest

from devrev_auth_client import AuthToken, TotalTimeoutError
from tests.faults.backends import (
    PATIENCE,
    SERVER,
    TOKEN_JSON,
    TOKEN_RESPONSE,
    Backend,
    Caller,
    Lateness,
    seconds_of,
)
from tests.faults.long_run import UNAVOIDABLE, RateLimiter, burst
from tests.faults.proxies import Forward
from tests.faults.server import Action, FaultServer, Hang, Reset, Respond

SOON = Respond(429, {"Retry-After": "0.25"}, json={"type": "too_many_requests", "message": "slow down"})


def arrivals(server: FaultServer) -> list[float]:
    """Seconds between the first request and each."""
    return [request.arrived - server.requests[0].arrived for request in server.requests]


def begin_first(server: FaultServer, client: Caller, **options: Any) -> "Future[AuthToken]":
    """Begin a call that meets the 429, and wait until it waits."""
    call = client.begin_get(**options)
    server.wait_for_requests(1)
    time.sleep(0.05)
    return call


def all_succeed(client: Caller, calls: "list[Future[AuthToken]]") -> bool:
    """Whether every call returns a token."""
    return all(isinstance(outcome, AuthToken) for outcome in client.outcomes(calls))


def test_a_hundred_calls_at_once_where_25_are_allowed() -> None:
    """All get through, with hardly a 429 beyond those that were under way before the first one came."""
    with Lateness() as late:
        failures, refusals, over = burst(Backend("asyncio"))
    assert failures == 0
    assert refusals <= UNAVOIDABLE + 5
    assert over < 1.5 + 100 * late.seconds  # so late may each of the hundred be


def test_nobody_is_sent_while_a_429_asks_to_wait(backend: Backend) -> None:
    """Neither the call that met it nor those that come meanwhile, also through a copy."""
    with FaultServer([SOON, TOKEN_RESPONSE]) as server, backend.client(server.url) as client:
        first = begin_first(server, client)
        assert all_succeed(client, [first, *(each.begin_get() for each in [client, client.copy(timeout=5)] * 4)])
        assert len(server.requests) == 10
        assert min(arrivals(server)[1:]) >= 0.25


def test_one_goes_before_the_rest_follow(backend: Backend) -> None:
    """When the time is up a single request goes out, and the others wait for its response."""
    script = [SOON, Respond(200, json=TOKEN_JSON, delay=0.2), TOKEN_RESPONSE]
    with FaultServer(script) as server, backend.client(server.url) as client:
        client.outcomes([begin_first(server, client), *(client.begin_get() for _ in range(9))])
        first, *rest = sorted(arrivals(server))[1:]
        assert 0.25 <= first < min(rest) - 0.15


def test_call_that_was_connecting_while_a_429_came_waits_too(backend: Backend) -> None:
    """Admitted before it, ready to send after it: it asks once more, and sends when the time is over."""
    with (
        FaultServer(TOKEN_RESPONSE, tls=SERVER) as server,
        FaultServer([Forward(server.port), Forward(server.port, delay=0.3)]) as wire,
        backend.client(f"https://{wire.address}") as client,
    ):
        client.get()
        server.play([Respond(429, {"Retry-After": "0.5"}, delay=0.1), TOKEN_RESPONSE])
        refused = client.begin_get()
        server.wait_for_requests(2)
        assert all_succeed(client, [refused, client.begin_get()])
        assert wire.connections_opened == 2
        assert [request.arrived - server.requests[1].arrived >= 0.6 for request in server.requests[2:]] == [True] * 2


FIRST: dict[str, Action] = {"lost": Reset(), "500": Respond(500), "hanging": Hang()}


@pytest.mark.parametrize("response", FIRST.values(), ids=FIRST)
def test_first_call_after_the_wait_fails(backend: Backend, response: Action) -> None:
    """Whatever became of it, the queue does not stand still."""
    with FaultServer([SOON, response, TOKEN_RESPONSE]) as server, backend.client(server.url) as client:
        calls = [begin_first(server, client, timeout=0.3), *(client.begin_get() for _ in range(5))]
        assert seconds_of(lambda: wait(calls, PATIENCE)) < 2
        assert all_succeed(client, calls)


def test_first_call_after_the_wait_is_cut(backend: Backend) -> None:
    """Cancelled, or out of time: the next in the queue goes."""
    with FaultServer([SOON, Hang(), TOKEN_RESPONSE]) as server, backend.client(server.url) as client:
        first = begin_first(server, client, total_timeout=5 if backend.is_async else 0.5)
        calls = [client.begin_get() for _ in range(5)]
        server.wait_for_requests(2)
        if backend.is_async:
            first.cancel()
        assert seconds_of(lambda: wait(calls, PATIENCE)) < 2
        assert all_succeed(client, calls)
        assert first.cancelled() or isinstance(first.exception(), TotalTimeoutError)


def test_cancelled_calls_are_forgotten(async_backend: Backend) -> None:
    """The head of the queue, which holds the timer, included."""
    script = [Respond(429, {"Retry-After": "0.8"}), TOKEN_RESPONSE]
    with FaultServer(script) as server, async_backend.client(server.url) as client:
        gone = [begin_first(server, client), *(client.begin_get() for _ in range(3))]
        time.sleep(0.05)
        stays = [client.begin_get() for _ in range(3)]
        time.sleep(0.05)
        for call in gone:
            call.cancel()
        assert seconds_of(lambda: wait(stays, PATIENCE)) < 2
        assert all_succeed(client, stays)
        assert len(server.requests) == 4


def test_server_that_announces_its_quota_is_hardly_overrun() -> None:
    """The reset comes in whole seconds and without a `Date`: the wait may be a little too short."""
    limiter = RateLimiter(5, announce=True)
    with FaultServer(limiter) as server, Backend("sync").client(server.url) as client:
        for _ in range(7):
            client.get()
    assert limiter.counts[200] == 7
    assert limiter.counts[429] <= 2
