"""The long run, made short: random faults and cancellations, and what its verdict rests on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import long_run, memory, random_scripts
from tests.faults.backends import Backend
from tests.faults.long_run import Figure


def test_random_faults_and_cancellations(backend: Backend) -> None:
    """A hundred calls on each backend: no foreign exception, no hang, nothing unproven, nothing left open."""
    tally = random_scripts.run(backend, 100, seed=20260101)
    assert tally.is_clean, tally
    assert (tally.calls, tally.hangs) == (100, 0)
    assert min(tally.answered, tally.failed) > 10
    assert (tally.cancelled > 0) == backend.is_async
    assert len(tally.kinds) > 30


@pytest.mark.slow
def test_small_run_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It tells the seed, a table, and all figures as JSON."""
    path = tmp_path / "figures.json"
    assert long_run.main(["--calls", "60", "--seed", "3", "--only", "scripts", "budget", "--json", str(path)]) == 0
    table = capsys.readouterr().out
    assert table.startswith("seed 3\n")
    assert "foreign exceptions" in table
    report = json.loads(path.read_text("utf-8"))
    assert (report["seed"], report["good"]) == (3, True)
    values = {(figure["section"], figure["what"]): figure["value"] for figure in report["figures"]}
    assert values["scripts", "calls"] == 60
    assert values["budget", "sync: requests of 600 calls against 502"] == 700


def test_one_bad_figure_makes_it_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is marked in the table."""

    def bad(calls: int, seed: int) -> Iterator[Figure]:
        yield Figure("scripts", "hangs", 1, "0", good=False)

    monkeypatch.setitem(long_run.SECTIONS, "scripts", bad)
    assert long_run.main(["--only", "scripts", "--json", str(tmp_path / "figures.json")]) == 1
    assert "NOT GOOD" in capsys.readouterr().out


def test_foreign_exceptions_hangs_and_unproven_revocations_are_not_clean() -> None:
    """Each of them alone."""
    assert random_scripts.Tally().is_clean
    for spoiled in ({"foreign": ["KeyError()"]}, {"hangs": 1}, {"unproven": ["x"]}, {"leaked": 1}):
        assert not random_scripts.Tally(**spoiled).is_clean


@pytest.mark.slow
def test_client_does_not_grow() -> None:
    """A few hundred calls after the first thousand, refusals and lost connections among them."""
    met = memory.growth("asyncio", 500)
    assert met.calls == 500
    assert met.resident < 1024 * 1024
    assert met.objects < 1000
