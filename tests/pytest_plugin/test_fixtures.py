"""The fixtures of the pytest plugin, in tests as a user writes them, and the journals of those that fail."""

from collections.abc import Callable

import pytest

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]
SECTION = "*Journal of the fake DevRev*"


def test_each_test_has_a_fake_of_its_own_and_a_client_that_is_closed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In memory, whatever the environment says; failures are repeated at once. No journal where nothing fails."""
    monkeypatch.setenv("DEVREV_BASE_URL", "http://elsewhere.example")
    result = run(
        """
        import pytest
        from devrev_auth_client import ConfigurationError

        seen = []

        def test_one(fake_devrev, fake_devrev_token, fake_devrev_client):
            seen.extend([fake_devrev, fake_devrev_client])
            fake_devrev.respond_next(503, times=3)
            assert fake_devrev_client.get_auth_token(fake_devrev_token.id).requested_token_type.name == "PAT"
            fake_devrev_client.revoke_own_auth_tokens(None)
            assert fake_devrev.revoked() == [fake_devrev_token]
            assert len(fake_devrev.requests_for(fake_devrev_token)) == 5

        def test_other(fake_devrev):
            assert fake_devrev.requests == [] and seen[0] is not fake_devrev
            assert seen[0].seed != fake_devrev.seed
            with pytest.raises(ConfigurationError, match="closed"):
                seen[1].get_auth_token("id")
        """,
        "-rA",
        passed=2,
    )
    result.stdout.no_fnmatch_line(SECTION)


@pytest.mark.parametrize("runner", ["asyncio.run", "trio.run"])
def test_the_async_client_needs_no_plugin(run: Run, runner: str) -> None:
    """It is used in any event loop, closed or not, and warns of nothing; the plugin of anyio works with it too."""
    run(
        f"""
        import asyncio, gc, pytest, trio

        def test_it(fake_devrev, fake_devrev_token, fake_devrev_async_client):
            async def main():
                fake_devrev.lose_connection()
                return (await fake_devrev_async_client.get_auth_token(fake_devrev_token.id)).status
            assert {runner}(main{"()" if runner == "asyncio.run" else ""}) == "active"

        def test_closed_by_the_test(fake_devrev_token, fake_devrev_async_client):
            async def main():
                async with fake_devrev_async_client as client:
                    await client.revoke_own_auth_tokens(None)
            asyncio.run(main())
            gc.collect()

        @pytest.mark.anyio
        async def test_anyio(fake_devrev, fake_devrev_token, fake_devrev_async_client):
            await fake_devrev_async_client.revoke_own_auth_tokens(None)
            assert fake_devrev.revoked(fake_devrev_token.user) == [fake_devrev_token]
        """,
        passed=4,
    )


@pytest.mark.parametrize(("before", "during"), [(None, "127.0.0.1"), ("intern", "intern,127.0.0.1"), ("*", "*")])
def test_the_server_is_in_the_environment_of_the_test(
    run: Run, monkeypatch: pytest.MonkeyPatch, before: str | None, during: str
) -> None:
    """For this process and those that it starts; no proxy stands before it; afterwards all is as before."""
    monkeypatch.setenv("DEVREV_TOKEN", "of the machine")
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    if before is not None:
        monkeypatch.setenv("NO_PROXY", before)
    run(
        f"""
        import os, subprocess, sys
        from devrev_auth_client import DevRevAuthClient

        PROGRAM = "from devrev_auth_client import DevRevAuthClient as C; C().revoke_own_auth_tokens(None)"

        def test_it(fake_devrev, fake_devrev_token, fake_devrev_server):
            assert fake_devrev_server == os.environ["DEVREV_BASE_URL"]
            assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == {during!r}
            with DevRevAuthClient() as client:
                assert client.get_auth_token(fake_devrev_token.id).status == "active"
            subprocess.run([sys.executable, "-c", PROGRAM], check=True)
            assert fake_devrev.revoked() == [fake_devrev_token]

        def test_later():
            assert os.environ["DEVREV_TOKEN"] == "of the machine"
            assert "DEVREV_BASE_URL" not in os.environ
        """,
        passed=2,
    )


def test_a_test_that_fails_shows_the_journal_of_its_fake(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its latest two hundred lines, with what repeats it, and without a secret; one without a fake shows none."""
    monkeypatch.setenv("FAKE_DEVREV_SEED", "77")
    result = run(
        """
        def test_it(fake_devrev, fake_devrev_token, fake_devrev_client):
            fake_devrev.respond_next(503)
            for n in range(199): fake_devrev.advance(0)
            fake_devrev_client.get_auth_token(fake_devrev_token.id)
            assert fake_devrev.seed != 77

        def test_without(tmp_path):
            assert not tmp_path
        """,
        failed=2,
    )
    result.stdout.fnmatch_lines(
        [
            SECTION,
            "2 requests, seed 77*",
            "(2 earlier lines left out)",
            "*#1  DEVU-1 TOKEN-1  auth-tokens.get TOKEN-1  503    script: answer 503",
            "*#2  DEVU-1 TOKEN-1  auth-tokens.get TOKEN-1  200    API",
            "To repeat the random faults: FAKE_DEVREV_SEED=77",
        ]
    )
    assert result.stdout.str().count("Journal of the fake DevRev") == 1
    assert "eyJ" not in result.stdout.str()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("fake_devrev", "fake_devrev, fake_devrev_client"), ("fake_devrev", "fake_devrev_client"), ("mine", "mine")],
)
def test_a_fake_of_ones_own_takes_its_place_and_is_shown_once(run: Run, name: str, arguments: str) -> None:
    """Under any name. The other fixtures follow it, also where the test does not ask for it."""
    result = run(
        f"""
        import pytest
        from devrev_auth_client.testing import FakeDevRev

        @pytest.fixture
        def {name}():
            return FakeDevRev(seed=4711, rate_limit=7)

        def test_it({arguments}):
            if "client" in {arguments!r}:
                fake_devrev_client.get_own_auth_token()
                assert fake_devrev_client.rate_limit.limit == 7
            assert 0
        """,
        failed=1,
    )
    result.stdout.fnmatch_lines([SECTION, f"{'1 request' if 'client' in arguments else '0 requests'}, seed 4711*"])
    assert result.stdout.str().count("Journal of the fake DevRev") == 1


def test_a_setup_or_a_teardown_that_fails_shows_it_and_so_does_a_fake_that_was_asked_for_in_the_test(run: Run) -> None:
    result = run(
        """
        import pytest

        @pytest.fixture
        def early(fake_devrev):
            fake_devrev.advance(1)
            assert 0

        @pytest.fixture
        def late(fake_devrev):
            yield
            fake_devrev.advance(2)
            assert 0

        def test_one(early): pass

        def test_two(late): pass

        def test_three(request):
            assert not request.getfixturevalue("fake_devrev_token")
        """,
        passed=1,
        errors=2,
        failed=1,
    )
    expected = [SECTION, "*advanced by 1 s", SECTION, "*advanced by 2 s", SECTION, "0 requests, seed *"]
    result.stdout.fnmatch_lines([*expected, "*TOKEN-1 issued*"])


@pytest.mark.slow
def test_workers_of_xdist_report_it(run: Run) -> None:
    result = run("def test_it(fake_devrev):\n    assert 0", "-n", "1", failed=1)
    result.stdout.fnmatch_lines([SECTION, "0 requests, seed *"])
