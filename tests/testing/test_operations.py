"""What FakeDevRev does with requests: who asks, revocation, the rate limit, the clock; and what it records."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from json import loads

import pytest

from devrev_auth_client.testing import Answer, FakeDevRev, IssuedToken
from devrev_auth_client.token_types import TokenType
from tests.testing.conftest import DELETE, GET, NOON, Clock, ask, metadata


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer {}x", "Bearer x{}"])
def test_401_without_an_active_bearer(fake: FakeDevRev, token: IssuedToken, authorization: str | None) -> None:
    headers = [] if authorization is None else [("Authorization", authorization.format(token.secret))]
    for body in (b"{}", b"nope"):
        answer = fake.handle("POST", DELETE, headers, body)
        message = "the token is missing or unknown"
        assert (answer.status, loads(answer.content)) == (401, {"type": "unauthenticated", "message": message})
    assert fake.token_status(token.id) == "active"
    assert fake.requests[-1].token_id is None


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_is_read_without_regard_to_case(fake: FakeDevRev, token: IssuedToken, scheme: str) -> None:
    """RFC 9110 section 11.1."""
    headers = [("authorization", f"{scheme} {token.secret}"), ("CONTENT-TYPE", "Application/JSON")]
    assert fake.handle("POST", DELETE, headers, b"{}").status == 200


def test_404_for_an_unknown_id_and_for_one_of_another_dev_org(fake: FakeDevRev, token: IssuedToken) -> None:
    """One's own dev organization is all that one sees; in it, the tokens of others too."""
    colleague = fake.issue_token(fake.add_user())
    foreign = fake.issue_token(fake.add_user(dev_org=2))
    assert metadata(fake, token, colleague.id)["id"] == colleague.id
    assert foreign.id == "don:identity:dvrv-us-1:devo/2:token/3"
    for token_id in (foreign.id, "don:identity:dvrv-us-1:devo/1:token/9", "\ud800"):
        answer = ask(fake, token, GET, {"token_id": token_id})
        assert (answer.status, loads(answer.content)["type"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"), [("GET", GET), ("POST", "/"), ("POST", "/auth-tokens.delete"), ("POST", GET + "/")]
)
def test_a_wrong_path_or_method_is_404_without_a_type(
    fake: FakeDevRev, token: IssuedToken, method: str, path: str
) -> None:
    for bearer in (token, "unknown"):
        answer = ask(fake, bearer, path, {}, method)
        assert (answer.status, loads(answer.content)) == (404, {"message": "route not found"})


def test_every_answer_has_its_length_and_the_date_of_the_clock(fake: FakeDevRev, token: IssuedToken) -> None:
    """Which the reader of X-Ratelimit-Reset needs, whose own clock may be another."""
    for path, body in ((GET, {"token_id": token.id}), (DELETE, {}), (DELETE, {}), ("/", {})):
        answer = ask(fake, token, path, body)
        headers = dict(answer.headers)
        assert headers["Date"] == "Thu, 01 Jan 2026 12:00:00 GMT"
        assert headers["Content-Length"] == str(len(answer.content))
        assert headers.get("Content-Type") == ("application/json" if answer.content else None)


def test_revocation_without_a_type_takes_every_token_of_the_caller(fake: FakeDevRev) -> None:
    """The one in use included, and those of a type that is not known; such a type can be read, but not asked for."""
    user = fake.add_user()
    tokens = [fake.issue_token(user, kind) for kind in (TokenType.PAT, TokenType.AAT, "urn:new")]
    foreign = fake.issue_token(fake.add_user())
    assert metadata(fake, foreign, tokens[2].id)["requested_token_type"] == "urn:new"
    assert ask(fake, tokens[0], DELETE, {"requested_token_type": "urn:new"}).status == 400
    assert fake.revoked() == []
    assert ask(fake, tokens[0], DELETE, {}).status == 200
    assert fake.revoked() == tokens
    assert ask(fake, tokens[0], DELETE, {}).status == 401


def limits(answer: Answer) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name.startswith("X-Ratelimit-") or name == "Retry-After"}


def told(limit: int, remaining: int, reset: float, retry_after: int | None = None) -> dict[str, str]:
    values = {"X-Ratelimit-Limit": limit, "X-Ratelimit-Remaining": remaining, "X-Ratelimit-Reset": int(NOON + reset)}
    values |= {} if retry_after is None else {"Retry-After": retry_after}
    return {name: str(value) for name, value in values.items()}


def test_the_rate_limit_counts_per_user_over_both_operations_in_windows(clock: Clock) -> None:
    """A refusal says how long to wait, and has no effect; after that long, the next window is open."""
    fake = FakeDevRev(rate_limit=2, rate_window=30, clock=clock)
    user = fake.add_user()
    token, second_token, other = fake.issue_token(user), fake.issue_token(user), fake.issue_token(fake.add_user())
    first = ask(fake, token, GET, {"token_id": "x"})
    assert (first.status, limits(first)) == (404, told(2, 1, 30))
    clock.now += 10.5
    second = ask(fake, second_token, DELETE, b"nope")
    assert (second.status, limits(second)) == (400, told(2, 0, 30))
    third = ask(fake, token, DELETE, {})
    assert (third.status, limits(third)) == (429, told(2, 0, 30, retry_after=20))
    assert loads(third.content) == {"type": "too_many_requests", "message": "Too Many Requests", "retry_after": 20}
    assert fake.token_status(token.id) == "active"
    assert ask(fake, other, DELETE, {}).status == 200
    clock.now = NOON + 29.999
    assert limits(ask(fake, token, DELETE, {})) == told(2, 0, 30, retry_after=1)
    clock.now = NOON + 30
    fourth = ask(fake, token, DELETE, {})
    assert (fourth.status, limits(fourth)) == (200, told(2, 1, 60))


