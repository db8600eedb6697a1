"""What every test here gets: a backend where it asks for one, and an eye on what is left over."""

import sys
from collections.abc import Iterator

import pytest

from tests.faults.backends import ASYNC_BACKENDS, BACKENDS, EAGER, UVLOOP, Backend
from tests.faults.measuring import errors_logged

# Many programs run on uvloop, whose transports are not asyncio's; and eager tasks run before anybody awaits them.
MORE = [pytest.param(UVLOOP, marks=pytest.mark.slow), *([EAGER] if sys.version_info >= (3, 12) else [])]


@pytest.fixture(params=[*BACKENDS, *MORE])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each of them in turn."""
    return Backend(request.param)


@pytest.fixture(params=[*ASYNC_BACKENDS, *MORE])
def async_backend(request: pytest.FixtureRequest) -> Backend:
    """Each event loop in turn."""
    return Backend(request.param)


@pytest.fixture(autouse=True)
def no_error_is_logged() -> Iterator[None]:
    """Nothing may go wrong in the background: asyncio only logs it."""
    with errors_logged() as errors:
        yield
    assert errors == []


@pytest.fixture(autouse=True)
def no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of whoever runs the tests do not count."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
