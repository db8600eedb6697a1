"""What is repeated and what is not: the table of statuses and failures, for both operations."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx
import pytest

from devrev_auth_client import (
    APIError,
    Attempt,
    InternalServerError,
    RetryPolicy,
    ServiceUnavailableError,
    TooManyRequestsError,
    TransportError,
    UnexpectedStatusError,
)
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import TOKEN_ID, Operation, both_operations, get, revoke
from tests.behaviour.transports import Recorder
from tests.behaviour.virtual_time import VirtualTime

REPEATED = [408, 429, 500, 502, 503, 504]
NOT_REPEATED = [400, 401, 403, 404, 402, 405, 406, 409, 410, 413, 422, 425, 451, 501, 505, 507, 511]

NOT_CONNECTED = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout]
LOST_AFTER_SENDING = [
    httpx.ReadError,
    httpx.WriteError,
    httpx.CloseError,
    httpx.RemoteProtocolError,
    httpx.ReadTimeout,
    httpx.WriteTimeout,
]


class TimeLimitError(Exception):
    """As task queues raise them."""


@pytest.mark.parametrize("status", REPEATED)
@both_operations
async def test_a_passing_status_is_repeated_after_a_backoff(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, operation: Operation, status: int
) -> None:
    """One more request, half a second at most later, and its success is the call's."""
    fake.respond_next(status)
    token = await operation(make_client())
    assert token is None or token.id == TOKEN_ID
    assert [request.status for request in fake.requests] == [status, 200]
    assert time.waits == [0.5]


@pytest.mark.parametrize("status", NOT_REPEATED)
@both_operations
async def test_a_lasting_status_is_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, operation: Operation, status: int
) -> None:
    """Asking again would give the same answer."""
    fake.respond_next(status, retry_after=1)
    with pytest.raises(APIError) as caught:
        await operation(make_client())
    assert caught.value.status_code == status
    assert len(fake.requests) == 1
    assert time.waits == []


@pytest.mark.parametrize("error", NOT_CONNECTED)
@both_operations
async def test_a_connection_that_failed_is_tried_again(
    make_client: MakeClient,
    fake: FakeDevRev,
    time: VirtualTime,
    operation: Operation,
    error: type[httpx.TransportError],
) -> None:
    """Nothing was sent, so nothing can have happened."""
    fake.lose_connection(error=error, times=3)
    await operation(make_client())
    assert len(fake.requests) == 4
    assert time.waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("after_processing", [False, True], ids=["before-processing", "after-processing"])
@pytest.mark.parametrize("error", LOST_AFTER_SENDING)
@both_operations
async def test_a_connection_lost_after_sending_is_tried_again(
    make_client: MakeClient,
    fake: FakeDevRev,
    operation: Operation,
    error: type[httpx.TransportError],
    after_processing: bool,
) -> None:
    """Reading twice does no harm, and neither does revoking twice."""
    fake.lose_connection(error=error, after_processing=after_processing)
    await operation(make_client())
    assert len(fake.requests) == 2


@both_operations
async def test_a_connection_lost_before_the_body_was_sent_is_tried_again(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, operation: Operation
) -> None:
    """A kept connection that the server closed meanwhile: the request never left."""
    recorder.before = failing_once(lambda: httpx.ReadError("closed by the peer"))
    await operation(make_client(transport=recorder))
    assert len(recorder.requests) == 2
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    "cause",
    [
        ssl.SSLCertVerificationError(1, "self-signed certificate"),
        ssl.SSLError(1, "tlsv1 alert protocol version"),
    ],
    ids=["certificate", "alert"],
)
@both_operations
async def test_a_refusal_by_tls_is_not_repeated(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, operation: Operation, cause: ssl.SSLError
) -> None:
    """A certificate does not get better by asking again."""
    recorder.before = failing_once(lambda: connect_error(cause))
    with pytest.raises(TransportError, match="TLS was refused"):
        await operation(make_client(transport=recorder))
    assert len(recorder.requests) == 1


@pytest.mark.parametrize("cause", [ssl.SSLEOFError(8, "EOF"), ssl.SSLZeroReturnError(6, "closed")], ids=["eof", "zero"])
async def test_a_connection_cut_during_the_handshake_is_tried_again(
    make_client: MakeClient, recorder: Recorder, cause: ssl.SSLError
) -> None:
    """That is a lost connection, not a refusal."""
    recorder.before = failing_once(lambda: connect_error(cause))
    await get(make_client(transport=recorder))
    assert len(recorder.requests) == 2


