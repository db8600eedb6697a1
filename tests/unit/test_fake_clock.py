"""The clock of FakeDevRev, which a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from devrev_auth_client import DevRevAuthClient, RetryPolicy, TooManyRequestsError
from devrev_auth_client.testing import FakeDevRev, Fault
from tests.unit.fake_helpers import GET, NOON, Clock, ask, metadata


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake(clock: Clock) -> FakeDevRev:
    return FakeDevRev(rate_limit=1, clock=clock)


def test_a_token_expires_where_the_clock_is_advanced(fake: FakeDevRev) -> None:
    token = fake.issue_token(fake.add_user(), expires_in=60)
    fake.advance(59.5)
    assert fake.token_status(token.id) == "active"
    fake.advance(0.5)
    assert fake.token_status(token.id) == "expired"


def test_a_window_of_the_rate_limit_ends_where_the_clock_is_advanced(fake: FakeDevRev) -> None:
    token = fake.issue_token(fake.add_user())
    assert [ask(fake, token, GET, {"token_id": token.id}).status for _ in range(2)] == [200, 429]
    fake.advance(300)
    assert ask(fake, token, GET, {"token_id": token.id}).status == 200


def test_the_clock_goes_on_with_the_one_it_was_handed(fake: FakeDevRev, clock: Clock) -> None:
    """What was advanced is added to it."""
    noon = datetime.fromtimestamp(NOON, UTC)
    assert fake.now == noon
    fake.advance(10)
    clock.now += 5
    fake.advance(0)
    assert fake.now == noon + timedelta(seconds=15)


def test_without_one_it_goes_with_the_machine() -> None:
    before = datetime.now(UTC)
    fake = FakeDevRev()
    fake.advance(3600)
    assert before <= fake.now - timedelta(hours=1) <= datetime.now(UTC)


def test_a_stopped_clock_moves_by_advance_alone(fake: FakeDevRev, clock: Clock) -> None:
    fake.advance(1)
    fake.stop_clock()
    clock.now += 100
    assert fake.now.timestamp() == NOON + 1
    fake.advance(2)
    assert fake.now.timestamp() == NOON + 3


def test_a_clock_can_be_stopped_at_any_time(fake: FakeDevRev) -> None:
    """So that the dates of an answer are known."""
    fake.advance(1)
    fake.stop_clock(datetime(2020, 2, 29, tzinfo=UTC))
    token = fake.issue_token(fake.add_user(), expires_in=86_400)
    assert metadata(fake, token, token.id)["expires_at"] == "2020-03-01T00:00:00.000Z"
    assert fake.requests[0].received_at == datetime(2020, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize("seconds", [-1, -0.001, float("inf"), float("nan")])
def test_time_does_not_go_back_nor_to_its_end(fake: FakeDevRev, seconds: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        fake.advance(seconds)
    assert fake.now.timestamp() == NOON


def test_a_clock_is_not_stopped_at_a_time_without_a_zone(fake: FakeDevRev) -> None:
    """It would be another instant on each machine."""
    with pytest.raises(ValueError, match="time zone"):
        fake.stop_clock(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake
    assert fake.now.timestamp() == NOON


def test_what_a_client_was_told_to_wait_it_waits_by_its_own_clock() -> None:
    """The fake's window is over; the client that was refused still waits, and a new one does not."""
    fake = FakeDevRev(rate_limit=1)
    token = fake.issue_token(fake.add_user())
    with DevRevAuthClient(token.secret, transport=fake.transport(), total_timeout=1) as client:
        client.get_auth_token(token.id)
        fake.advance(300)
        with pytest.raises(TooManyRequestsError):
            client.get_auth_token(token.id)
    with DevRevAuthClient(token.secret, transport=fake.transport(), total_timeout=1) as client:
        assert client.get_auth_token(token.id).status == "active"


def test_a_storm_that_names_short_waits_is_over_when_the_clock_says_so() -> None:
    """Five minutes of the fake's time, in milliseconds of the client's."""
    fake = FakeDevRev(clock=Clock())
    token = fake.issue_token(fake.add_user())
    fake.inject(Fault.too_many_requests(0.001), lasting=300)
    policy = RetryPolicy(on_retry=lambda met, wait: fake.advance(100))
    with DevRevAuthClient(token.secret, transport=fake.transport(), retry=policy) as client:
        client.revoke_own_auth_tokens(None)
    assert [request.status for request in fake.requests] == [429, 429, 429, 200]
