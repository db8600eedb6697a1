"""What is logged: a retry at INFO, an attempt at DEBUG; never a body, a header's value or a token."""

import json
import logging

import pytest

from devrev_auth_client import DevRevAuthError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get


@pytest.fixture(autouse=True)
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def ours(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Give the package's messages of a level."""
    found = [one for one in caplog.records if one.levelno == level and one.name.startswith("devrev_auth_client.")]
    assert all(one.exc_info is None for one in found)
    return [one.getMessage() for one in found]


@both_operations
async def test_a_call_that_succeeds_at_once_logs_one_attempt_at_debug(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, operation: Operation
) -> None:
    await operation(make_client())
    (attempt,) = ours(caplog, logging.DEBUG)
    assert attempt.endswith(": attempt 1: 200")
    assert (ours(caplog, logging.INFO), ours(caplog, logging.WARNING)) == ([], [])


async def test_each_attempt_is_logged_at_debug_and_each_retry_at_info(
    make_client: MakeClient, fake: FakeDevRev, caplog: pytest.LogCaptureFixture
) -> None:
    fake.respond_next(502)
    fake.lose_connection()
    fake.respond_next(429, retry_after=7)
    fake.respond_next(404)
    with pytest.raises(DevRevAuthError):
        await get(make_client())
    met = ["502", "could not connect (the connection was lost, as scripted)", "429", "404"]
    assert ours(caplog, logging.DEBUG) == [f"auth_tokens_get: attempt {n}: {what}" for n, what in enumerate(met, 1)]
    assert ours(caplog, logging.INFO) == [
        f"auth_tokens_get: attempt {n}: {what}; retrying in {wait} s"
        for n, (what, wait) in enumerate(zip(met, ("0.50", "1.00", "7.00"), strict=False), 1)
    ]


@both_operations
async def test_no_body_header_value_or_token_is_in_any_record(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, caplog: pytest.LogCaptureFixture, operation: Operation
) -> None:
    client = make_client(headers={"X-Team": "hush"}, api_version="hush")
    for status in (500, 503, 429, 404):
        for body in ({"message": "hush", "detail": pat.secret, "type": "hush"}, "<p>hush</p>"):
            fake.respond_next(status, json=body, headers={"X-Request-Id": "hush", "Set-Cookie": pat.secret})
    fake.respond_next(302, headers={"Location": "https://hush.example"})
    fake.respond_next(200, html="hush")
    for _ in range(5):
        with pytest.raises(DevRevAuthError):
            await operation(client)
    assert ours(caplog, logging.INFO)
    written = [json.dumps({**vars(record), "message": record.getMessage()}, default=repr) for record in caplog.records]
    assert [line for line in written if "hush" in line or pat.secret in line] == []


@sync_only
async def test_a_used_up_retry_budget_is_logged_at_info(
    make_client: MakeClient, fake: FakeDevRev, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client()
    fake.respond_next(502, times=200)
    for _ in range(35):
        with pytest.raises(DevRevAuthError):
            await get(client)
    assert ours(caplog, logging.INFO)[-1] == "auth_tokens_get: not retried, the client's retry budget is used up"


@sync_only
def test_every_logger_has_a_null_handler() -> None:
    """A program that configures no logging sees nothing."""
    known = logging.root.manager.loggerDict
    ours = [logger for name, logger in known.items() if name.startswith("devrev_auth_client._")]
    assert [logger.name for logger in ours if isinstance(logger, logging.Logger)] == ["devrev_auth_client._decision"]
    assert isinstance(logging.getLogger("devrev_auth_client._decision").handlers[0], logging.NullHandler)
