"""Fixtures for pytest: a fake DevRev, clients that talk to it, and its journal where a test fails.

An installed package brings them by itself. From a vendored copy, name the module in the `conftest.py` at the root:

    pytest_plugins = ["acme.thirdparty.devrev_tokens.pytest_plugin"]

| fixture | what it is |
|---|---|
| `fake_devrev` | a `FakeDevRev`, another one for each test |
| `fake_devrev_token` | a PAT of a new user of it: an `IssuedToken` |
| `fake_devrev_client` | a `DevRevAuthClient` with that token, in memory |
| `fake_devrev_async_client` | an `AsyncDevRevAuthClient` with that token, in memory |
| `fake_devrev_server` | the base URL of the fake over HTTP; DEVREV_BASE_URL and DEVREV_TOKEN are set for the test |

The journal of each fake that a failed test got as a fixture is a section of its report. What happens in it by chance
is repeated with its seed: `FAKE_DEVREV_SEED=123 pytest`. Until a fixture is asked for, nothing else is imported.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from ._async_client import AsyncDevRevAuthClient
    from ._sync_client import DevRevAuthClient
    from .testing import FakeDevRev, IssuedToken

SEED_VARIABLE = "FAKE_DEVREV_SEED"
"""The variable of the environment that holds the seed of all fakes of `fake_devrev`."""

_HOST = "https://api.devrev.ai"  # named, so that no DEVREV_BASE_URL of the environment counts; nothing is sent there
_LONGEST = 200  # lines of a journal in a report

_fakes: pytest.StashKey[list[FakeDevRev]] = pytest.StashKey()


@pytest.fixture
def fake_devrev(request: pytest.FixtureRequest) -> FakeDevRev:
    """Give a fake DevRev without a rate limit. Have a fixture of this name of your own to make it otherwise."""
    from .testing import FakeDevRev

    seed = os.environ.get(SEED_VARIABLE)
    fake = FakeDevRev(seed=int(seed) if seed else None)
    # For tests that ask for it by `request.getfixturevalue`; pytest lists only what arguments ask for.
    request.node.stash.setdefault(_fakes, []).append(fake)
    return fake


@pytest.fixture
def fake_devrev_token(fake_devrev: FakeDevRev) -> IssuedToken:
    """Give a personal access token of a new user: what the clients and the environment have."""
    return fake_devrev.issue_token(fake_devrev.add_user())


@pytest.fixture
def fake_devrev_client(fake_devrev: FakeDevRev, fake_devrev_token: IssuedToken) -> Iterator[DevRevAuthClient]:
    """Give a client for threads that talks to the fake in memory.

    It repeats what failed at once (`base_delay=0`). A wait that an answer names really passes.
    """
    from ._sync_client import DevRevAuthClient

    with DevRevAuthClient(fake_devrev_token.secret, **_options(fake_devrev)) as client:
        yield client


@pytest.fixture
def fake_devrev_async_client(fake_devrev: FakeDevRev, fake_devrev_token: IssuedToken) -> AsyncDevRevAuthClient:
    """Give the same for asyncio and trio, whatever runs the test's event loop.

    It holds no connection, so nothing is left open by a test that does not close it.
    """
    from ._async_client import AsyncDevRevAuthClient

    return AsyncDevRevAuthClient(fake_devrev_token.secret, **_options(fake_devrev))


@pytest.fixture
def fake_devrev_server(
    fake_devrev: FakeDevRev, fake_devrev_token: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Serve the fake over HTTP on a loopback port; gives the base URL. Needs uvicorn (the extra `testing`).

    During the test DEVREV_BASE_URL and DEVREV_TOKEN are set to it, and no proxy is used for it.
    """
    with fake_devrev.serve() as base_url:
        monkeypatch.setenv("DEVREV_BASE_URL", base_url)
        monkeypatch.setenv("DEVREV_TOKEN", fake_devrev_token.secret)
        direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
        # "*" stands for every host only where it stands alone.
        hosts = direct if direct == "*" else f"{direct},127.0.0.1" if direct else "127.0.0.1"
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, hosts)
        yield base_url


# `hookwrapper` and not the newer `wrapper`: an older pluggy would refuse the whole module, and with it pytest's run.
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Add the journals to the report of a test that failed."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    if report.failed:
        for fake in _fakes_of(item):
            repeat = f"{SEED_VARIABLE}={fake.seed} repeats what happened by chance"
            report.sections.append(("Journal of the fake DevRev", f"{fake.journal(last=_LONGEST)}\n{repeat}"))


def _fakes_of(item: pytest.Item) -> list[FakeDevRev]:
    """List the fakes of `fake_devrev` and those that the test got from fixtures of its own."""
    testing = sys.modules.get(f"{__package__}.testing")
    if testing is None:
        return []
    kind: type[FakeDevRev] = testing.FakeDevRev
    fakes: list[FakeDevRev] = item.stash.get(_fakes, list[Any]())
    arguments: dict[str, object] = getattr(item, "funcargs", {})
    return fakes + [value for value in arguments.values() if isinstance(value, kind) and value not in fakes]


def _options(fake: FakeDevRev) -> dict[str, Any]:
    from .retry import RetryPolicy

    return {"base_url": _HOST, "transport": fake.transport(), "retry": RetryPolicy(base_delay=0)}
