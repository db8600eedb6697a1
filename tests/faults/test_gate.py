"""One 429 is everybody's: the shared cool-down over real HTTP."""

import time
from concurrent.futures import wait

import pytest

from devrev_auth_client import AuthToken, TooManyRequestsError, TotalTimeoutError
from tests.faults.backends import ONCE, PATIENCE, TOKEN_ANSWER, TOKEN_ID, TOKEN_JSON, Backend, Lateness, seconds_of
from tests.faults.forwarder import forwarder
from tests.faults.long_run import UNAVOIDABLE, burst
from tests.faults.server import Action, FaultServer, Hang, Reset, Respond, tls_pair

SOON = Respond(429, {"Retry-After": "0.25"}, json={"type": "too_many_requests", "message": "slow down"})
LATER = Respond(429, {"Retry-After": "30"})


def arrivals(server: FaultServer) -> list[float]:
    """Seconds between the first request and each."""
    return [request.arrived - server.requests[0].arrived for request in server.requests]


def test_a_hundred_calls_at_once_where_25_are_allowed(backend: Backend) -> None:
    """All get through, with hardly a 429 beyond those that were under way before the first one came."""
    with Lateness() as late:
        met = burst(backend)
    assert met.failures == []
    assert met.refusals <= UNAVOIDABLE + 5
    assert met.seconds < met.best + 1.5 + 100 * late.seconds  # so late may each of the hundred be


def test_nobody_is_sent_while_the_gate_is_closed(backend: Backend) -> None:
    """Neither the one who met the 429 nor those who come meanwhile, also through a copy."""
    with FaultServer([SOON, TOKEN_ANSWER]) as server, backend.client(server.url) as client:
        first = client.begin_get()
        server.wait_for_requests(1)
        time.sleep(0.05)
        calls = [first, *(each.begin_get() for each in [client, client.copy(timeout=5)] * 4)]
        assert all(isinstance(outcome, AuthToken) for outcome in client.outcomes(calls))
        assert len(server.requests) == 10
        assert min(arrivals(server)[1:]) >= 0.25


def test_one_probes_before_the_rest_follow(backend: Backend) -> None:
    """When the time is up a single request goes out, and the others wait for its answer."""
    script = [SOON, Respond(200, json=TOKEN_JSON, delay=0.2), TOKEN_ANSWER]
    with FaultServer(script) as server, backend.client(server.url) as client:
        calls = [client.begin_get()]
        server.wait_for_requests(1)
        time.sleep(0.05)
        calls += [client.begin_get() for _ in range(9)]
        client.outcomes(calls)
        probe, *rest = sorted(arrivals(server))[1:]
        assert 0.25 <= probe < min(rest) - 0.15


def test_a_second_429_closes_the_gate_again(backend: Backend) -> None:
    """The probe met it, so nobody else has to."""
    with FaultServer([SOON, SOON, TOKEN_ANSWER]) as server, backend.client(server.url) as client:
        calls = [client.begin_get()]
        server.wait_for_requests(1)
        time.sleep(0.05)
        calls += [client.begin_get() for _ in range(5)]
        assert all(isinstance(outcome, AuthToken) for outcome in client.outcomes(calls))
        assert len(server.requests) == 8
        assert min(arrivals(server)[2:]) >= 0.5


def test_429s_do_not_count_as_attempts(backend: Backend) -> None:
    """A dozen in a row are waited out; only the time left matters."""
    soon = Respond(429, {"Retry-After": "0.02"})
    with FaultServer([soon] * 12 + [TOKEN_ANSWER]) as server, backend.client(server.url) as client:
        assert client.get().id == TOKEN_ID
        assert len(server.requests) == 13


def test_waiters_give_up_at_once_when_the_time_asked_is_longer_than_theirs(backend: Backend) -> None:
    """Those with more time wait on."""
    script = [SOON, Respond(429, {"Retry-After": "0.8"}), TOKEN_ANSWER]
    with FaultServer(script) as server, backend.client(server.url) as client:
        patient = [client.begin_get()]
        server.wait_for_requests(1)
        time.sleep(0.05)
        impatient = [client.begin_get(total_timeout=0.75) for _ in range(5)]
        assert seconds_of(lambda: wait(impatient, PATIENCE)) < 0.6
        for outcome in client.outcomes(impatient):
            assert isinstance(outcome, TooManyRequestsError)
            assert outcome.retry_after is not None
            assert 0.7 < outcome.retry_after <= 0.8
            assert outcome.headers["Retry-After"] == "0.8"
        assert all(isinstance(outcome, AuthToken) for outcome in client.outcomes(patient))
        assert len(server.requests) == 3


def test_newcomers_who_cannot_wait_are_refused_without_a_request(backend: Backend) -> None:
    """With what the 429 said, and how long it still holds."""
    with FaultServer(LATER) as server, backend.client(server.url) as client:
        for number in range(3):
            with pytest.raises(TooManyRequestsError) as caught:
                client.get()
            assert caught.value.retry_after is not None
            assert 29 < caught.value.retry_after <= 30
            assert len(caught.value.attempts) == (1 if number == 0 else 0)
        assert len(server.requests) == 1


FAILED_PROBES: dict[str, Action] = {"lost": Reset(), "500": Respond(500), "hanging": Hang()}


