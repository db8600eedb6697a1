"""What each fault of FakeDevRev does to one request, in memory, for callers of each colour."""

from __future__ import annotations

import contextlib
import math
from json import loads
from typing import TYPE_CHECKING

import httpx
import pytest

from devrev_auth_client import DevRevAuthClient, InvalidResponseError
from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.unit.fake_clients import COLOURS, post
from tests.unit.fake_helpers import DELETE, GET, Clock, ask

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def fake() -> FakeDevRev:
    return FakeDevRev(seed=1, clock=Clock())


@pytest.fixture
def token(fake: FakeDevRev) -> IssuedToken:
    return fake.issue_token(fake.add_user())


def test_an_answer_takes_what_respond_next_takes(fake: FakeDevRev, token: IssuedToken) -> None:
    fake.play_next(Fault.answer(503, retry_after=7, headers={"X-Trace": "1"}))
    fake.respond_next(503, retry_after=7, headers={"X-Trace": "1"})
    first, second = (ask(fake, token, DELETE, {}) for _ in range(2))
    assert first == second
    assert fake.token_status(token.id) == "active"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fault.answer(502, after_processing=True),
        lambda: Fault.proxy_page(504, after_processing=True),
        lambda: Fault.proxy_page(200, after_processing=True),
        lambda: Fault.reset(after_processing=True),
        lambda: Fault.lost_connection(after_processing=True),
        lambda: Fault.truncated(),
        lambda: Fault.wrong_json(),
        lambda: Fault.new_values(),
        lambda: Fault.slow(),
    ],
)
def test_the_work_is_done_where_it_is_said_to_be(
    fake: FakeDevRev, token: IssuedToken, make: Callable[[], Fault]
) -> None:
    """Whatever the caller is told."""
    fake.play_next(make())
    with contextlib.suppress(ConnectionAbortedError):
        ask(fake, token, DELETE, {})
    assert fake.token_status(token.id) == "revoked"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fault.answer(200),
        lambda: Fault.proxy_page(),
        lambda: Fault.reset(),
        lambda: Fault.lost_connection(),
        lambda: Fault.lost_connection(error=httpx.ReadTimeout),
        lambda: Fault.too_many_requests(),
    ],
)
def test_and_it_is_not_done_elsewhere(fake: FakeDevRev, token: IssuedToken, make: Callable[[], Fault]) -> None:
    fake.play_next(make())
    with contextlib.suppress(ConnectionAbortedError):
        ask(fake, token, DELETE, {})
    assert fake.token_status(token.id) == "active"


@pytest.mark.parametrize("colour", COLOURS)
def test_a_reset_is_a_read_error_of_a_request_that_was_sent(fake: FakeDevRev, token: IssuedToken, colour: str) -> None:
    """Unlike a connection that was lost before: that is one that was never had."""
    fake.play_next(Fault.reset())
    with pytest.raises(httpx.ReadError, match="was reset"):
        post(colour, fake, token, DELETE, {})
    assert (fake.requests[0].body, fake.requests[0].status) == ({}, None)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("keep", "received"), [(None, 0.5), (0, 0.0), (10, 10), (10**9, -1)])
def test_a_truncated_answer_breaks_off(
    fake: FakeDevRev, token: IssuedToken, colour: str, keep: int | None, received: float
) -> None:
    """After half, after so many bytes, and before the last byte at the latest."""
    size = len(ask(fake, token, GET, {"token_id": token.id}).content)
    expected = int(size * received) if received == 0.5 else size - 1 if received == -1 else int(received)
    fake.play_next(Fault.truncated(keep))
    with pytest.raises(httpx.RemoteProtocolError, match=f"after {expected} of {size} bytes"):
        post(colour, fake, token, GET, {"token_id": token.id})
    assert fake.requests[1].status == 200


