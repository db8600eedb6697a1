"""What every test here gets: a backend where it asks for one, and an eye on what is left over."""

from collections.abc import Iterator

import pytest

from tests.faults.backends import ASYNC_BACKENDS, BACKENDS, UVLOOP, Backend, ErrorLog

ON_UVLOOP = pytest.param(UVLOOP, marks=pytest.mark.slow)
"""The same once more: many programs run on it, and its transports are not asyncio's."""


@pytest.fixture(params=[*BACKENDS, ON_UVLOOP])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each of them in turn."""
    return Backend(request.param)


@pytest.fixture(params=[*ASYNC_BACKENDS, ON_UVLOOP])
def async_backend(request: pytest.FixtureRequest) -> Backend:
    """Each event loop in turn."""
    return Backend(request.param)


@pytest.fixture(autouse=True)
def no_error_is_logged() -> Iterator[None]:
    """Nothing may go wrong in the background: asyncio only logs it."""
    with ErrorLog() as log:
        yield
    assert log.messages == []


@pytest.fixture(autouse=True)
def no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of whoever runs the tests do not count."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
