"""`total_timeout` holds to within 100 ms in every state of a call, and is never cut short."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest

from devrev_auth_client import (
    DevRevAuthError,
    ServiceUnavailableError,
    TooManyRequestsError,
    TotalTimeoutError,
    TransportError,
)
from devrev_auth_client.generated.api.auth_tokens import auth_tokens_get
from devrev_auth_client.generated.models import AuthTokensGetRequest
from tests.faults.backends import ONCE, TOKEN_ANSWER, Backend, Caller, assert_within, seconds_of
from tests.faults.server import (
    Action,
    Drip,
    End,
    EndlessHeaders,
    FaultServer,
    Flood,
    HalfAnswer,
    HalfHeaders,
    Hang,
    HangBeforeRead,
    Informational,
    Respond,
    ScriptSource,
    When,
    backlog_full_url,
    tls_pair,
)
from tests.faults.slow_reader import SlowReader

TOTAL = 0.2
MARGIN = 0.1
SERVER, CLIENT = tls_pair()
LARGE = AuthTokensGetRequest("x" * 1_000_000)
READERS = {"not read": (1, 60.0), "read bit by bit": (4096, 0.02), "read by fits and starts": (40_000, 0.13)}


def ends_in_time(call: Callable[[], object], error: type[DevRevAuthError] = TotalTimeoutError) -> None:
    """The call fails when its `total_timeout` is over, not before and hardly later."""

    def fail() -> None:
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error

    assert_within(lambda: seconds_of(fail), TOTAL, TOTAL + MARGIN)


@contextmanager
def client_of(backend: Backend, script: ScriptSource, *, tls: bool = False, **options: Any) -> Iterator[Caller]:
    """A client with little time, of a server of its own."""
    with (
        FaultServer(script, tls=SERVER if tls else None, receive_buffer=4096) as server,
        backend.client(server.url, verify=CLIENT, **{"total_timeout": TOTAL, **options}) as client,
    ):
        yield client


def test_connecting(backend: Backend) -> None:
    """The server's kernel never answers."""
    with backlog_full_url() as url, backend.client(url, total_timeout=TOTAL) as client:
        ends_in_time(client.get)


@pytest.mark.parametrize("when", [When.ON_CONNECT, When.IN_HANDSHAKE], ids=lambda when: when.name)
def test_tls_handshake(backend: Backend, when: When) -> None:
    """The ClientHello is never read, or read and never answered."""
    with client_of(backend, Hang(when=when), tls=True) as client:
        ends_in_time(client.get)