@pytest.mark.parametrize("colour", COLOURS)
def test_a_truncated_answer_without_content_is_lost(fake: FakeDevRev, token: IssuedToken, colour: str) -> None:
    fake.play_next(Fault.truncated())
    with pytest.raises(httpx.RemoteProtocolError):
        post(colour, fake, token, DELETE, {})
    assert fake.requests[0].status is None
    assert fake.token_status(token.id) == "revoked"


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
        assert body.strip() not in {b"", b"{}"}
        fake.play_next(Fault.wrong_json(body), times=2)
        with DevRevAuthClient("any", transport=fake.transport()) as client:
            with pytest.raises(InvalidResponseError):
                client.get_auth_token(token.id)
            with pytest.raises(InvalidResponseError):
                client.revoke_own_auth_tokens(None)


@pytest.mark.parametrize("content", ["{'token': 1}", b"{'token': 1}"])
def test_wrong_json_can_be_given(fake: FakeDevRev, token: IssuedToken, content: str | bytes) -> None:
    fake.play_next(Fault.wrong_json(content))
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
    assert dict(answer.headers) == {**dict(usual.headers), "Content-Length": str(len(answer.content))}
    error = ask(fake, token, GET, {"token_id": "x"})
    assert (error.status, loads(error.content)["type"]) == (404, "later_error")
    no_route = ask(fake, token, "/x", {})
    assert (no_route.status, "type" in loads(no_route.content)) == (404, False)
    assert ask(fake, token, DELETE, {}).content == b""


@pytest.mark.parametrize(
    ("lasting", "passed", "said"), [(300.0, 0, "300"), (300.0, 299.5, "1"), (7.25, 0, "8"), (math.inf, 1000, "30")]
)
def test_too_many_requests_names_what_is_left_of_it(
    fake: FakeDevRev, token: IssuedToken, lasting: float, passed: float, said: str
) -> None:
    """In whole seconds, never too few; thirty where nobody knows."""
    fake.inject(Fault.too_many_requests(), lasting=lasting)
    fake.advance(passed)
    answer = ask(fake, token, GET, {})
    assert (answer.status, dict(answer.headers)["Retry-After"]) == (429, said)
    assert loads(answer.content)["retry_after"] == int(said)


def test_too_many_requests_names_what_it_was_given(fake: FakeDevRev, token: IssuedToken) -> None:
    fake.inject(Fault.too_many_requests(0.05), lasting=300)
    assert dict(ask(fake, token, GET, {}).headers)["Retry-After"] == "0.05"


def test_any_of_several_faults_is_chosen_by_the_seed() -> None:
    """The same one for the same request, whichever fake it is."""
    fault = Fault.any_of(Fault.answer(500), Fault.answer(503), Fault.any_of(Fault.answer(502), Fault.answer(504)))

    def statuses(seed: int) -> list[int]:
        fake = FakeDevRev(seed=seed)
        fake.play_next(fault, times=40)
        return [ask(fake, "unknown", GET, {}).status for _ in range(40)]

    assert statuses(1) == statuses(1)
    assert statuses(1) != statuses(2)
    assert set(statuses(1)) == {500, 502, 503, 504}


def test_faults_say_what_they_are() -> None:
    fault = Fault.any_of(Fault.reset(after_processing=True), Fault.lost_connection(), Fault.slow())
    assert repr(fault) == "<Fault: reset after processing or lost connection (ConnectError) or slow>"
    assert fault.name in repr(fault)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Fault.answer(json={}, html=""), "give one of"),
        (lambda: Fault.lost_connection(after_processing=True, error=httpx.ConnectError), "never sent"),
        (lambda: Fault.slow(before=-1), "0 or more"),
        (lambda: Fault.slow(between=float("inf")), "0 or more"),
        (lambda: Fault.slow(between=float("nan")), "0 or more"),
        (lambda: Fault.slow(chunk_size=0), "chunk_size"),
        (lambda: Fault.truncated(-1), "keep"),
        (Fault.any_of, "at least one fault"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(make: Callable[[], Fault], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()
