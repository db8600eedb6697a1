"""Runs of pytest in a project of their own, as a user's."""

import pkgutil
from collections.abc import Callable
from importlib import import_module

import pytest

import devrev_auth_client

# Plugins of this environment that have nothing to do with ours, and take long to load.
UNRELATED = [word for name in ("cacheprovider", "cov", "hypothesispytest") for word in ("-p", f"no:{name}")]

# What a run inside this process imports is forgotten after it. Modules of two imports do not know each other's classes,
# so that all are imported here, but for the one under test and for those that nothing else uses.
for found in pkgutil.iter_modules(devrev_auth_client.__path__, "devrev_auth_client."):
    if found.name.rpartition(".")[2] not in {"pytest_plugin", "cli", "_cli"}:
        import_module(found.name)


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """Run a test file in this process; its conftest loads the plugin by name, and its warnings are errors."""
    for name in ("DEVREV_TOKEN", "DEVREV_BASE_URL", "FAKE_DEVREV_SEED"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest('pytest_plugins = ["devrev_auth_client.pytest_plugin"]')
    pytester.makeini("[pytest]\nfilterwarnings = error\n")

    def run(code: str, *arguments: str, **outcomes: int) -> pytest.RunResult:
        pytester.makepyfile(code)
        result = pytester.runpytest_inprocess(*UNRELATED, *arguments)
        result.assert_outcomes(**outcomes)
        return result

    return run
