"""What the next requests to FakeDevRev meet: scripted answers, lost connections, and what each fault does."""

import contextlib
import math
from json import loads
from typing import Any

import httpx
import pytest

from devrev_auth_client import DevRevAuthClient, InvalidResponseError
from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.testing.conftest import DELETE, GET, ask

JSON = "Content-Type: application/json"
HTML = "Content-Type: text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("script", "headers", "content"),
    [
        ({"json": {"a": [1, None]}}, f"{JSON} | Content-Length: 16", '{"a": [1, null]}'),
        ({"json": None}, f"{JSON} | Content-Length: 4", "null"),
        ({"content": b"{"}, f"{JSON} | Content-Length: 1", "{"),
        ({"html": None, "content": None, "headers": None, "details": None}, "Content-Length: 0", ""),
        ({"status": 204}, "", ""),
        ({"status": 304}, "", ""),
        ({"status": 302, "headers": {"Location": "/x"}}, "Location: /x | Content-Length: 0", ""),
        ({"status": 404, "content": b""}, "Content-Length: 0", ""),
        ({"status": 502, "html": "<p>\N{EM DASH}"}, f"{HTML} | Content-Length: 6", "<p>\N{EM DASH}"),
        ({"content": b"x", "headers": {"content-length": "9"}}, f"{JSON} | content-length: 9", "x"),
        ({"content": b"x", "headers": {"content-type": "text/a"}}, "content-type: text/a | Content-Length: 1", "x"),
        ({"content": b"0", "headers": {"Transfer-Encoding": "chunked"}}, f"{JSON} | Transfer-Encoding: chunked", "0"),
        ({"status": 503, "html": "", "retry_after": 1.5}, "Retry-After: 1.5 | Content-Length: 0", ""),
        ({"html": "", "retry_after": 1, "headers": {"Retry-After": "x"}}, "Retry-After: x | Content-Length: 0", ""),
    ],
)
def test_an_answer_is_sent_as_scripted(
    fake: FakeDevRev, token: IssuedToken, script: dict[str, Any], headers: str, content: str
) -> None:
    """No header is added but those that carry the body; a header of the script goes before them."""
    fake.respond_next(**script)
    fake.play_next(Fault.answer(**script))
    answer = ask(fake, token, DELETE, {})
    assert (answer.status, answer.content) == (script.get("status", 200), content.encode())
    assert " | ".join(f"{name}: {value}" for name, value in answer.headers) == headers
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


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.answer(502, after_processing=True), "revoked"),
        (Fault.proxy_page(200, after_processing=True), "revoked"),
        (Fault.reset(after_processing=True), "revoked"),
        (Fault.lost_connection(after_processing=True), "revoked"),
        (Fault.truncated(), "revoked"),
        (Fault.wrong_json(), "revoked"),
        (Fault.new_values(), "revoked"),
        (Fault.slow(), "revoked"),
        (Fault.answer(200), "active"),
        (Fault.proxy_page(), "active"),
        (Fault.reset(), "active"),
        (Fault.lost_connection(), "active"),
        (Fault.lost_connection(error=httpx.ReadTimeout), "active"),
        (Fault.too_many_requests(), "active"),
    ],
    ids=repr,
)
def test_the_work_is_done_where_it_is_said_to_be(
    fake: FakeDevRev, token: IssuedToken, fault: Fault, status: str
) -> None:
    fake.play_next(fault)
    with contextlib.suppress(ConnectionAbortedError):
        ask(fake, token, DELETE, {})
    assert fake.token_status(token.id) == status


def test_a_proxy_page_is_html(fake: FakeDevRev, token: IssuedToken) -> None:
    fake.play_next(Fault.proxy_page())
    fake.play_next(Fault.proxy_page(599))
    first, second = (ask(fake, token, GET, {}) for _ in range(2))
    assert first.status == 502
    assert dict(first.headers)["Content-Type"] == "text/html; charset=utf-8"
    assert b"<h1>502 Bad Gateway</h1>" in first.content
    assert b"<h1>599 Unknown</h1>" in second.content


