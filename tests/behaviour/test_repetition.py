"""What is repeated, after how long, and what a call ends with: the same for both operations, but for doubt."""

from typing import Any

import attrs
import httpx
import pytest

from devrev_auth_client import APIError, AsyncDevRevAuthClient, Attempt, RetryPolicy, TransportError, errors
from devrev_auth_client.errors import RevocationUnconfirmedError, ServiceUnavailableError, UnauthenticatedError
from devrev_auth_client.testing import FakeDevRev
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.ids import short
from tests.behaviour.operations import TOKEN_ID, Operation, both_operations, get, play, revoke
from tests.behaviour.transports import Recorder
from tests.behaviour.virtual_time import VirtualTime

ONCE = {"retry": RetryPolicy(max_attempts=1)}
TWICE = {"retry": RetryPolicy(max_attempts=2)}
NO_BOUND: dict[str, Any] = {"total_timeout": None}
NOT_CONNECTED = [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError]
LOST = [
    *(httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError),
    *(httpx.ReadTimeout, httpx.WriteTimeout),
]


@attrs.frozen
class Case:
    """What the server does, step by step, and what a call makes of it."""

    script: list[Any]
    waits: list[float]
    error: type[errors.DevRevAuthError] = APIError
    options: dict[str, Any] = attrs.field(factory=dict)
    likely: bool = False
    """Whether a revocation that is in doubt is likely."""


SUCCEEDS = [
    *(Case([status], [0.5]) for status in (408, 429, 500, 502, 503, 504)),
    *(Case([error] * 3, [0.5, 1.0, 2.0]) for error in NOT_CONNECTED),
    *(Case([error], [0.5]) for error in LOST),
    Case([502] * 7, [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0], options={"retry": RetryPolicy(max_attempts=8)}),
    Case([502] * 3, [3.0, 5.0, 5.0], options={"retry": RetryPolicy(base_delay=3, max_delay=5)}),
    Case([502] * 3, [1.0, 1.0, 1.0], options={"retry": RetryPolicy(base_delay=10, max_delay=1)}),
    Case([502] * 3, [], options={"retry": RetryPolicy(base_delay=0)}),
    Case([(429, 30)], [30.0]),
    *(Case([(status, 0)], [0.5]) for status in (429, 503)),
    Case([(429, 59)], [59.0]),
    Case([(429, 5)] * 10, [5.0] * 10, options=TWICE),
    Case([(429, 3), 502, (429, 4), 502], [3.0, 0.5, 4.0, 1.0]),
    Case([(429, 7200)] * 3, [7200.0] * 3, options=NO_BOUND),
    Case([(429, 86_400)], [86_400.0], options=NO_BOUND),
    Case([(503, 20), (503, 2)], [20.5, 2.2]),
    Case([(503, 20)], [20.0], options={"total_timeout": 20.25}),
    Case([500, (429, 20)], [0.5, 20.0]),
    *(Case([(status, 30)], [0.5]) for status in (408, 500, 502, 504)),  # where Retry-After has no say
]


@sync_only
@pytest.mark.parametrize("case", SUCCEEDS, ids=short)
@both_operations
async def test_what_may_pass_is_repeated_and_a_success_is_the_calls(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, operation: Operation, case: Case
) -> None:
    """After a backoff of full jitter, or as long as the server asks; revoking twice does no harm."""
    play(fake, case.script)
    token = await operation(make_client(**case.options))
    assert token is None or token.id == TOKEN_ID
    assert time.waits == pytest.approx(case.waits)
    assert len(fake.requests) == len(case.script) + 1


TooMany, Unavailable = errors.TooManyRequestsError, errors.ServiceUnavailableError
UNKNOWN_ORG = {"status": 401, "json": {"type": "dev_org_deactivated"}}
NO_ROUTE = {"status": 404, "json": {"message": "route not found"}}
PORTAL = {"status": 200, "html": "<h1>Sign in</h1>"}