@pytest.mark.parametrize("error", [httpx.LocalProtocolError("x"), httpx.UnsupportedProtocol("x")], ids=short)
@both_operations
async def test_a_fault_on_this_side_is_not_repeated(
    make_client: MakeClient, recorder: Recorder, operation: Operation, error: Exception
) -> None:
    """Trying again would change nothing."""
    recorder.before = failing_once(lambda: error)
    with pytest.raises(TransportError, match="could not be sent"):
        await operation(make_client(transport=recorder))
    assert len(recorder.requests) == 1


@pytest.mark.parametrize("error", [ValueError("x"), TimeLimitError("x")], ids=short)
@both_operations
async def test_an_exception_that_is_not_the_networks_passes_through(
    make_client: MakeClient, recorder: Recorder, operation: Operation, error: Exception
) -> None:
    """A worker's time limit is raised by a signal handler, wherever the call happens to be."""
    recorder.before = failing_once(lambda: error)
    client = make_client(transport=recorder, max_connections=1)
    with pytest.raises(type(error)) as caught:
        await operation(client)
    assert caught.value is error
    assert len(recorder.requests) == 1
    await operation(client)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (503, ServiceUnavailableError),
        (429, TooManyRequestsError),
        (500, InternalServerError),
        (504, UnexpectedStatusError),
    ],
)
async def test_four_attempts_are_made_and_all_are_told(
    make_client: MakeClient, fake: FakeDevRev, status: int, expected: type[APIError]
) -> None:
    """The last answer is raised, with what each attempt met and how long it waited before."""
    fake.respond_next(status, times=9)
    with pytest.raises(expected) as caught:
        await get(make_client())
    assert caught.value.attempts == tuple(Attempt(status, None, waited) for waited in (0.0, 0.5, 1.0, 2.0))
    assert len(fake.requests) == 4


async def test_attempts_tell_failures_in_words(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Each attempt has a status or a failure, in the order they were met."""
    fake.lose_connection()
    fake.respond_next(502)
    fake.lose_connection(after_processing=True)
    fake.respond_next(404)
    with pytest.raises(APIError) as caught:
        await get(make_client())
    first, second, third, fourth = caught.value.attempts
    assert (first.status_code, first.waited) == (None, 0.0)
    assert first.failure == "could not connect (the connection was lost, as scripted)"
    assert second == Attempt(502, None, 0.5)
    assert (third.status_code, third.waited) == (None, 1.0)
    assert third.failure == "the connection was lost (the connection was lost, as scripted)"
    assert fourth == Attempt(404, None, 2.0)


@pytest.mark.parametrize("status", [429, 503])
@both_operations
async def test_max_attempts_of_one_turns_repetition_off(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, operation: Operation, status: int
) -> None:
    """A 429 that names a time is raised at once too."""
    fake.respond_next(status, retry_after=1)
    with pytest.raises((TooManyRequestsError, ServiceUnavailableError)) as caught:
        await operation(make_client(retry=RetryPolicy(max_attempts=1)))
    assert isinstance(caught.value, TooManyRequestsError | ServiceUnavailableError)
    assert caught.value.retry_after == 1.0
    assert len(fake.requests) == 1
    assert time.waits == []


async def test_a_revocation_that_was_never_sent_is_a_transport_error(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Four refused connections leave no doubt: nothing happened."""
    fake.lose_connection(times=9)
    with pytest.raises(TransportError) as caught:
        await revoke(make_client())
    assert len(caught.value.attempts) == 4


async def test_a_revocation_that_met_503_alone_did_not_happen(make_client: MakeClient, fake: FakeDevRev) -> None:
    """503 says that the server did not process it."""
    fake.respond_next(503, times=9)
    with pytest.raises(ServiceUnavailableError) as caught:
        await revoke(make_client())
    assert len(caught.value.attempts) == 4


def failing_once(error: Callable[[], Exception]) -> Callable[[httpx.Request], None]:
    """Give a function for `Recorder.before` that raises the first time it is called."""
    errors = [error]

    def fail(request: httpx.Request) -> None:
        if errors:
            error = errors.pop()()
            raise error

    return fail


def connect_error(cause: Exception) -> httpx.ConnectError:
    """Give the error that httpx raises where `cause` ended the handshake."""
    error = httpx.ConnectError(str(cause))
    error.__cause__ = cause
    return error