def test_wrong_json_is_one_of_several_bodies_by_chance(fake: FakeDevRev, token: IssuedToken) -> None:
    """None of them is metadata by the description, and none could be taken for a revocation that was confirmed."""
    fake.play_next(Fault.wrong_json(), times=100)
    bodies = {ask(fake, token, GET, {}).content for _ in range(100)}
    assert len(bodies) == 8
    for body in bodies:
        fake.play_next(Fault.wrong_json(body), times=2)
        with DevRevAuthClient("any", transport=fake.transport()) as client:
            with pytest.raises(InvalidResponseError):
                client.get_auth_token(token.id)
            with pytest.raises(InvalidResponseError):
                client.revoke_own_auth_tokens(None)
    fake.play_next(Fault.wrong_json("{'token': 1}"))
    answer = ask(fake, token, GET, {})
    assert (answer.status, answer.content) == (200, b"{'token': 1}")
    assert dict(answer.headers)["Content-Type"] == "application/json"


def test_new_values_are_in_metadata_and_in_errors(fake: FakeDevRev, token: IssuedToken) -> None:
    """Each enum has a value, and each object a field, that no description knows; the rest stays."""
    usual = ask(fake, token, GET, {"token_id": token.id})
    fake.play_next(Fault.new_values(), times=4)
    answer = ask(fake, token, GET, {"token_id": token.id})
    before, after = loads(usual.content)["token"], loads(answer.content)["token"]
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"status", "requested_token_type", "created_by", "modified_by"}
    assert (after["status"], after["created_by"]["type"]) == ("dormant", "later_user")
    assert after.keys() - before.keys() == {"later_addition"}
    assert "later_addition" in loads(answer.content)
    assert dict(answer.headers) == {**dict(usual.headers), "Content-Length": str(len(answer.content))}
    error = ask(fake, token, GET, {"token_id": "x"})
    assert (error.status, loads(error.content)["type"]) == (404, "later_error")
    assert "type" not in loads(ask(fake, token, "/x", {}).content)
    assert ask(fake, token, DELETE, {}).content == b""


@pytest.mark.parametrize(
    ("lasting", "passed", "said"), [(300.0, 0, "300"), (300.0, 299.5, "1"), (7.25, 0, "8"), (math.inf, 1000, "30")]
)
def test_too_many_requests_names_what_is_left_of_it(
    fake: FakeDevRev, token: IssuedToken, lasting: float, passed: float, said: str
) -> None:
    """In whole seconds, never too few; thirty where nobody knows; and what it was given, where it was."""
    with fake.inject(Fault.too_many_requests(), lasting=lasting):
        fake.advance(passed)
        answer = ask(fake, token, GET, {})
    assert (answer.status, dict(answer.headers)["Retry-After"]) == (429, said)
    assert loads(answer.content)["retry_after"] == int(said)
    fake.inject(Fault.too_many_requests(0.05), lasting=lasting)
    assert dict(ask(fake, token, GET, {}).headers)["Retry-After"] == "0.05"


def test_any_of_several_faults_is_chosen_by_the_seed() -> None:
    fault = Fault.any_of(Fault.answer(500), Fault.answer(503), Fault.any_of(Fault.answer(502), Fault.answer(504)))

    def statuses(seed: int) -> list[int]:
        fake = FakeDevRev(seed=seed)
        fake.play_next(fault, times=40)
        return [ask(fake, "unknown", GET, {}).status for _ in range(40)]

    assert statuses(1) == statuses(1)
    assert statuses(1) != statuses(2)
    assert set(statuses(1)) == {500, 502, 503, 504}
    several = Fault.any_of(Fault.reset(after_processing=True), Fault.lost_connection(), Fault.slow())
    assert repr(several) == "<Fault: reset after processing or lost connection (ConnectError) or slow>"
