"""A fake whose clock stands still, and a token of a user of it."""

from __future__ import annotations

import pytest

from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.testing.helpers import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake(clock: Clock) -> FakeDevRev:
    return FakeDevRev(seed=1, clock=clock)


@pytest.fixture
def token(fake: FakeDevRev) -> IssuedToken:
    return fake.issue_token(fake.add_user())
