"""Runs each test of this folder on asyncio, trio and sync, and gives it a fake DevRev and a time that stands still."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from devrev_auth_client import AsyncDevRevAuthClient, TokenType
from devrev_auth_client.testing import FakeDevRev, IssuedToken
from tests.behaviour.backends import ALL, Backend
from tests.behaviour.transports import Recorder
from tests.behaviour.virtual_time import VirtualTime

MakeClient = Callable[..., AsyncDevRevAuthClient]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an async test on the backend it was parametrised with."""
    test = pyfuncitem.obj
    if not inspect.iscoroutinefunction(test):
        return None
    wanted = inspect.signature(test).parameters
    arguments = {name: value for name, value in pyfuncitem.funcargs.items() if name in wanted}
    backend = pyfuncitem.funcargs["backend"]
    assert isinstance(backend, Backend)
    backend.run(lambda: test(**arguments))
    return True


@pytest.fixture(params=ALL, ids=lambda backend: backend.name, autouse=True)
def backend(request: pytest.FixtureRequest) -> Backend:
    backend: Backend = request.param
    return backend


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave nothing in the environment that a client reads: what is there belongs to whoever runs the tests."""
    for name in ("DEVREV_TOKEN", "DEVREV_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def fake(time: VirtualTime) -> FakeDevRev:
    return FakeDevRev(clock=time.wall)


@pytest.fixture
def pat(fake: FakeDevRev) -> IssuedToken:
    """Give the token that clients use unless told otherwise. Its id is `operations.TOKEN_ID`."""
    return fake.issue_token(fake.add_user(), TokenType.PAT)


@pytest.fixture
def recorder(fake: FakeDevRev) -> Recorder:
    """Give a transport to the fake that keeps the requests as they were sent, credential included."""
    return Recorder(fake)


@pytest.fixture
def make_client(backend: Backend, fake: FakeDevRev, pat: IssuedToken, time: VirtualTime) -> MakeClient:
    """Give a function that makes a client of the backend, with the fake and the virtual time unless told otherwise."""

    def make(**options: Any) -> AsyncDevRevAuthClient:
        options.setdefault("token", pat.secret)
        options.setdefault("transport", fake.transport())
        return backend.client(clock=None if options.pop("real_time", False) else time, **options)

    return make
