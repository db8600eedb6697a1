"""The benchmarks still run. What they measure is no test: nothing here looks at a time."""

import json
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks.rivals import OURS, REFERENCE


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
