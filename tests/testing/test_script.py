"""What the next requests to FakeDevRev meet: scripted answers, lost connections, faults."""

from __future__ import annotations

from json import loads
from typing import Any

import pytest

from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.testing.conftest import DELETE, GET, ask


@pytest.mark.parametrize(
    ("script", "headers", "content"),
    [
        ({"json": {"a": [1, None]}}, {"Content-Type": "application/json", "Content-Length": "16"}, b'{"a": [1, null]}'),
        ({"json": None}, {"Content-Type": "application/json", "Content-Length": "4"}, b"null"),
        ({"content": b"{"}, {"Content-Type": "application/json", "Content-Length": "1"}, b"{"),
        ({"html": None, "content": None, "headers": None, "details": None}, {"Content-Length": "0"}, b""),
        ({"status": 204}, {}, b""),
        ({"status": 304}, {}, b""),
        ({"status": 302, "headers": {"Location": "/x"}}, {"Location": "/x", "Content-Length": "0"}, b""),
        ({"status": 404, "content": b""}, {"Content-Length": "0"}, b""),
        (
            {"status": 502, "html": "<h1>Bad Gateway \N{EM DASH}</h1>"},
            {"Content-Type": "text/html; charset=utf-8", "Content-Length": "24"},
            b"<h1>Bad Gateway \xe2\x80\x94</h1>",
        ),
        (
            {"content": b"x", "headers": {"content-type": "text/plain", "content-length": "9"}},
            {"content-type": "text/plain", "content-length": "9"},
            b"x",
        ),
        (
            {"content": b"1\r\nx\r\n0\r\n\r\n", "headers": {"Transfer-Encoding": "chunked"}},
            {"Content-Type": "application/json", "Transfer-Encoding": "chunked"},
            b"1\r\nx\r\n0\r\n\r\n",
        ),
        (
            {"status": 503, "html": "", "retry_after": 1.5, "headers": {"Retry-After": "soon"}},
            {"Retry-After": "soon", "Content-Length": "0"},
            b"",
        ),
    ],
)
def test_an_answer_is_sent_as_scripted(
    fake: FakeDevRev, token: IssuedToken, script: dict[str, Any], headers: dict[str, str], content: bytes
) -> None:
    """No header is added but those that carry the body; a header of the script goes before them."""
    fake.respond_next(**script)
    fake.play_next(Fault.answer(**script))
    answer = ask(fake, token, DELETE, {})
    assert tuple(answer) == (script.get("status", 200), list(headers.items()), content)
    assert ask(fake, token, DELETE, {}) == answer
    assert (fake.requests[0].status, fake.requests[0].token_id) == (answer.status, token.id)
    assert fake.token_status(token.id) == "active"


@pytest.mark.parametrize(
    ("script", "body"),
    [
        ({"status": 400}, {"type": "bad_request", "message": "Bad Request"}),
        ({"status": 401, "details": {"type": "dev_org_deactivated"}}, {"type": "dev_org_deactivated"}),
        ({"status": 403, "details": {"object_ids": ["don:1"]}}, {"type": "forbidden", "object_ids": ["don:1"]}),
        ({"status": 413}, {"type": "request_entity_too_large", "max_bytes": 1_048_576}),
        ({"status": 413, "details": {"max_bytes": 10}}, {"type": "request_entity_too_large", "max_bytes": 10}),
        ({"status": 418}, {"message": "I'm a Teapot"}),
        ({"status": 429, "retry_after": 2}, {"type": "too_many_requests", "retry_after": 2}),
        ({"status": 429, "retry_after": 0.5}, {"type": "too_many_requests"}),
        ({"status": 429, "retry_after": "Fri, 02 Jan 2026 00:00:00 GMT"}, {"type": "too_many_requests"}),
        ({"status": 500}, {"type": "internal_error", "reference_id": "fake-reference-1"}),
        ({"status": 503, "retry_after": 7}, {"type": "service_unavailable", "message": "Service Unavailable"}),
        ({"status": 520, "retry_after": 1}, {"message": "error"}),
    ],
)
def test_an_error_has_the_usual_body_of_its_status_and_details(
    fake: FakeDevRev, token: IssuedToken, script: dict[str, Any], body: dict[str, object]
) -> None:
    """Without a `type` where the API has none; retry_after is in the body of a 429 only, and if it is whole."""
    fake.respond_next(**script)
    answer = ask(fake, token, GET, {})
    content = loads(answer.content)
    assert (answer.status, content) == (script["status"], {"message": content["message"]} | body)
    wait = script.get("retry_after")
    assert dict(answer.headers).get("Retry-After") == (None if wait is None else str(wait))


def test_steps_are_played_in_order_and_then_the_fake_answers_again() -> None:
    """Answers and losses queue up in one script; played answers cost nothing of the rate limit."""
    fake = FakeDevRev(rate_limit=1)
    token = fake.issue_token(fake.add_user())
    fake.respond_next(503, times=2)
    fake.lose_connection()
    fake.play_next(Fault.answer(429))
    assert fake.unplayed == 4
    statuses: list[int | None] = []
    for _ in range(5):
        try:
            statuses.append(ask(fake, token, DELETE, {}).status)
        except ConnectionAbortedError:
            statuses.append(None)
    assert statuses == [503, 503, None, 429, 200]
    assert [request.status for request in fake.requests] == statuses
    assert (fake.unplayed, fake.token_status(token.id)) == (0, "revoked")
