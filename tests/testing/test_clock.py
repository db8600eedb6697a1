"""The clock of FakeDevRev, which a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from devrev_auth_client.testing import FakeDevRev
from tests.testing.helpers import NOON, Clock, metadata


def test_it_goes_on_with_the_clock_it_was_handed(fake: FakeDevRev, clock: Clock) -> None:
    """What was advanced is added to it. Left out, it is the machine's."""
    assert fake.now == datetime.fromtimestamp(NOON, UTC)
    fake.advance(10)
    clock.now += 5
    fake.advance(0)
    assert fake.now.timestamp() == NOON + 15
    before = datetime.now(UTC)
    assert before <= FakeDevRev().now <= before + timedelta(seconds=10)


def test_a_stopped_clock_moves_by_advance_alone(fake: FakeDevRev, clock: Clock) -> None:
    """Stopped as it is, or at any time, so that the dates of an answer are known."""
    fake.advance(1)
    fake.stop_clock()
    clock.now += 100
    fake.advance(2)
    assert fake.now.timestamp() == NOON + 3
    fake.stop_clock(datetime(2020, 2, 29, tzinfo=UTC))
    token = fake.issue_token(fake.add_user(), expires_in=86_400)
    assert metadata(fake, token, token.id)["expires_at"] == "2020-03-01T00:00:00.000Z"
    assert fake.requests[0].received_at == datetime(2020, 2, 29, tzinfo=UTC)


def test_it_does_not_go_back_nor_to_its_end_nor_to_a_time_without_a_zone(fake: FakeDevRev) -> None:
    for seconds in (-0.001, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="0 or more"):
            fake.advance(seconds)
    with pytest.raises(ValueError, match="time zone"):
        fake.stop_clock(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake
    assert fake.now.timestamp() == NOON
