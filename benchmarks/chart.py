"""The picture: processor time of one call against the number of tasks, from the results alone.

python -m benchmarks.chart RESULTS.json CHART.svg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.modes import TIME_LIMIT
from benchmarks.rivals import OURS, REFERENCE

_SERIES = {
    REFERENCE: ("raw httpx", "#8a8a8a", "s"),
    "stock openapi-python-client": ("stock openapi-python-client", "#c98a2b", "^"),
    "OpenAPI Generator (aiohttp)": ("OpenAPI Generator (aiohttp)", "#a0539b", "v"),
    "raw aiohttp": ("raw aiohttp (no decoding, no retries)", "#4f9d69", "D"),
    OURS: ("devrev_auth_client", "#1f5fbf", "o"),
}


def points(results: dict[str, Any], rival: str) -> list[tuple[int, float]]:
    """Return number of tasks and microseconds a call, for the warm async modes."""
    found = [(tasks, figures.get("cpu_us")) for tasks, figures in _warm(results, rival)]
    return sorted((tasks, cost["median"]) for tasks, cost in found if cost is not None)


def unanswered(results: dict[str, Any], rival: str) -> str:
    """Return what the legend adds to a name: from how many tasks on no call was answered in time."""
    lost = [tasks for tasks, figures in _warm(results, rival) if not figures.get("answered", 1)]
    return f", none of {min(lost):,} answered in {TIME_LIMIT:.0f} s" if lost else ""


def _warm(results: dict[str, Any], rival: str) -> list[tuple[int, dict[str, Any]]]:
    modes = [mode for mode in results["modes"].values() if not mode["cold"] and not mode["sync"]]
    return [(mode["tasks"], mode["rivals"].get(rival, {})) for mode in modes]


def draw(results: dict[str, Any], file: Path) -> None:
    """Write the chart; its format is that of the file's suffix."""
    import matplotlib as mpl

    mpl.use("svg" if file.suffix == ".svg" else "agg")
    # Text stays text, and the same figures give the same bytes.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "benchmark", "font.size": 10})
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    figure, axes = pyplot.subplots(figsize=(7.2, 4.8), layout="constrained")
    for rival, (label, colour, marker) in _SERIES.items():
        series = points(results, rival)
        if series:
            width = 2.5 if rival == OURS else 1.5
            label += unanswered(results, rival)
            axes.plot(*zip(*series, strict=True), label=label, color=colour, marker=marker, linewidth=width)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("tasks calling at once, one client (log scale)")
    axes.set_ylabel("µs of processor time per call (log scale)")
    machine = f"{results['machine']['processor']}, {results['machine']['cores']} cores, {results['python']}"
    axes.set_title(f"Cost of one auth-tokens.get, lower is better\n{machine}, {results['taken_at'][:10]}", fontsize=9)
    axes.grid(visible=True, which="major", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    figure.savefig(file, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
