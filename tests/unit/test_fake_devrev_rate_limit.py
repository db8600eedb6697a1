"""The rate limit of FakeDevRev, and what it records."""

from __future__ import annotations

import threading
from json import loads

import pytest

from devrev_auth_client.testing import Answer, FakeDevRev, IssuedToken
from tests.unit.fake_helpers import DELETE, GET, NOON, Clock, ask


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake(clock: Clock) -> FakeDevRev:
    return FakeDevRev(clock=clock)


def limits(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name.startswith("X-Ratelimit-") or name == "Retry-After"}


def test_the_rate_limit_counts_per_user_over_both_operations_in_windows(clock: Clock) -> None:
    """A refusal says how long to wait, and has no effect; after that long, the next window is open."""
    fake = FakeDevRev(rate_limit=2, rate_window=30, clock=clock)
    user = fake.add_user()
    token, second_token, other = fake.issue_token(user), fake.issue_token(user), fake.issue_token(fake.add_user())
    reset = str(int(NOON) + 30)
    first = ask(fake, token, GET, {"token_id": "x"})
    assert (first.status, limits(first)) == (
        404,
        {"X-Ratelimit-Limit": "2", "X-Ratelimit-Remaining": "1", "X-Ratelimit-Reset": reset},
    )
    clock.now += 10.5
    second = ask(fake, second_token, DELETE, b"nope")
    assert (second.status, limits(second)["X-Ratelimit-Remaining"]) == (400, "0")
    third = ask(fake, token, DELETE, {})
    assert third.status == 429
    assert limits(third) == {
        "X-Ratelimit-Limit": "2",
        "X-Ratelimit-Remaining": "0",
        "X-Ratelimit-Reset": reset,
        "Retry-After": "20",
    }
    assert loads(third.content) == {"type": "too_many_requests", "message": "Too Many Requests", "retry_after": 20}
    assert fake.token_status(token.id) == "active"
    assert ask(fake, other, DELETE, {}).status == 200
    clock.now = NOON + 29.999
    assert limits(ask(fake, token, DELETE, {}))["Retry-After"] == "1"
    clock.now = NOON + 30
    fourth = ask(fake, token, DELETE, {})
    assert (fourth.status, limits(fourth)) == (
        200,
        {"X-Ratelimit-Limit": "2", "X-Ratelimit-Remaining": "1", "X-Ratelimit-Reset": str(int(NOON) + 60)},
    )


def test_a_window_opens_with_the_first_request_after_the_last_one(clock: Clock) -> None:
    """Not at a multiple of its length; X-Ratelimit-Reset is rounded up, so that nobody comes early."""
    fake = FakeDevRev(rate_limit=1, rate_window=0.5, clock=clock)
    token = fake.issue_token(fake.add_user())
    clock.now = NOON + 7.25
    assert limits(ask(fake, token, "/auth-tokens.get", {"token_id": "x"}))["X-Ratelimit-Reset"] == str(int(NOON) + 8)
    clock.now = NOON + 7.7
    refused = limits(ask(fake, token, "/auth-tokens.get", {"token_id": "x"}))
    assert (refused["Retry-After"], refused["X-Ratelimit-Reset"]) == ("1", str(int(NOON) + 8))


def test_what_has_no_user_has_no_rate_limit(clock: Clock) -> None:
    """An unknown bearer, a wrong path; and with no limit set, nobody sees one."""
    fake = FakeDevRev(rate_limit=1, clock=clock)
    token = fake.issue_token(fake.add_user())
    for answer in (ask(fake, "unknown", GET, {}), ask(fake, token, "/", {})):
        assert limits(answer) == {}
    unlimited = FakeDevRev(clock=clock)
    assert limits(ask(unlimited, unlimited.issue_token(unlimited.add_user()), DELETE, {})) == {}
    assert limits(ask(fake, token, DELETE, {}))["X-Ratelimit-Remaining"] == "0"
    assert limits(ask(FakeDevRev(rate_limit=1), "x", DELETE, {})) == {}


def test_the_window_is_five_minutes_unless_said_otherwise(clock: Clock) -> None:
    """As documented for the API."""
    fake = FakeDevRev(rate_limit=1, clock=clock)
    token = fake.issue_token(fake.add_user())
    assert limits(ask(fake, token, DELETE, {}))["X-Ratelimit-Reset"] == str(int(NOON) + 300)


@pytest.mark.parametrize(
    ("limit", "window", "what"),
    [
        (0, 1.0, "rate_limit"),
        (-1, 1.0, "rate_limit"),
        (1, 0.0, "rate_window"),
        (1, float("nan"), "rate_window"),
        (1, float("inf"), "rate_window"),
    ],
)
def test_a_rate_limit_that_makes_no_sense_is_refused(limit: int, window: float, what: str) -> None:
    """By name."""
    with pytest.raises(ValueError, match=what):
        FakeDevRev(rate_limit=limit, rate_window=window)


def test_requests_are_recorded_without_the_bearer(fake: FakeDevRev, clock: Clock) -> None:
    """Which token it was stands in its place."""
    token = fake.issue_token(fake.add_user())
    ask(fake, token, GET, {"token_id": token.id})
    clock.now += 2.5
    ask(fake, "unknown", DELETE, b"nope")
    fake.handle("GET", "/", [("X-Twice", "1"), ("X-Twice", "2"), ("Authorization", "naked")], b"")
    first, second, third = fake.requests
    assert (first.method, first.path, first.status, first.token_id) == ("POST", GET, 200, token.id)
    assert first.body == {"token_id": token.id}
    assert first.headers["AUTHORIZATION"] == "Bearer [hidden]"
    assert first.headers["content-type"] == "application/json; charset=utf-8"
    assert (second.path, second.status, second.token_id, second.body) == (DELETE, 401, None, b"nope")
    assert (second.received_at - first.received_at).total_seconds() == 2.5
    assert (third.method, third.body, third.status) == ("GET", None, 404)
    assert third.headers.get_list("x-twice") == ["1", "2"]
    assert third.headers["authorization"] == "[hidden]"
    fake.requests.clear()
    assert fake.requests == []


def test_the_use_of_an_ended_token_is_recorded_as_its_use(fake: FakeDevRev) -> None:
    """Which tells a stale token from a wrong one."""
    token = fake.issue_token(fake.add_user())
    fake.revoke_token(token.id)
    ask(fake, token, DELETE, {})
    assert (fake.requests[0].token_id, fake.requests[0].status) == (token.id, 401)


def test_threads_share_one_fake() -> None:
    """Eight of them: every request is recorded, and just as many pass as the limit says."""
    fake = FakeDevRev(rate_limit=100)
    user = fake.add_user()
    tokens = [fake.issue_token(user) for _ in range(8)]

    def work(token: IssuedToken) -> None:
        for _ in range(50):
            ask(fake, token, GET, {"token_id": token.id})

    threads = [threading.Thread(target=work, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = [request.status for request in fake.requests]
    assert (statuses.count(200), statuses.count(429)) == (100, 300)
