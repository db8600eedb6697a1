"""RetryPolicy(on_retry=...): called with what happened and the coming wait."""

import logging
from typing import Any

import httpx
import pytest

from devrev_auth_client import APIError, Attempt, RetryPolicy, TransportError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get, play
from tests.behaviour.virtual_time import VirtualTime

pytestmark = sync_only


@both_operations
async def test_on_retry_is_told_what_happened_and_the_coming_wait(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, time: VirtualTime, operation: Operation
) -> None:
    """Once before each repetition and its wait, a renewed token's too; a failure is put in words."""
    seen: list[tuple[float, Attempt, float]] = []
    tokens = iter(["expired", *[pat.secret] * 9])
    play(fake, [401, (429, 7), (503, 20), httpx.ConnectTimeout])
    watching = RetryPolicy(on_retry=lambda met, wait: seen.append((time.now, met, wait)))
    await operation(make_client(token=lambda: next(tokens), retry=watching))
    assert seen == [
        (0.0, Attempt(401, None, 0.0), 0.0),
        (0.0, Attempt(429, None, 0.0), 7.0),
        (7.0, Attempt(503, None, 7.0), 20.5),
        (27.5, Attempt(None, "could not connect (the connection was lost, as scripted)", 20.5), 1.0),
    ]


async def test_on_retry_is_not_called_for_the_end(make_client: MakeClient, fake: FakeDevRev) -> None:
    seen: list[Attempt] = []
    client = make_client(retry=RetryPolicy(on_retry=lambda *_: pytest.fail("the original's observer")))
    client = client.with_options(retry=RetryPolicy(on_retry=lambda met, wait: seen.append(met), max_attempts=2))
    await get(client)
    fake.respond_next(404)
    with pytest.raises(APIError):
        await get(client)
    assert seen == []
    fake.lose_connection(times=2)
    with pytest.raises(TransportError):
        await get(client)
    assert len(seen) == 1


@both_operations
async def test_what_on_retry_raises_is_ignored_and_logged_by_type(
    make_client: MakeClient, fake: FakeDevRev, operation: Operation, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken observer must not break a call; its message may hold anything. An interrupt is no error of one."""

    class InterruptError(BaseException):
        pass

    raised: list[Any] = [RuntimeError("do not show this"), InterruptError()]

    def broken(met: Attempt, wait: float) -> None:
        raise raised[0]

    client = make_client(retry=RetryPolicy(on_retry=broken))
    fake.respond_next(502, times=2)
    await operation(client)
    assert len(fake.requests) == 3
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.getMessage() for record in warnings] == ["on_retry raised RuntimeError; ignored"] * 2
    assert "do not show this" not in caplog.text
    del raised[0]
    fake.respond_next(502)
    with pytest.raises(InterruptError):
        await operation(client)
    assert len(fake.requests) == 4