def test_a_window_opens_with_the_first_request_after_the_last_one(clock: Clock) -> None:
    """Not at a multiple of its length; X-Ratelimit-Reset is rounded up. Five minutes long unless said otherwise."""
    fake = FakeDevRev(rate_limit=1, rate_window=0.5, clock=clock)
    token = fake.issue_token(fake.add_user())
    clock.now = NOON + 7.25
    assert limits(ask(fake, token, GET, {})) == told(1, 0, 8)
    clock.now = NOON + 7.7
    assert limits(ask(fake, token, GET, {})) == told(1, 0, 8, retry_after=1)
    usual = FakeDevRev(rate_limit=1, clock=Clock())
    assert limits(ask(usual, usual.issue_token(usual.add_user()), DELETE, {})) == told(1, 0, 300)


def test_what_has_no_user_has_no_rate_limit(fake: FakeDevRev, token: IssuedToken) -> None:
    limited = FakeDevRev(rate_limit=1, clock=Clock())
    his = limited.issue_token(limited.add_user())
    answers = [ask(limited, "unknown", GET, {}), ask(limited, his, "/", {}), ask(fake, token, DELETE, {})]
    assert [limits(answer) for answer in answers] == [{}, {}, {}]
    assert ask(limited, his, DELETE, {}).status == 200


def test_requests_are_recorded_without_the_bearer(fake: FakeDevRev, token: IssuedToken, clock: Clock) -> None:
    """Which token it was stands in its place, also of one that is over."""
    ask(fake, token, GET, {"token_id": token.id})
    clock.now += 2.5
    ask(fake, "unknown", DELETE, b"nope")
    fake.handle("GET", "/", [("X-Twice", "1"), ("X-Twice", "2"), ("Authorization", "naked")], b"")
    fake.revoke_token(token.id)
    ask(fake, token, DELETE, b"[" * 100_000)
    first, second, third, fourth = fake.requests
    assert (first.method, first.path, first.status, first.token_id) == ("POST", GET, 200, token.id)
    assert first.body == {"token_id": token.id}
    assert first.headers["AUTHORIZATION"] == "Bearer [hidden]"
    assert first.headers["content-type"] == "application/json; charset=utf-8"
    assert (second.path, second.status, second.token_id, second.body) == (DELETE, 401, None, b"nope")
    assert (second.received_at - first.received_at).total_seconds() == 2.5
    assert (third.method, third.body, third.status) == ("GET", None, 404)
    assert third.headers.get_list("x-twice") == ["1", "2"]
    assert third.headers["authorization"] == "[hidden]"
    assert (fourth.token_id, fourth.status, fourth.body) == (token.id, 401, b"[" * 100_000)
    fake.requests.clear()
    assert fake.requests == []


def test_requests_for_a_token_and_for_a_user(fake: FakeDevRev, token: IssuedToken) -> None:
    session, other = fake.issue_token(token.user, TokenType.SESSION), fake.issue_token(fake.add_user())
    for bearer in (token, other, session, token, "unknown"):
        ask(fake, bearer, GET, {"token_id": token.id})
    assert fake.requests_for(token) == [fake.requests[0], fake.requests[3]]
    assert fake.requests_for(token.user) == [fake.requests[0], fake.requests[2], fake.requests[3]]
    assert fake.requests_for(fake.issue_token(token.user)) == []


def test_threads_share_one_fake() -> None:
    fake = FakeDevRev(rate_limit=100)
    token = fake.issue_token(fake.add_user())
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: ask(fake, token, GET, {"token_id": token.id}), range(400)))
    for statuses in ([answer.status for answer in answers], [request.status for request in fake.requests]):
        assert (statuses.count(200), statuses.count(429)) == (100, 300)


def test_time_goes_on_with_the_clock_that_was_handed_in(fake: FakeDevRev, clock: Clock) -> None:
    assert fake.now == datetime.fromtimestamp(NOON, UTC)
    fake.advance(10)
    clock.now += 5
    fake.advance(0)
    assert fake.now.timestamp() == NOON + 15
    before = datetime.now(UTC)
    assert before <= FakeDevRev().now <= before + timedelta(seconds=10)


def test_a_stopped_clock_moves_by_advance_alone(fake: FakeDevRev, clock: Clock) -> None:
    fake.advance(1)
    fake.stop_clock()
    clock.now += 100
    fake.advance(2)
    assert fake.now.timestamp() == NOON + 3
    fake.stop_clock(datetime(2020, 2, 29, tzinfo=UTC))
    token = fake.issue_token(fake.add_user(), expires_in=86_400)
    assert metadata(fake, token, token.id)["expires_at"] == "2020-03-01T00:00:00.000Z"
    assert fake.requests[0].received_at == datetime(2020, 2, 29, tzinfo=UTC)
