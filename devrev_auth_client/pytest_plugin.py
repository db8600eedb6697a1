"""Fixtures for pytest: a fake DevRev and clients that use it. If a test fails, its report shows the fake's journal.

If the package is installed, pytest finds the fixtures by itself. For a vendored copy, add this to your root
`conftest.py`:

    pytest_plugins = ["acme.thirdparty.devrev_tokens.pytest_plugin"]

| fixture | what it is |
|---|---|
| `fake_devrev` | a `FakeDevRev`, a new one for each test |
| `fake_devrev_token` | an `IssuedToken`: a PAT of a new user |
| `fake_devrev_client` | a `DevRevAuthClient` with that token, in memory |
| `fake_devrev_async_client` | an `AsyncDevRevAuthClient` with that token, in memory |
| `fake_devrev_server` | the base URL of the fake over HTTP; DEVREV_BASE_URL and DEVREV_TOKEN are set for the test |

To repeat random faults, use the seed from the report: `FAKE_DEVREV_SEED=123 pytest`. To disable the plugin, run
`pytest -p no:devrev_auth_client.pytest_plugin`. The rest of the package is imported only if a test uses a fixture.
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
"""The environment variable with the seed for all `fake_devrev` fixtures."""

_HOST = "https://api.devrev.ai"  # named, so that no DEVREV_BASE_URL of the environment counts; nothing is sent there
_LONGEST = 200  # lines of a journal in a report

_fakes: pytest.StashKey[list[FakeDevRev]] = pytest.StashKey()


@pytest.fixture
def fake_devrev(request: pytest.FixtureRequest) -> FakeDevRev:
    """Give a fake DevRev without a rate limit. To change it, define a fixture of the same name."""
    from .testing import FakeDevRev

    seed = os.environ.get(SEED_VARIABLE)
    fake = FakeDevRev(seed=int(seed) if seed else None)
    # For tests that ask for it by `request.getfixturevalue`; pytest lists only what arguments ask for.
    request.node.stash.setdefault(_fakes, []).append(fake)
    return fake


@pytest.fixture
def fake_devrev_token(fake_devrev: FakeDevRev) -> IssuedToken:
    """Give a personal access token of a new user. The clients and the environment use it."""
    return fake_devrev.issue_token(fake_devrev.add_user())


@pytest.fixture
def fake_devrev_client(fake_devrev: FakeDevRev, fake_devrev_token: IssuedToken) -> Iterator[DevRevAuthClient]:
    """Give a sync client that uses the fake in memory.

    It retries without backoff (`base_delay=0`). It does wait for a `Retry-After`.
    """
    from ._sync_client import DevRevAuthClient

    with DevRevAuthClient(fake_devrev_token.secret, **_options(fake_devrev)) as client:
        yield client


@pytest.fixture
def fake_devrev_async_client(fake_devrev: FakeDevRev, fake_devrev_token: IssuedToken) -> AsyncDevRevAuthClient:
    """Give an async client that uses the fake in memory, on asyncio or trio.

    It has no connection, so you do not need to close it.
    """
    from ._async_client import AsyncDevRevAuthClient

    return AsyncDevRevAuthClient(fake_devrev_token.secret, **_options(fake_devrev))


@pytest.fixture
def fake_devrev_server(
    fake_devrev: FakeDevRev, fake_devrev_token: IssuedToken, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Serve the fake over HTTP on a loopback port and give the base URL. Needs uvicorn (the extra `testing`).

    During the test, DEVREV_BASE_URL and DEVREV_TOKEN are set, and no proxy is used for it.
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
            repeat = f"To repeat the random faults: {SEED_VARIABLE}={fake.seed}"
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
