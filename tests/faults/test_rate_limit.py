"""One 429 is everybody's: the calls of a client wait together, and one goes before the rest follow."""

import time
from collections import Counter
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import Any

import pytest

from devrev_auth_client import AuthToken, TotalTimeoutError
from tests.faults.actions import Action, Hang, Reset, Respond
from tests.faults.backends import PATIENCE, SERVER, TOKEN_JSON, TOKEN_RESPONSE, Backend, Caller
from tests.faults.measuring import lateness, seconds_of
from tests.faults.proxies import Forward
from tests.faults.server import FaultServer, Request

SOON = Respond(429, {"Retry-After": "0.25"}, json={"type": "too_many_requests", "message": "slow down"})


def begin_first(server: FaultServer, client: Caller, **options: Any) -> "Future[AuthToken]":
    """Begin a call that meets the 429, and wait until it waits."""
    call = client.begin_get(**options)
    server.wait_for_requests(1)
    time.sleep(0.05)
    return call


def all_succeed_soon(client: Caller, calls: "list[Future[AuthToken]]") -> bool:
    """Whether every call returns a token, within two seconds."""
    in_time = seconds_of(lambda: wait(calls, PATIENCE)) < 2
    return in_time and all(isinstance(outcome, AuthToken) for outcome in client.outcomes(calls))


def test_a_hundred_calls_at_once_where_25_are_allowed() -> None:
    """All get through, with hardly a 429 beyond the 75 that were under way before the first one came."""
    windows: Counter[int] = Counter()

    def decide(request: Request) -> Respond:
        window = int(request.arrived - begin)
        windows[window] += 1
        response = TOKEN_RESPONSE if windows[window] <= 25 else Respond(429, {"Retry-After": "1"})
        return replace(response, delay=0.3 if windows.total() <= 100 else 0)

    with (
        lateness() as late,
        Backend("asyncio").served(decide, max_connections=100, total_timeout=60) as (server, client),
    ):
        begin = time.monotonic()
        outcomes = client.outcomes([client.begin_get() for _ in range(100)])
        seconds = time.monotonic() - begin
    assert {type(outcome) for outcome in outcomes} == {AuthToken}
    assert len(server.requests) <= 100 + 75 + 5
    assert seconds < 3 + 1.5 + 100 * max(late)  # so late may each of the hundred be


def test_one_goes_before_the_rest_follow(backend: Backend) -> None:
    """When the time is up a single request goes out, and the others, also of a copy, wait for its response."""
    script = [SOON, Respond(200, json=TOKEN_JSON, delay=0.2), TOKEN_RESPONSE]
    with backend.served(script) as (server, client):
        first = begin_first(server, client)
        others = [each.begin_get() for each in [client, client.copy(timeout=5)] * 4]
        assert all_succeed_soon(client, [first, *others])
        refused, alone, *rest = sorted(request.arrived for request in server.requests)
        assert 0.25 <= alone - refused < min(rest) - refused - 0.15
        assert len(rest) == 8


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
        assert all_succeed_soon(client, [refused, client.begin_get()])
        assert wire.connections_opened == 2
        assert [request.arrived - server.requests[1].arrived >= 0.6 for request in server.requests[2:]] == [True] * 2


FIRST: dict[str, Action] = {"lost": Reset(), "500": Respond(500), "hanging": Hang()}


@pytest.mark.parametrize("response", FIRST.values(), ids=FIRST)
def test_first_call_after_the_wait_fails(backend: Backend, response: Action) -> None:
    """Whatever became of it, the queue does not stand still."""
    with backend.served([SOON, response, TOKEN_RESPONSE]) as (server, client):
        first = begin_first(server, client, timeout=0.3)
        assert all_succeed_soon(client, [first, *(client.begin_get() for _ in range(5))])


def test_first_call_after_the_wait_is_cut(backend: Backend) -> None:
    """Cancelled, or out of time: the next in the queue goes."""
    with backend.served([SOON, Hang(), TOKEN_RESPONSE]) as (server, client):
        first = begin_first(server, client, total_timeout=5 if backend.is_async else 0.5)
        calls = [client.begin_get() for _ in range(5)]
        server.wait_for_requests(2)
        if backend.is_async:
            first.cancel()
        assert all_succeed_soon(client, calls)
        assert first.cancelled() or isinstance(first.exception(), TotalTimeoutError)


def test_cancelled_calls_are_forgotten(async_backend: Backend) -> None:
    """The head of the queue, which holds the timer, included."""
    with async_backend.served([Respond(429, {"Retry-After": "0.8"}), TOKEN_RESPONSE]) as (server, client):
        gone = [begin_first(server, client), *(client.begin_get() for _ in range(3))]
        time.sleep(0.05)
        stays = [client.begin_get() for _ in range(3)]
        time.sleep(0.05)
        for call in gone:
            call.cancel()
        assert all_succeed_soon(client, stays)
        assert len(server.requests) == 4