ANSWERS = {
    "none": Hang(),
    "request never read": HangBeforeRead(),
    "100 and no more": Informational(Hang()),
    "half the headers": HalfHeaders(end=End.HANG),
    "half a body": HalfAnswer(end=End.HANG),
    "dripping headers": Drip("headers", 0.02),
    "dripping body": Drip("body", 0.02),
    "byte by byte": Respond(200, byte_interval=0.02),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_answering(backend: Backend, answer: Action) -> None:
    """Each byte that drips in would renew a timeout that bounds single reads."""
    with client_of(backend, answer) as client:
        ends_in_time(client.get)


@pytest.mark.parametrize("answer", [Hang(), Drip("headers", 0.02), Drip("body", 0.02)], ids=["none", "head", "body"])
def test_answering_over_tls(backend: Backend, answer: Action) -> None:
    """Where every byte comes as a record of its own."""
    with client_of(backend, answer, tls=True) as client:
        ends_in_time(client.get)


def test_endless_headers_do_not_keep_a_call(backend: Backend) -> None:
    """They are refused by their size, long before the time is over; and again, and again."""
    with client_of(backend, EndlessHeaders(), total_timeout=5) as client:
        assert seconds_of(lambda: client.begin_get().exception(10)) < 2


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(("piece", "interval"), READERS.values(), ids=READERS)
def test_sending(backend: Backend, piece: int, interval: float, tls: bool) -> None:
    """Each piece that gets through would renew a timeout that bounds single writes."""
    with (
        SlowReader(piece, interval, tls=SERVER if tls else None) as server,
        backend.client(server.url, verify=CLIENT, total_timeout=TOTAL) as client,
    ):
        ends_in_time(lambda: client.call(auth_tokens_get, body=LARGE))


def test_waiting_for_a_lane(backend: Backend) -> None:
    """The one lane is taken for longer."""
    with client_of(backend, Hang(), max_connections=1) as client:
        holder = client.begin_get(total_timeout=3 * TOTAL)
        time.sleep(0.05)
        ends_in_time(client.get)
        assert isinstance(holder.exception(5), TotalTimeoutError)


def test_waiting_at_the_gate_behind_a_probe_that_hangs(backend: Backend) -> None:
    """The time that the 429 named has passed, and still nobody may follow."""
    with client_of(backend, [Respond(429, {"Retry-After": "0.05"}), Hang()]) as client:
        prober = client.begin_get(total_timeout=4 * TOTAL)
        time.sleep(0.1)
        ends_in_time(client.get, TooManyRequestsError)
        assert isinstance(prober.exception(5), TotalTimeoutError)


def test_probing_after_a_wait_at_the_gate(backend: Backend) -> None:
    """The wait counts; the probe gets what is left."""
    with client_of(backend, [Respond(429, {"Retry-After": "0.1"}), Hang()]) as client:
        ends_in_time(client.get)


def test_gate_that_opens_too_late_is_not_waited_for(backend: Backend) -> None:
    """Neither by the one who met the 429 nor by the next."""
    with client_of(backend, Respond(429, {"Retry-After": "1"})) as client:
        for _ in range(2):
            assert seconds_of(lambda: client.begin_get().exception(5)) < MARGIN


def test_backoff_and_then_silence(backend: Backend) -> None:
    """The wait counts; the attempt after it gets what is left."""
    with client_of(backend, [Respond(503, {"Retry-After": "0.1"}), Hang()]) as client:
        ends_in_time(client.get)


def test_backoff_that_does_not_fit_is_not_waited_for(backend: Backend) -> None:
    """Not even in part."""
    with client_of(backend, Respond(503, {"Retry-After": "0.5"})) as client:
        call = client.begin_get()
        assert seconds_of(lambda: call.exception(5)) < MARGIN
        assert isinstance(call.exception(), ServiceUnavailableError)


def test_token_callable_that_hangs(backend: Backend) -> None:
    """Awaited on asyncio and trio, in a thread of its own without either."""
    release = threading.Event()

    async def ask() -> str:
        await anyio.sleep_forever()
        raise AssertionError

    def ask_blocking() -> str:
        release.wait(10)
        return "too late"

    with client_of(backend, TOKEN_ANSWER, token=ask if backend.is_async else ask_blocking) as client:
        ends_in_time(client.get)
        release.set()


def test_ten_calls_at_once(backend: Backend) -> None:
    """On fewer lanes: those that have one and those that wait all end in time."""

    def slowest() -> float:
        begin = time.monotonic()
        ends: list[float] = []
        calls = [client.begin_get() for _ in range(10)]
        for call in calls:
            call.add_done_callback(lambda _: ends.append(time.monotonic() - begin))
        assert [type(error) for error in client.outcomes(calls)] == [TotalTimeoutError] * 10
        assert min(ends) >= TOTAL
        return max(ends)

    with client_of(backend, Drip("body", 0.02), max_connections=7) as client:
        assert_within(slowest, TOTAL, TOTAL + MARGIN)


FLOODS = {"one-byte chunks": Flood(), "100s": Flood(data=b"HTTP/1.1 100 Continue\r\n\r\n")}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_thirty_calls_under_a_flood(backend: Backend, flood: Action) -> None:
    """Each response is given up as broken before it has cost much."""

    def run() -> None:
        outcomes = client.outcomes([client.begin_get() for _ in range(30)])
        assert {type(error) for error in outcomes} <= {TransportError, TotalTimeoutError}

    with client_of(backend, flood, total_timeout=1, retry=ONCE) as client:
        assert_within(lambda: seconds_of(run), 0, 1.3)
