"""What is logged: a retry at INFO, an attempt at DEBUG; never a body, a header's value or a token."""

from __future__ import annotations

import importlib
import logging
import pkgutil

import pytest

import devrev_auth_client
from devrev_auth_client import DevRevAuthError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get
from tests.behaviour.virtual_time import VirtualTime


@pytest.fixture(autouse=True)
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def ours(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Give the package's records of a level."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno == level and record.name.startswith("devrev_auth_client.")
    ]


@both_operations
async def test_a_call_that_goes_through_logs_one_attempt_at_debug(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, operation: Operation
) -> None:
    """And nothing above: a healthy program's log stays quiet."""
    await operation(make_client())
    (attempt,) = ours(caplog, logging.DEBUG)
    assert attempt.endswith(": attempt 1: 200")
    assert ours(caplog, logging.INFO) == []


async def test_each_repetition_is_logged_at_info_with_its_wait(
    make_client: MakeClient, fake: FakeDevRev, caplog: pytest.LogCaptureFixture
) -> None:
    """What was met and when the next follows."""
    fake.respond_next(502)
    fake.lose_connection()
    fake.respond_next(429, retry_after=7)
    await get(make_client())
    assert ours(caplog, logging.INFO) == [
        "auth_tokens_get: attempt 1: 502; retrying in 0.50 s",
        "auth_tokens_get: attempt 2: could not connect (the connection was lost, as scripted); retrying in 1.00 s",
        "auth_tokens_get: attempt 3: 429; retrying in 7.00 s",
    ]


async def test_each_attempt_is_logged_at_debug(
    make_client: MakeClient, fake: FakeDevRev, caplog: pytest.LogCaptureFixture
) -> None:
    """The last one too, however it ended."""
    fake.respond_next(502)
    fake.respond_next(404)
    with pytest.raises(DevRevAuthError):
        await get(make_client())
    assert ours(caplog, logging.DEBUG) == [
        "auth_tokens_get: attempt 1: 502",
        "auth_tokens_get: attempt 2: 404",
    ]


@both_operations
async def test_no_body_header_value_or_token_is_in_any_record(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, caplog: pytest.LogCaptureFixture, operation: Operation
) -> None:
    """Of whatever logger, in message or arguments."""
    hush = "hush-hush"
    client = make_client(headers={"X-Team": hush}, api_version=hush)
    bodies = [{"message": hush, "detail": hush, "type": hush, "reference_id": hush}, f"<p>{hush}</p>"]
    for status in (500, 503, 429, 404):
        for body in bodies:
            fake.respond_next(status, json=body, headers={"X-Request-Id": hush, "Set-Cookie": hush})
    fake.respond_next(302, headers={"Location": f"https://{hush}.example"})
    fake.respond_next(200, html=hush)
    for _ in range(5):
        with pytest.raises(DevRevAuthError):
            await operation(client)
    assert ours(caplog, logging.INFO)
    for record in caplog.records:
        shown = f"{record.getMessage()} {record.args!r} {record.exc_info!r}"
        assert hush not in shown
        assert pat.secret not in shown


async def test_no_exception_is_logged_with_a_traceback(
    make_client: MakeClient, fake: FakeDevRev, caplog: pytest.LogCaptureFixture
) -> None:
    """A traceback's frames hold what a log should not."""
    fake.lose_connection(times=4)
    with pytest.raises(DevRevAuthError):
        await get(make_client())
    assert all(record.exc_info is None for record in caplog.records)


async def test_a_used_up_retry_budget_is_logged_at_info(
    make_client: MakeClient, fake: FakeDevRev, caplog: pytest.LogCaptureFixture, time: VirtualTime
) -> None:
    """It explains why a failure was not repeated."""
    client = make_client()
    fake.respond_next(502, times=200)
    for _ in range(35):
        with pytest.raises(DevRevAuthError):
            await get(client)
    assert "auth_tokens_get: not retried, the client's retry budget is used up" in ours(caplog, logging.INFO)


def test_every_logger_is_its_modules_and_has_a_null_handler() -> None:
    """A program that configures no logging sees nothing."""
    modules = [
        importlib.import_module(f"devrev_auth_client.{found.name}")
        for found in pkgutil.iter_modules(devrev_auth_client.__path__)
        if found.name != "__main__"
    ]
    loggers = {module.__name__: module.logger for module in modules if hasattr(module, "logger")}
    assert "devrev_auth_client._decision" in loggers
    for name, logger in loggers.items():
        assert logger.name == name
        assert any(isinstance(handler, logging.NullHandler) for handler in logger.handlers)
