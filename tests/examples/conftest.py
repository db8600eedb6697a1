"""A fake DevRev with one user, for the examples to meet over HTTP."""

import sys
from collections.abc import Iterator

import pytest

from devrev_auth_client.testing import FakeDevRev, FakeUser
from tests.programs import ROOT

SECRET = "a-token-that-nobody-may-see"


def example(name: str, *arguments: str) -> list[str]:
    """The command line of one of the examples; a warning ends it."""
    return [sys.executable, "-W", "error", str(ROOT / "examples" / name), *arguments]


@pytest.fixture
def fake() -> FakeDevRev:
    return FakeDevRev()


@pytest.fixture
def base_url(fake: FakeDevRev) -> Iterator[str]:
    with fake.serve() as url:
        yield url


@pytest.fixture
def user(fake: FakeDevRev) -> FakeUser:
    return fake.add_user(email="ada@example.com")
