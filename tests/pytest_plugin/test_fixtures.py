"""The fixtures of the pytest plugin, in tests as a user writes them."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.projects import WITHOUT_UNRELATED

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def _a_project_of_its_own(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose conftest loads the plugin by name, and whose warnings are errors."""
    for name in ("DEVREV_TOKEN", "DEVREV_BASE_URL", "FAKE_DEVREV_SEED"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeconftest('pytest_plugins = ["devrev_auth_client.pytest_plugin"]')
    pytester.makeini("[pytest]\nfilterwarnings = error\n")


def passes(pytester: pytest.Pytester, code: str, count: int = 1) -> None:
    """Run this test file in this process, and see that so many tests pass."""
    pytester.makepyfile(code)
    result = pytester.runpytest_inprocess(*WITHOUT_UNRELATED)
    result.assert_outcomes(passed=count)


def test_each_test_has_a_fake_of_its_own(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
        seen = []

        def test_one(fake_devrev, fake_devrev_token):
            assert fake_devrev.token_status(fake_devrev_token.id) == "active"
            assert fake_devrev_token.type.name == "PAT"
            seen.append(fake_devrev)

        def test_other(fake_devrev):
            assert fake_devrev.requests == [] and seen != [fake_devrev]
            assert seen[0].seed != fake_devrev.seed
        """,
        2,
    )


def test_the_client_reads_and_revokes_in_memory(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says; failures are repeated at once."""
    monkeypatch.setenv("DEVREV_BASE_URL", "http://elsewhere.example")
    passes(
        pytester,
        """
        def test_it(fake_devrev, fake_devrev_token, fake_devrev_client):
            fake_devrev.respond_next(503, times=3)
            assert fake_devrev_client.get_auth_token(fake_devrev_token.id).status == "active"
            fake_devrev_client.revoke_own_auth_tokens(None)
            assert fake_devrev.revoked() == [fake_devrev_token]
            assert len(fake_devrev.requests_for(fake_devrev_token)) == 5
        """,
    )


def test_the_client_is_closed_afterwards(pytester: pytest.Pytester) -> None:
    passes(
        pytester,
        """
        import pytest
        from devrev_auth_client import ConfigurationError

        kept = []

        def test_it(fake_devrev_client):
            kept.append(fake_devrev_client)

        def test_later():
            with pytest.raises(ConfigurationError, match="closed"):
                kept[0].get_auth_token("id")
        """,
        2,
    )


@pytest.mark.parametrize("runner", ["asyncio.run", "trio.run"])
def test_the_async_client_needs_no_plugin(pytester: pytest.Pytester, runner: str) -> None:
    """It is used in any event loop, closed or not, and warns of nothing."""
    passes(
        pytester,
        f"""
        import asyncio, gc, trio

        def test_it(fake_devrev, fake_devrev_token, fake_devrev_async_client):
            async def main():
                fake_devrev.lose_connection()
                return (await fake_devrev_async_client.get_auth_token(fake_devrev_token.id)).status
            assert {runner}(main) == "active" if "{runner}" == "trio.run" else asyncio.run(main()) == "active"

        def test_closed_by_the_test(fake_devrev_token, fake_devrev_async_client):
            async def main():
                async with fake_devrev_async_client as client:
                    await client.revoke_own_auth_tokens(None)
            asyncio.run(main())
            gc.collect()
        """,
        2,
    )


def test_the_async_client_works_with_the_plugin_of_anyio(pytester: pytest.Pytester) -> None:
    """Which httpx brings; on both event loops."""
    passes(
        pytester,
        """
        import pytest

        @pytest.mark.anyio
        async def test_it(fake_devrev, fake_devrev_token, fake_devrev_async_client):
            await fake_devrev_async_client.revoke_own_auth_tokens(None)
            assert fake_devrev.revoked(fake_devrev_token.user) == [fake_devrev_token]
        """,
        2,
    )


def test_the_server_is_in_the_environment_of_the_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For this process and those that it starts; afterwards the environment is as before."""
    monkeypatch.setenv("DEVREV_TOKEN", "of the machine")
    passes(
        pytester,
        """
        import os, subprocess, sys
        from devrev_auth_client import DevRevAuthClient

        PROGRAM = "from devrev_auth_client import DevRevAuthClient as C; C().revoke_own_auth_tokens(None)"

        def test_it(fake_devrev, fake_devrev_token, fake_devrev_server):
            assert fake_devrev_server == os.environ["DEVREV_BASE_URL"]
            with DevRevAuthClient() as client:
                assert client.get_auth_token(fake_devrev_token.id).status == "active"
            subprocess.run([sys.executable, "-c", PROGRAM], check=True)
            assert fake_devrev.revoked() == [fake_devrev_token]

        def test_later():
            assert os.environ["DEVREV_TOKEN"] == "of the machine"
            assert "DEVREV_BASE_URL" not in os.environ
        """,
        2,
    )


@pytest.mark.parametrize(("before", "during"), [(None, "127.0.0.1"), ("intern", "intern,127.0.0.1"), ("*", "*")])
def test_no_proxy_stands_before_the_server(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, before: str | None, during: str
) -> None:
    """The proxies of the machine are for other hosts."""
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    if before is not None:
        monkeypatch.setenv("NO_PROXY", before)
    passes(
        pytester,
        f"""
        import os
        from devrev_auth_client import DevRevAuthClient

        def test_it(fake_devrev_token, fake_devrev_server):
            assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == {during!r}
            with DevRevAuthClient() as client:
                assert client.get_auth_token(fake_devrev_token.id).status == "active"
        """,
    )


def test_a_fake_of_ones_own_takes_its_place(pytester: pytest.Pytester) -> None:
    """The other fixtures follow it."""
    passes(
        pytester,
        """
        import pytest
        from devrev_auth_client.testing import FakeDevRev

        @pytest.fixture
        def fake_devrev():
            return FakeDevRev(rate_limit=7)

        def test_it(fake_devrev_client, fake_devrev_token):
            fake_devrev_client.get_auth_token(fake_devrev_token.id)
            assert fake_devrev_client.rate_limit.limit == 7
        """,
    )


def test_the_seed_comes_from_the_environment(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """To repeat a run."""
    monkeypatch.setenv("FAKE_DEVREV_SEED", "77")
    passes(pytester, "def test_it(fake_devrev):\n    assert fake_devrev.seed == 77")
