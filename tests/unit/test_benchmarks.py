"""The benchmarks still run. What they measure is no test: nothing here looks at a time."""

import json
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import chart
from benchmarks.rivals import OURS, REFERENCE
from benchmarks.rounds import pair_ratio, spread
from benchmarks.server import _request_size
from benchmarks.worker import LATE, Cost


@pytest.mark.skipif(sys.platform == "win32", reason="the server watches its standard input as a file descriptor")
@pytest.mark.slow
def test_a_handful_of_calls_gives_the_whole_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every rival that is installed answers every call, and table, JSON and chart come of it."""
    benchmarks.main(["--tiny", "--json", str(tmp_path / "results.json"), "--chart", str(tmp_path / "chart.svg")])
    text = (tmp_path / "results.json").read_text(encoding="utf-8")
    results = json.loads(text)
    for name, mode in results["modes"].items():
        assert {OURS, REFERENCE, "bare protocol (the limit)"} <= mode["rivals"].keys()
        for rival, figures in mode["rivals"].items():
            assert not figures["failures"], f"{rival}: {name}"
            assert figures["ratio"].keys() == {"cpu", "wall"}
    assert results["modes"]["cold burst of 20, TLS"]["rivals"][OURS]["connections_opened"]["most"] <= 21
    assert all(row.keys() == {"target", "aim", "measured", "reached"} for row in results["targets"])
    assert len(results["targets"]) >= 15
    assert (tmp_path / "chart.svg").exists() is (find_spec("matplotlib") is not None)
    for private in (socket.gethostname(), str(Path.cwd()), str(Path.home()), str(tmp_path)):
        assert private not in text
    printed = capsys.readouterr().out
    assert all(row["target"] in printed for row in results["targets"])
    assert all(note in printed for note in results["notes"])


def test_ratios_are_of_rounds_that_followed_each_other() -> None:
    ours = [Cost(1.0, 0.5, 100, {}), Cost(2.0, 1.0, 100, {})]
    raw = [Cost(2.0, 2.0, 100, {}), Cost(8.0, 2.0, 100, {}), Cost(1.0, 1.0, 100, {})]
    assert pair_ratio(ours, raw, "wall") == {"median": 0.375, "quartiles": [0.312, 0.438], "runs": 2}
    assert pair_ratio(ours, raw, "cpu") == {"median": 0.375, "quartiles": [0.312, 0.438], "runs": 2}


def test_a_round_with_hardly_an_answer_makes_no_ratio() -> None:
    assert pair_ratio([Cost(1.0, 1.0, 100, {})], [Cost(1.0, 1.0, 0, {LATE: 100})], "cpu") is None


def test_one_value_is_its_own_spread() -> None:
    assert spread([2.0], 1) == {"median": 2.0, "quartiles": [2.0, 2.0], "runs": 1}


@pytest.mark.parametrize(
    ("received", "size"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n", None),
        (b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{", None),
        (b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}POST", 40),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", None),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 59),
    ],
)
def test_the_server_answers_whole_requests_only(received: bytes, size: int | None) -> None:
    assert _request_size(received) == size


def test_the_chart_is_drawn_from_the_results_alone(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="only in the environment of the benchmarks")
    costs = {REFERENCE: 3_000, OURS: 400}
    modes = {
        f"{tasks} tasks": {
            "tasks": tasks,
            "cold": False,
            "sync": False,
            "rivals": {rival: {"cpu_us": {"median": cost}} for rival, cost in costs.items()},
        }
        for tasks in (1, 10, 100)
    }
    measured = {
        "machine": {"processor": "one", "cores": 1},
        "python": "CPython",
        "taken_at": "2024-01-01",
        "modes": modes,
    }
    chart.draw(measured, tmp_path / "chart.svg")
    drawn = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "devrev_auth_client" in drawn
