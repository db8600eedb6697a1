"""The long run, made short: random faults, calls cut at random."""

import pytest

from tests.faults import long_run, memory, random_scripts
from tests.faults.backends import Backend
from tests.faults.storm import WAYS, storm


def test_random_faults_and_cancellations(backend: Backend) -> None:
    """A hundred calls on each backend: no foreign exception, no hang, nothing unproven, nothing left open."""
    tally, problems = random_scripts.run(backend, 100, seed=20260101)
    assert problems == []
    assert tally["succeeded"] + tally["failed"] + tally["cancelled"] == 100
    assert min(tally["succeeded"], tally["failed"]) > 10
    assert (tally["cancelled"] > 0) == backend.is_async
    assert tally["kinds of fault"] > 30


@pytest.mark.parametrize("way", WAYS)
def test_calls_cut_at_random_leave_the_client_whole(way: str) -> None:
    """Twenty workers on ten connections: afterwards every call succeeds, and nothing is left over."""
    assert storm(way, 0.7, seed=1, tls=way in ("asyncio, task.cancel", "trio, scope", "sync, total_timeout"))[1] == []


@pytest.mark.slow
def test_small_run_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert long_run.main(["--calls", "60", "--only", "scripts"]) == 0
    assert capsys.readouterr().out.endswith("all good\n")


@pytest.mark.slow
def test_client_does_not_grow() -> None:
    """A few hundred calls after the first thousand, error responses and lost connections among them."""
    assert memory.growth("asyncio", 500)[1] == []
