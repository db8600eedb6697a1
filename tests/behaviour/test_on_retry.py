"""RetryPolicy(on_retry=...): called with what happened and the coming wait."""

from __future__ import annotations

import logging

import httpx
import pytest

from devrev_auth_client import APIError, Attempt, RetryPolicy, TransportError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get
from tests.behaviour.virtual_time import VirtualTime

Seen = list[tuple[Attempt, float]]


def watching(seen: Seen, **options: int) -> RetryPolicy:
    """Give a policy that notes what on_retry is called with."""
    return RetryPolicy(on_retry=lambda met, wait: seen.append((met, wait)), **options)


@both_operations
async def test_on_retry_is_told_what_happened_and_the_coming_wait(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation
) -> None:
    """Once before each repetition: the attempt that failed, and the seconds until the next."""
    seen: Seen = []
    fake.respond_next(502)
    fake.respond_next(429, retry_after=7)
    fake.respond_next(503, retry_after=2)
    await operation(make_client(retry=watching(seen)))
    assert seen == [
        (Attempt(502, None, 0.0), 0.5),
        (Attempt(429, None, 0.5), 7.0),
        (Attempt(503, None, 7.0), pytest.approx(2.2)),
    ]


async def test_on_retry_is_called_before_the_wait(make_client: MakeClient, fake: FakeDevRev, time: VirtualTime) -> None:
    """So that a program can say why it will be quiet for a while."""
    moments: list[float] = []
    fake.respond_next(502, times=2)
    await get(make_client(retry=RetryPolicy(on_retry=lambda *_: moments.append(time.now))))
    assert moments == [0.0, 0.5]


async def test_on_retry_is_told_a_failure_in_words(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Where no answer came there is no status."""
    seen: Seen = []
    fake.lose_connection(error=httpx.ReadTimeout)
    await get(make_client(retry=watching(seen)))
    assert seen == [(Attempt(None, "timed out (ReadTimeout)", 0.0), 0.5)]


async def test_on_retry_is_not_called_for_the_end(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Neither for a success, nor for what is not repeated, nor for the last attempt."""
    seen: Seen = []
    client = make_client(retry=watching(seen, max_attempts=2))
    await get(client)
    fake.respond_next(404)
    with pytest.raises(APIError):
        await get(client)
    assert seen == []
    fake.lose_connection(times=2)
    with pytest.raises(TransportError):
        await get(client)
    assert len(seen) == 1


async def test_on_retry_is_called_for_a_renewed_token(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """The attempt after a 401 follows without a wait."""
    seen: Seen = []
    tokens = iter(["expired", pat.secret])
    await get(make_client(token=lambda: next(tokens), retry=watching(seen)))
    assert seen == [(Attempt(401, None, 0.0), 0.0)]


@both_operations
async def test_what_on_retry_raises_is_ignored_and_logged_by_type(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken observer must not break a call; its message may hold anything and is left out."""

    def broken(met: Attempt, wait: float) -> None:
        raise RuntimeError("do not show this")

    fake.respond_next(502, times=2)
    await operation(make_client(retry=RetryPolicy(on_retry=broken)))
    assert len(fake.requests) == 3
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.getMessage() for record in warnings] == ["on_retry raised RuntimeError; ignored"] * 2
    assert "do not show this" not in caplog.text


async def test_an_interrupt_in_on_retry_is_not_swallowed(make_client: MakeClient, fake: FakeDevRev) -> None:
    """Ctrl-C and the like are no errors of an observer."""

    class InterruptError(BaseException):
        pass

    def interrupt(met: Attempt, wait: float) -> None:
        raise InterruptError

    fake.respond_next(502)
    with pytest.raises(InterruptError):
        await get(make_client(retry=RetryPolicy(on_retry=interrupt)))
    assert len(fake.requests) == 1


async def test_a_copy_may_have_an_observer_of_its_own(make_client: MakeClient, fake: FakeDevRev) -> None:
    """The original's stays out of it."""
    seen: Seen = []
    client = make_client(retry=RetryPolicy(on_retry=lambda *_: pytest.fail("the original's observer")))
    fake.respond_next(502)
    await get(client.with_options(retry=watching(seen)))
    assert len(seen) == 1
