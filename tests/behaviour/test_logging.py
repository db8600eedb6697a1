"""What is logged: a retry at INFO, an attempt at DEBUG; never a body, a header's value or a token."""

import importlib
import io
import json
import logging
import pkgutil
from collections.abc import Iterator

import pytest

import devrev_auth_client
from devrev_auth_client import DevRevAuthError
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import sync_only
from tests.behaviour.conftest import MakeClient
from tests.behaviour.operations import Operation, both_operations, get


class JsonFormatter(logging.Formatter):
    """Formats a record and all its attributes, those included that an exception brings."""

    def format(self, record: logging.LogRecord) -> str:
        everything = {**vars(record), "message": record.getMessage()}
        if record.exc_info:
            everything["traceback"] = self.formatException(record.exc_info)
        return json.dumps(everything, default=repr)


class Log:
    """All that anybody logged, as a JSON formatter of the standard library writes it down."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def records(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def ours(self, level: str) -> list[str]:
        """Give the package's messages of a level."""
        name = "devrev_auth_client."
        found = [one for one in self.records() if one["levelname"] == level and one["name"].startswith(name)]
        return [one["message"] for one in found]


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    handler = logging.StreamHandler(log.stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield log
    root.removeHandler(handler)
    root.setLevel(level)


@both_operations
async def test_a_call_that_succeeds_at_once_logs_one_attempt_at_debug(
    make_client: MakeClient, log: Log, operation: Operation
) -> None:
    """And nothing above: a healthy program's log stays quiet."""
    await operation(make_client())
    (attempt,) = log.ours("DEBUG")
    assert attempt.endswith(": attempt 1: 200")
    assert (log.ours("INFO"), log.ours("WARNING")) == ([], [])


async def test_each_attempt_is_logged_at_debug_and_each_retry_at_info(
    make_client: MakeClient, fake: FakeDevRev, log: Log
) -> None:
    """What was met, the last attempt's too, and when the next follows."""
    fake.respond_next(502)
    fake.lose_connection()
    fake.respond_next(429, retry_after=7)
    fake.respond_next(404)
    with pytest.raises(DevRevAuthError):
        await get(make_client())
    met = ["502", "could not connect (the connection was lost, as scripted)", "429", "404"]
    assert log.ours("DEBUG") == [f"auth_tokens_get: attempt {n}: {what}" for n, what in enumerate(met, 1)]
    assert log.ours("INFO") == [
        f"auth_tokens_get: attempt {n}: {what}; retrying in {wait} s"
        for n, (what, wait) in enumerate(zip(met, ("0.50", "1.00", "7.00"), strict=False), 1)
    ]
    assert not any("traceback" in record for record in log.records())


@both_operations
async def test_no_body_header_value_or_token_is_in_any_record(
    make_client: MakeClient, fake: FakeDevRev, pat: IssuedToken, log: Log, operation: Operation
) -> None:
    """Of whatever logger, in message or arguments."""
    client = make_client(headers={"X-Team": "hush"}, api_version="hush")
    for status in (500, 503, 429, 404):
        for body in ({"message": "hush", "detail": pat.secret, "type": "hush"}, "<p>hush</p>"):
            fake.respond_next(status, json=body, headers={"X-Request-Id": "hush", "Set-Cookie": pat.secret})
    fake.respond_next(302, headers={"Location": "https://hush.example"})
    fake.respond_next(200, html="hush")
    for _ in range(5):
        with pytest.raises(DevRevAuthError):
            await operation(client)
    assert log.ours("INFO")
    assert "hush" not in log.stream.getvalue()
    assert pat.secret not in log.stream.getvalue()


@sync_only
async def test_a_used_up_retry_budget_is_logged_at_info(make_client: MakeClient, fake: FakeDevRev, log: Log) -> None:
    """It explains why a failure was not repeated."""
    client = make_client()
    fake.respond_next(502, times=200)
    for _ in range(35):
        with pytest.raises(DevRevAuthError):
            await get(client)
    assert log.ours("INFO")[-1] == "auth_tokens_get: not retried, the client's retry budget is used up"


@sync_only
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