@pytest.mark.parametrize("probe", FAILED_PROBES.values(), ids=FAILED_PROBES)
def test_failed_prober_hands_the_probe_on(backend: Backend, probe: Action) -> None:
    """Whatever became of it, the queue does not stand still."""
    with FaultServer([SOON, probe, TOKEN_ANSWER]) as server, backend.client(server.url) as client:
        calls = [client.begin_get(timeout=0.3)]
        server.wait_for_requests(1)
        time.sleep(0.05)
        calls += [client.begin_get() for _ in range(5)]
        assert seconds_of(lambda: wait(calls, PATIENCE)) < 2
        assert all(isinstance(outcome, AuthToken) for outcome in client.outcomes(calls))


def test_cancelled_prober_hands_the_probe_on(async_backend: Backend) -> None:
    """The next in the queue probes."""
    with FaultServer([SOON, Hang(), TOKEN_ANSWER]) as server, async_backend.client(server.url) as client:
        prober = client.begin_get()
        server.wait_for_requests(1)
        time.sleep(0.05)
        calls = [client.begin_get() for _ in range(5)]
        server.wait_for_requests(2)
        prober.cancel()
        assert seconds_of(lambda: wait(calls, PATIENCE)) < 1
        assert all(isinstance(outcome, AuthToken) for outcome in client.outcomes(calls))


def test_cancelled_waiters_are_forgotten(async_backend: Backend) -> None:
    """The head of the queue, which holds the timer, included."""
    script = [Respond(429, {"Retry-After": "0.8"}), TOKEN_ANSWER]
    with FaultServer(script) as server, async_backend.client(server.url) as client:
        gone = [client.begin_get()]
        server.wait_for_requests(1)
        time.sleep(0.05)
        gone += [client.begin_get() for _ in range(3)]
        time.sleep(0.05)
        stays = [client.begin_get() for _ in range(3)]
        time.sleep(0.05)
        for call in gone:
            call.cancel()
        assert seconds_of(lambda: wait(stays, PATIENCE)) < 2
        assert all(isinstance(outcome, AuthToken) for outcome in client.outcomes(stays))
        assert len(server.requests) == 4


def test_prober_that_runs_out_of_time_hands_the_probe_on(backend: Backend) -> None:
    """Its own call ends with its `total_timeout`."""
    with FaultServer([SOON, Hang(), TOKEN_ANSWER]) as server, backend.client(server.url) as client:
        prober = client.begin_get(total_timeout=0.5)
        server.wait_for_requests(1)
        time.sleep(0.05)
        calls = [client.begin_get() for _ in range(5)]
        assert seconds_of(lambda: wait(calls, PATIENCE)) < 2
        assert isinstance(prober.exception(), TotalTimeoutError)
        assert all(isinstance(outcome, AuthToken) for outcome in client.outcomes(calls))


def test_order_is_kept(backend: Backend) -> None:
    """Whoever waits longest goes first."""
    slow = Respond(200, json=TOKEN_JSON, delay=0.02)
    with FaultServer([SOON, slow]) as server, backend.client(server.url, max_connections=1) as client:
        calls = [client.begin_get()]
        server.wait_for_requests(1)
        time.sleep(0.05)
        for number in range(6):
            calls.append(client.begin(client.client.get_auth_token, f"id-{number}"))
            time.sleep(0.02)  # trio starts what begins together in random order
        client.outcomes(calls)
        asked = [request.json()["token_id"] for request in server.requests]
        assert asked[2:] == [f"id-{number}" for number in range(6)]


def test_refusals_of_another_kind_do_not_close_the_gate(backend: Backend) -> None:
    """A 503 that names a time makes one caller wait, and only that one."""
    script = [Respond(503, {"Retry-After": "0.5"}), TOKEN_ANSWER]
    with FaultServer(script) as server, backend.client(server.url) as client:
        waiting = client.begin_get()
        server.wait_for_requests(1)
        assert seconds_of(client.get) < 0.3
        assert not waiting.done()
        assert waiting.result(5).id == TOKEN_ID


def test_calls_are_not_repeated_when_repetitions_are_off(backend: Backend) -> None:
    """The 429 is raised at once, and still closes the gate for the others."""
    with FaultServer([SOON, TOKEN_ANSWER]) as server, backend.client(server.url) as client:
        with pytest.raises(TooManyRequestsError) as caught:
            client.copy(retry=ONCE).get()
        assert caught.value.retry_after == 0.25
        client.get()
        assert arrivals(server)[1] >= 0.25


def test_a_call_that_was_connecting_while_a_429_came_waits_too(backend: Backend) -> None:
    """Admitted before it, ready to send after it: it asks once more, and sends when the time is over."""
    server_context, client_context = tls_pair()
    delays = [0.0, 0.3]
    with (
        FaultServer(TOKEN_ANSWER, tls=server_context) as server,
        forwarder(server.port, delay=lambda: delays.pop(0)) as address,
        backend.client(f"https://{address}", verify=client_context) as client,
    ):
        client.get()
        server.play([Respond(429, {"Retry-After": "0.5"}, delay=0.1), TOKEN_ANSWER])
        refused = client.begin_get()
        server.wait_for_requests(2)
        connecting = client.begin_get()
        assert [outcome.id for outcome in client.outcomes([refused, connecting])] == [TOKEN_ID] * 2
        assert delays == []
        assert [request.arrived - server.requests[1].arrived >= 0.6 for request in server.requests[2:]] == [True] * 2