FAILS = [
    *(Case([status], []) for status in (400, 401, 403, 404, 405, 409, 413, 422, 425, 451, 501, 505, 520)),
    *(Case([(status, 1)], [], error, ONCE) for status, error in ((429, TooMany), (503, Unavailable))),
    *(Case([status] * 9, [0.5, 1.0, 2.0], error) for status, error in ((429, TooMany), (503, Unavailable))),
    Case([429] * 9, [0.5, 1.0], TooMany, {"retry": RetryPolicy(max_attempts=3)}),
    Case([(503, 1)] * 9, [1.1], Unavailable, TWICE),
    Case([(429, 60)], [], TooMany),  # nothing could be sent any more when the wait is over
    Case([(429, 61)], [], TooMany),
    Case([(503, 61)], [], Unavailable),
    Case([(429, 25)] * 3, [25.0, 25.0], TooMany),
    Case([503] * 9, [0.5, 1.0], Unavailable, {"total_timeout": 3.0}),
    Case([httpx.ConnectError] * 9, [0.5, 1.0, 2.0], TransportError),
    Case([503, 401], [0.5], UnauthenticatedError),
    Case([(429, 1), 404], [1.0], errors.NotFoundError),
    Case([httpx.PoolTimeout, 403], [0.5], errors.ForbiddenError),
]
"""How both operations end: the server surely did not act."""


@sync_only
@pytest.mark.parametrize("case", FAILS, ids=short)
@both_operations
async def test_what_a_call_ends_with_where_the_server_did_not_act(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, operation: Operation, case: Case
) -> None:
    """What was met last, at once where no repetition fits into the time left, with all attempts."""
    play(fake, case.script)
    with pytest.raises(case.error) as caught:
        await operation(make_client(**case.options))
    assert time.waits == pytest.approx(case.waits)
    assert len(fake.requests) == len(case.waits) + 1
    assert [attempt.waited for attempt in caught.value.attempts] == [0.0, *time.waits]
    assert ("not sent" in str(caught.value)) is (case.script == [(429, 60)])  # else it is the response's own error
    assert [attempt.status_code for attempt in caught.value.attempts] == [one.status for one in fake.requests]


DOUBTFUL = [
    Case([500] * 9, [0.5, 1.0, 2.0], errors.InternalServerError),
    Case([504] * 9, [0.5, 1.0, 2.0], errors.UnexpectedStatusError),
    *(Case([error] * 9, [0.5, 1.0, 2.0], TransportError) for error in LOST),
    Case([502], [], errors.UnexpectedStatusError, ONCE),
    *(Case([first, 401], [0.5], UnauthenticatedError, likely=True) for first in (408, 500, 502, 504, *LOST)),
    Case([500, 404], [0.5], errors.NotFoundError, likely=True),
    Case([502, UNKNOWN_ORG], [0.5], UnauthenticatedError),
    Case([502, {"status": 401, "json": {"message": "no type"}}], [0.5], UnauthenticatedError, likely=True),
    Case([502, NO_ROUTE], [0.5], errors.NotFoundError),
    *(Case([502, status], [0.5]) for status in (400, 403, 405, 418, 501, 520)),
    *(Case([502, step], [0.5], errors.InvalidResponseError) for step in (302, 202, PORTAL)),
    *(Case([500, (status, 300)], [0.5], error) for status, error in ((429, TooMany), (503, Unavailable))),
    Case([500] * 9, [0.5], errors.InternalServerError, {"total_timeout": 1.0}),
    Case([500, *[httpx.ConnectError] * 9], [0.5], TransportError, {"total_timeout": 1.4}),
    Case([500, 503, httpx.ConnectError, 404], [0.5, 1.0, 2.0], errors.NotFoundError, likely=True),
]
"""How reading ends; a revocation that ends so is unconfirmed. Doubt does not fade."""


@sync_only
@pytest.mark.parametrize("case", DOUBTFUL, ids=short)
async def test_a_revocation_that_may_have_happened_is_unconfirmed(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, case: Case
) -> None:
    """Likely, where the token in use is no longer known; reading is never in doubt."""
    play(fake, case.script)
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await revoke(make_client(**case.options))
    assert caught.value.likely_revoked is case.likely
    text = "most likely revoked by an earlier attempt" if case.likely else "may or may not have happened; check with"
    assert text in str(caught.value)
    assert [attempt.waited for attempt in caught.value.attempts] == [0.0, *case.waits]
    reading = FakeDevRev(clock=time.wall)
    play(reading, case.script)
    with pytest.raises(case.error) as met:
        await get(make_client(transport=reading.transport(), **case.options))
    assert len(met.value.attempts) == len(caught.value.attempts)


@both_operations
async def test_a_connection_lost_before_the_body_was_sent_leaves_no_doubt(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder, operation: Operation
) -> None:
    """A kept connection that the server closed meanwhile: the request never left."""
    recorder.fail_once(httpx.ReadError("closed by the peer"))
    fake.respond_next(401)
    with pytest.raises(UnauthenticatedError) as caught:
        await operation(make_client(transport=recorder))
    assert (len(recorder.requests), len(fake.requests)) == (2, 1)
    assert caught.value.attempts == (
        Attempt(None, "the connection was lost (closed by the peer)", 0.0),
        Attempt(401, None, 0.5),
    )


