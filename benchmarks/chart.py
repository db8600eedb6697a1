"""The picture: processor time of one call against the number of tasks, from the results alone.

python -m benchmarks.chart RESULTS.json CHART.svg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.rivals import OURS, REFERENCE

_SERIES = {
    REFERENCE: ("raw httpx", "#8a8a8a", "s"),
    "stock openapi-python-client": ("stock openapi-python-client", "#c98a2b", "^"),
    "raw aiohttp": ("raw aiohttp (no decoding, no retries)", "#4f9d69", "D"),
    OURS: ("devrev_auth_client", "#1f5fbf", "o"),
}


def points(results: dict[str, Any], rival: str) -> list[tuple[int, float]]:
    """Return number of tasks and microseconds a call, for the warm async modes."""
    warm = [mode for name, mode in results["modes"].items() if not mode["cold"] and not mode["sync"]]
    found = [(mode["tasks"], mode["rivals"].get(rival, {}).get("cpu_us")) for mode in warm]
    return sorted((tasks, cost["median"]) for tasks, cost in found if cost is not None)


def draw(results: dict[str, Any], file: Path) -> None:
    """Write the chart; its format is that of the file's ending."""
    import matplotlib as mpl

    mpl.use("svg" if file.suffix == ".svg" else "agg")
    # Text stays text, and the same figures give the same bytes.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "benchmark", "font.size": 10})
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    figure, axes = pyplot.subplots(figsize=(7.2, 4.2), layout="constrained")
    for rival, (label, colour, marker) in _SERIES.items():
        series = points(results, rival)
        if series:
            width = 2.5 if rival == OURS else 1.5
            axes.plot(*zip(*series, strict=True), label=label, color=colour, marker=marker, linewidth=width)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("tasks calling at once, one client")
    axes.set_ylabel("processor time of one call, µs")
    machine = f"{results['machine']['processor']}, {results['machine']['cores']} cores, {results['python']}"
    axes.set_title(f"Cost of one auth-tokens.get\n{machine}, {results['taken_at'][:10]}", fontsize=9)
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(file, metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
