"""Under a JSON formatter of the standard library that writes down all a record has: lines of JSON, and no secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from devrev_auth_client import DevRevAuthError, RetryPolicy, TokenType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import Backend


class JsonFormatter(logging.Formatter):
    """Formats a record and all its attributes, those included that an exception brings."""

    def format(self, record: logging.LogRecord) -> str:
        everything = {**vars(record), "message": record.getMessage()}
        if record.exc_info:
            everything["traceback"] = self.formatException(record.exc_info)
        return json.dumps(everything, default=repr)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Log all there is, of every logger, as JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


async def test_every_line_is_json_and_has_no_secret(
    lines: io.StringIO, backend: Backend, fake: FakeDevRev, pat: IssuedToken
) -> None:
    """Over real sockets: successes, repetitions, refusals, and errors that the caller logs with their traceback."""
    fake.respond_next(503)
    fake.lose_connection()
    log = logging.getLogger("service")
    with fake.serve() as base_url:
        async with backend.client(token=pat.secret, base_url=base_url, retry=RetryPolicy(base_delay=0)) as client:
            await client.get_auth_token(pat.id)
            fake.respond_next(404, json={"type": "not_found", "message": f"hush {pat.secret}"})
            fake.lose_connection(after_processing=True)
            for call in (client.get_auth_token(pat.id), client.revoke_own_auth_tokens(TokenType.PAT)):
                try:
                    await call
                except DevRevAuthError as error:
                    log.exception("it failed: %s", error, extra={"attempts": error.attempts})
    records = [json.loads(line) for line in lines.getvalue().splitlines()]
    ours = [record["message"] for record in records if record["name"].startswith("devrev_auth_client.")]
    assert [message.partition(" (")[0].partition(";")[0] for message in ours if "retrying in" in message] == [
        "auth_tokens_get: attempt 1: 503",
        "auth_tokens_get: attempt 2: the connection was lost",
        "auth_tokens_self_delete: attempt 1: the connection was lost",
    ]
    assert "auth_tokens_get: attempt 3: 200" in ours
    assert sum("traceback" in record for record in records) == 2
    assert pat.secret not in lines.getvalue()