class TimeLimitError(Exception):
    """As task queues raise them."""


@pytest.mark.parametrize("error", [ValueError("x"), TimeLimitError("x")], ids=short)
@both_operations
async def test_an_exception_that_is_not_the_networks_passes_through(
    make_client: MakeClient, recorder: Recorder, operation: Operation, error: Exception
) -> None:
    """A worker's time limit is raised by a signal handler, wherever the call happens to be; the client works on."""
    recorder.fail_once(error)
    client = make_client(transport=recorder, max_connections=1, **ONCE)
    with pytest.raises(type(error)) as caught:
        await operation(client)
    assert caught.value is error
    assert error.__context__ is None
    assert len(recorder.requests) == 1
    await operation(client)


@sync_only
@pytest.mark.parametrize(
    ("step", "share", "longest", "wait"),
    [
        (502, 0.25, 0.5, 0.125),
        (502, 0.0, 0.5, None),
        ((429, 30), 1.0, None, 30.0),
        ((503, 20), 0.0, 0.5, 20.0),
        ((503, 2), 0.5, 0.2, 2.1),
    ],
)
async def test_jitter_shortens_a_backoff_and_lengthens_what_was_asked_for(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, step: Any, share: float, longest: Any, wait: Any
) -> None:
    """At most a tenth, and no more than the backoff, is added; each call begins anew."""
    client = make_client()
    time.jitter_share = share
    for _ in range(2):
        play(fake, [step])
        await get(client)
    assert time.drawn == ([] if longest is None else [(0.0, longest)] * 2)
    assert time.waits == pytest.approx([] if wait is None else [wait] * 2)


@pytest.mark.parametrize(("status", "error", "waits"), [(429, TooMany, [86_400.0]), (503, Unavailable, [])])
async def test_more_than_a_day_raises_whatever_time_there_is(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, status: int, error: Any, waits: list[float]
) -> None:
    """After a 429 everybody waits, but no longer than a day; a 503 is its own caller's business."""
    fake.respond_next(status, retry_after=86_401)
    client = make_client(**NO_BOUND)
    with pytest.raises(error) as caught:
        await get(client)
    assert (caught.value.retry_after, len(fake.requests)) == (86_401.0, 1)
    await get(client)
    assert time.waits == waits


async def fail(client: AsyncDevRevAuthClient, operation: Operation = get, *, times: int = 1) -> None:
    """Make calls all of which end in an error."""
    for _ in range(times):
        with pytest.raises((APIError, TransportError, RevocationUnconfirmedError)):
            await operation(client)


@pytest.mark.parametrize(("step", "calls", "requests"), [(502, 600, 700), (httpx.ReadTimeout, 200, 250)], ids=short)
@both_operations
@sync_only
async def test_an_outage_is_not_multiplied_by_repetitions(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, step: Any, calls: int, requests: int
) -> None:
    """600 calls send 700 requests, not 2,400; after a timeout a repetition costs twice as much."""
    play(fake, [step] * 3000)
    client = make_client()
    await fail(client, operation, times=calls)
    assert len(fake.requests) == requests


async def test_calls_and_copies_of_a_client_share_a_budget_that_successes_fill_again(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """A used-up one raises what was met, at once; what a 429 asks for costs nothing; other clients have their own."""
    client = make_client()
    for _ in range(50):
        await get(client)  # saves nothing up
    play(fake, [502] * 134)
    await fail(client, times=34)
    for same in (client, client.with_options(timeout=1)):
        fake.requests.clear()
        time.waits.clear()
        fake.respond_next(503, retry_after=1)
        with pytest.raises(ServiceUnavailableError) as caught:
            await get(same)
        assert (len(caught.value.attempts), len(fake.requests), time.waits) == (1, 1, [])
    fake.respond_next(503)
    await get(make_client())
    fake.respond_next(429, retry_after=7)
    await get(client)
    fake.respond_next(404)
    await fail(client)
    for _ in range(4):
        await get(client)
    fake.respond_next(502)
    await fail(client)  # four are not enough, and neither refusals nor a success after a wait count
    await revoke(client)
    fake.respond_next(502)
    await get(client)
    fake.respond_next(502)
    await fail(client)
