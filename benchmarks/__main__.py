"""Measures everything, prints it, and writes it as JSON and as a chart. See the package's own text."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import chart, generated, growth, machine, modes, report, rounds, targets
from benchmarks.parts import everything
from benchmarks.rivals import find_rivals
from benchmarks.server import Server

ROOT = Path(__file__).resolve().parent.parent

_EXTENTS = {
    "full": (modes.FULL, everything.FULL, growth.Growth(pairs=7)),
    "quick": (modes.QUICK, everything.QUICK, growth.Growth(pairs=3)),
    "tiny": (modes.TINY, everything.TINY, growth.Growth(few=2, many=4, pairs=1)),
}


def run(extent: str) -> dict[str, Any]:
    """Measure and return the results."""
    chosen, parts, grown = _EXTENTS[extent]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _tell("generating the other clients")
        rivals, skipped = find_rivals(generated.generate(folder))
        results: dict[str, Any] = {**machine.described(), "extent": extent, "skipped": skipped, "modes": {}}
        with Server(folder) as server:
            for mode in chosen:
                _tell(mode.name)
                results["modes"][mode.name] = rounds.measure(mode, rivals, server, folder, parts.watched)
            _tell("growth")
            results["growth"] = growth.measure(grown, server, folder)
            results["parts"] = everything.measure(parts, server, folder, _tell)
    results["targets"] = targets.rows(results)
    results["notes"] = report.NOTES
    return results


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="What a call costs, beside other clients."
    )
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", dest="extent", action="store_const", const="quick", help="a fraction of the rounds")
    extent.add_argument("--tiny", dest="extent", action="store_const", const="tiny", help="only to see that it runs")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "results" / "latest.json")
    parser.add_argument("--chart", type=Path, default=ROOT / "docs" / "benchmark.svg")
    parser.set_defaults(extent="full")
    given = parser.parse_args(arguments)
    results = run(given.extent)
    print("\n".join(report.lines(results)))
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if find_spec("matplotlib") is None:
        _tell("no chart: matplotlib is not installed")
    else:
        given.chart.parent.mkdir(parents=True, exist_ok=True)
        chart.draw(results, given.chart)


def _tell(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
