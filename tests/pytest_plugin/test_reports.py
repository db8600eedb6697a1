"""The journals that the pytest plugin adds to the report of a test that failed."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.projects import WITHOUT_UNRELATED

pytest_plugins = ["pytester"]

SECTION = "*Journal of the fake DevRev*"


@pytest.fixture(autouse=True)
def _a_project_of_its_own(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FAKE_DEVREV_SEED", raising=False)
    pytester.makeini("[pytest]")  # else the settings of a project further up would count, where there is one
    pytester.makeconftest('pytest_plugins = ["devrev_auth_client.pytest_plugin"]')


def run(pytester: pytest.Pytester, code: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(code)
    return pytester.runpytest_inprocess(*WITHOUT_UNRELATED, *arguments)


def test_a_test_that_fails_shows_the_journal_of_its_fake(pytester: pytest.Pytester) -> None:
    """With what repeats it, and without a secret."""
    result = run(
        pytester,
        """
        def test_it(fake_devrev, fake_devrev_token, fake_devrev_client):
            fake_devrev.respond_next(503)
            fake_devrev_client.get_auth_token(fake_devrev_token.id)
            assert fake_devrev.seed == "another"
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            SECTION,
            "2 requests, seed *",
            "*TOKEN-1 issued to DEVU-1: PAT, for 2592000 s",
            "*#1  DEVU-1 TOKEN-1  auth-tokens.get TOKEN-1  503    script: answer 503",
            "*#2  DEVU-1 TOKEN-1  auth-tokens.get TOKEN-1  200    API",
            "FAKE_DEVREV_SEED=* repeats what happened by chance",
        ]
    )
    assert "eyJ" not in result.stdout.str()


def test_a_test_that_passes_shows_none(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_it(fake_devrev):\n    pass", "-rA")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line(SECTION)


def test_one_that_fails_without_a_fake_shows_none(pytester: pytest.Pytester) -> None:
    result = run(
        pytester, "def test_with(fake_devrev):\n    pass\n\ndef test_without(tmp_path):\n    assert not tmp_path"
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.no_fnmatch_line(SECTION)


@pytest.mark.parametrize("name", ["fake_devrev", "my_devrev"])
def test_a_fake_from_a_fixture_of_ones_own_is_shown_once(pytester: pytest.Pytester, name: str) -> None:
    """Under any name; and where the fixtures of the plugin took it over, it is still one."""
    use = "fake_devrev_token" if name == "fake_devrev" else "tmp_path"
    result = run(
        pytester,
        f"""
        import pytest
        from devrev_auth_client.testing import FakeDevRev

        @pytest.fixture
        def {name}():
            return FakeDevRev(seed=4711)

        def test_it({name}, {use}):
            {name}.advance(5)
            assert 0
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([SECTION, "0 requests, seed 4711*", "*clock advanced by 5 s"])
    assert result.stdout.str().count("Journal of the fake DevRev") == 1


def test_a_fake_that_only_other_fixtures_know_is_shown(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import pytest
        from devrev_auth_client.testing import FakeDevRev

        @pytest.fixture
        def fake_devrev():
            return FakeDevRev(seed=4711)

        def test_it(fake_devrev_client):
            fake_devrev_client.get_auth_token("nobody's")
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([SECTION, "1 request, seed 4711*", "*auth-tokens.get ?  404*"])


def test_a_fake_that_was_asked_for_in_the_test_is_shown(pytester: pytest.Pytester) -> None:
    result = run(pytester, 'def test_it(request):\n    assert not request.getfixturevalue("fake_devrev_token")')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([SECTION, "0 requests, seed *", "*TOKEN-1 issued*"])


def test_a_setup_or_a_teardown_that_fails_shows_it_too(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
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
        """,
    )
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines([SECTION, "*advanced by 1 s", SECTION, "*advanced by 2 s"])


def test_a_long_journal_is_cut(pytester: pytest.Pytester) -> None:
    """The latest two hundred lines are enough."""
    code = "def test_it(fake_devrev):\n    for n in range(203): fake_devrev.advance(n)\n    assert 0"
    result = run(pytester, code)
    result.stdout.fnmatch_lines(["(3 earlier lines left out)"])
    result.stdout.no_fnmatch_line("*clock advanced by 2 s")
    result.stdout.fnmatch_lines(["*clock advanced by 3 s", "*clock advanced by 202 s"])


@pytest.mark.slow
def test_workers_of_xdist_report_it(pytester: pytest.Pytester) -> None:
    result = run(pytester, "def test_it(fake_devrev):\n    assert 0", "-n", "1")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([SECTION, "0 requests, seed *"])
