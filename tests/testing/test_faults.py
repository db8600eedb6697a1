"""What each fault of FakeDevRev does to one request, whatever it is reached by."""

from __future__ import annotations

import contextlib
import math
from json import loads

import httpx
import pytest

from devrev_auth_client import DevRevAuthClient, InvalidResponseError
from devrev_auth_client.testing import FakeDevRev, Fault, IssuedToken
from tests.testing.conftest import DELETE, GET, ask


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
