"""A revocation that may have happened: how it goes on, and how it ends."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from devrev_auth_client import (
    Attempt,
    ForbiddenError,
    NotFoundError,
    RetryPolicy,
    RevocationUnconfirmedError,
    TokenType,
    UnauthenticatedError,
)
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import get, result_of, revoke
from tests.behaviour.transports import Recorder
from tests.behaviour.virtual_time import VirtualTime

Script = Callable[[FakeDevRev], None]


def answers(status: int) -> Script:
    return lambda fake: fake.respond_next(status)


MAKES_AMBIGUOUS: dict[str, Script] = {
    **{str(status): answers(status) for status in (408, 500, 502, 504)},
    "lost": lambda fake: fake.lose_connection(error=httpx.ReadError),
    "cut": lambda fake: fake.lose_connection(error=httpx.RemoteProtocolError),
    "timed-out": lambda fake: fake.lose_connection(error=httpx.ReadTimeout),
    "lost-after-processing": lambda fake: fake.lose_connection(after_processing=True),
}
ambiguous = pytest.mark.parametrize("script", MAKES_AMBIGUOUS.values(), ids=MAKES_AMBIGUOUS.keys())

LEAVES_NO_DOUBT: dict[str, Script] = {
    "503": lambda fake: fake.respond_next(503),
    "429": lambda fake: fake.respond_next(429),
    "429-with-time": lambda fake: fake.respond_next(429, retry_after=1),
    "refused": lambda fake: fake.lose_connection(error=httpx.ConnectError),
    "no-lane": lambda fake: fake.lose_connection(error=httpx.PoolTimeout),
}


@ambiguous
async def test_success_of_the_repetition_is_proof(make_client: MakeClient, fake: FakeDevRev, script: Script) -> None:
    """Revoking twice does no harm, and the second time was confirmed."""
    script(fake)
    assert await result_of(revoke(make_client())) is None
    assert len(fake.requests) == 2


@pytest.mark.parametrize("status", [401, 404])
@ambiguous
async def test_401_or_404_of_the_repetition_makes_it_likely(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, script: Script, status: int
) -> None:
    """The token in use may itself have been revoked by the first try."""
    script(fake)
    fake.respond_next(status)
    with pytest.raises(RevocationUnconfirmedError, match="most likely revoked") as caught:
        await revoke(make_client())
    assert caught.value.likely_revoked is True
    assert [attempt.status_code for attempt in caught.value.attempts][1:] == [status]
    assert len(fake.requests) == 2


@pytest.mark.parametrize("status", [400, 403, 405, 418, 501, 520, 302, 202])
async def test_any_other_end_leaves_it_open(make_client: MakeClient, fake: FakeDevRev, status: int) -> None:
    """A refusal of the repetition says nothing about the first try."""
    fake.respond_next(502)
    fake.respond_next(status)
    with pytest.raises(RevocationUnconfirmedError, match="may or may not have happened") as caught:
        await revoke(make_client())
    assert caught.value.likely_revoked is False
    assert len(fake.requests) == 2


async def test_an_unreadable_200_of_the_repetition_leaves_it_open(make_client: MakeClient, fake: FakeDevRev) -> None:
    """A page of a captive portal is no proof."""
    fake.respond_next(502)
    fake.respond_next(200, html="<h1>Sign in</h1>")
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await revoke(make_client())
    assert caught.value.likely_revoked is False


@ambiguous
async def test_attempts_used_up_leave_it_open(make_client: MakeClient, fake: FakeDevRev, script: Script) -> None:
    """Four attempts, none of which proved anything."""
    for _ in range(9):
        script(fake)
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await revoke(make_client())
    assert caught.value.likely_revoked is False
    assert [attempt.waited for attempt in caught.value.attempts] == [0.0, 0.5, 1.0, 2.0]
    assert len(fake.requests) == 4


@ambiguous
async def test_a_single_attempt_leaves_it_open(make_client: MakeClient, fake: FakeDevRev, script: Script) -> None:
    """Without repetition the doubt stands at once."""
    script(fake)
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await revoke(make_client(retry=RetryPolicy(max_attempts=1)))
    assert caught.value.likely_revoked is False
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_a_time_that_does_not_fit_leaves_it_open(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime, status: int
) -> None:
    """It is raised at once, and what is raised tells of the doubt, not of the limit."""
    fake.respond_next(500)
    fake.respond_next(status, retry_after=300)
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await revoke(make_client())
    assert caught.value.likely_revoked is False
    assert caught.value.attempts == (Attempt(500, None, 0.0), Attempt(status, None, 0.5))
    assert time.waits == [0.5]


async def test_a_backoff_that_does_not_fit_leaves_it_open(
    make_client: MakeClient, fake: FakeDevRev, time: VirtualTime
) -> None:
    """total_timeout would be over before the next attempt."""
    fake.respond_next(500, times=9)
    with pytest.raises(RevocationUnconfirmedError):
        await revoke(make_client(total_timeout=1.0))
    assert time.waits == [0.5]


async def test_a_429_in_between_is_waited_for(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """The doubt does not change how limits are kept."""
    fake.respond_next(500)
    fake.respond_next(429, retry_after=20)
    assert await result_of(revoke(make_client())) is None
    assert time.waits == [0.5, 20.0]


@pytest.mark.parametrize("script", LEAVES_NO_DOUBT.values(), ids=LEAVES_NO_DOUBT.keys())
@pytest.mark.parametrize(
    ("status", "expected"), [(401, UnauthenticatedError), (404, NotFoundError), (403, ForbiddenError)]
)
async def test_what_was_surely_not_processed_is_not_ambiguous(
    make_client: MakeClient, fake: FakeDevRev, script: Script, status: int, expected: type[Exception]
) -> None:
    """The refusal that follows is the plain refusal."""
    script(fake)
    fake.respond_next(status)
    with pytest.raises(expected):
        await revoke(make_client())
    assert len(fake.requests) == 2


async def test_a_loss_before_the_body_was_sent_is_not_ambiguous(
    make_client: MakeClient, fake: FakeDevRev, recorder: Recorder
) -> None:
    """A kept connection that turns out to be closed: the server saw no request."""

    def lose_the_first(request: httpx.Request) -> None:
        if len(recorder.requests) == 1:
            raise httpx.ReadError("closed by the peer")

    recorder.before = lose_the_first
    fake.respond_next(401)
    with pytest.raises(UnauthenticatedError):
        await revoke(make_client(transport=recorder))


async def test_doubt_does_not_fade(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Once the server may have acted, later attempts that surely did not count for nothing."""
    fake.respond_next(500)
    fake.respond_next(503)
    fake.lose_connection()
    fake.respond_next(404)
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await revoke(make_client())
    assert caught.value.likely_revoked is True


async def test_a_token_that_revokes_its_own_type_and_loses_the_answer_is_likely_revoked(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """The whole story, played by the fake: the repetition's own 401 is the trace of the first try."""
    fake.lose_connection(after_processing=True)
    with pytest.raises(RevocationUnconfirmedError) as caught:
        await make_client().revoke_own_auth_tokens(TokenType.PAT)
    assert caught.value.likely_revoked is True
    assert fake.token_status(pat.id) == "revoked"
    assert [request.status for request in fake.requests] == [None, 401]


@pytest.mark.parametrize("status", [401, 404])
async def test_reading_is_never_ambiguous(make_client: MakeClient, fake: FakeDevRev, status: int) -> None:
    """A read that met 500 first ends with what it met last."""
    fake.respond_next(500)
    fake.respond_next(status)
    with pytest.raises((UnauthenticatedError, NotFoundError)):
        await get(make_client())
