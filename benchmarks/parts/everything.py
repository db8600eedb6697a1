"""All parts, in order, with how often each is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import BUSY, busy_cores
from benchmarks.parts import first_answer, in_fresh_process
from benchmarks.rounds import spread
from benchmarks.server import Server


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How often the parts are measured."""

    processes: int
    """Fresh processes for what happens once in a process."""
    rounds: int
    """Pairs in one process for what is fast."""
    batch: int
    """Calls in each of these."""
    waiting: int
    """Calls that wait at once."""
    watched: float
    """Seconds in which is looked at whether others use the machine."""
    settled: float
    """Seconds after which all calls that wait do so where they are going to."""


FULL = Extent(processes=21, rounds=31, batch=500, waiting=10_000, watched=1.0, settled=1.0)
QUICK = Extent(processes=7, rounds=9, batch=300, waiting=10_000, watched=1.0, settled=1.0)
TINY = Extent(processes=1, rounds=1, batch=2, waiting=120, watched=0.05, settled=0.1)


def measure(extent: Extent, server: Server, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Return the figures of all parts, by name."""
    busy = busy_cores(extent.watched)
    batches = (str(extent.rounds), str(extent.batch))
    parts: dict[str, Any] = {"busy_cores_of_others": round(busy, 2), "basis": "wall" if busy < BUSY else "cpu"}
    tell("imports")
    parts["import"] = _imports(folder, extent.processes)
    tell("first answer")
    parts["first_answer"] = first_answer.measure(server, extent.processes, folder)
    tell("making a client")
    parts["making_ms"] = in_fresh_process(folder, "parts.making", str(extent.rounds))
    tell("guard")
    parts["guard"] = in_fresh_process(folder, "parts.guard", *batches)
    if (folder / "stock_client").is_dir():
        tell("decoding")
        parts["decoding"] = in_fresh_process(folder, "parts.decoding", *batches, str(folder))
    tell("memory")
    parts["memory_kib"] = {
        place: {how: _memory(folder, place, how, extent, server) for how in ("tracemalloc", "rss")}
        for place in ("connection", "rate_limit", "event")
    }
    return parts


def _imports(folder: Path, processes: int) -> dict[str, Any]:
    runs = [in_fresh_process(folder, "parts.imports") for _ in range(processes + 1)][1:]
    return {
        "wall_ms": spread([run["wall_ms"] for run in runs], 1),
        "cpu_ms": spread([run["cpu_ms"] for run in runs], 1),
        "modules": runs[0]["modules"],
        "unasked": runs[0]["unasked"],
    }


def _memory(folder: Path, place: str, how: str, extent: Extent, server: Server) -> float:
    numbers = (str(extent.waiting), str(extent.settled))
    figures = in_fresh_process(folder, "parts.memory", place, how, *numbers, server.url("silent"))
    return float(figures["kib"])
