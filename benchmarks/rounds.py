"""The rounds of all rivals in one mode, taking turns, and what follows from them as ratios of pairs."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import BUSY, busy_cores
from benchmarks.modes import Mode
from benchmarks.rivals import OURS, REFERENCE, Rival, Target
from benchmarks.server import Server
from benchmarks.worker import LATE, Cost, Worker

_SLOW = 20.0
"""Seconds. A rival with a round that long has no more than `_SLOW_ROUNDS` of them."""

_SLOW_ROUNDS = 2
_ENOUGH = 20
"""Answers; from fewer no cost is shown."""


@dataclass
class Entry:
    """A rival in a mode: its process and its rounds."""

    rival: Rival
    worker: Worker | None = None
    costs: list[Cost] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    """Connections opened in each round, by the server's count."""

    def is_over(self) -> bool:
        """Whether it has had its rounds, being slow."""
        return len(self.costs) >= _SLOW_ROUNDS and max(cost.wall for cost in self.costs) > _SLOW


def measure(mode: Mode, rivals: list[Rival], server: Server, folder: Path, watched: float) -> dict[str, Any]:
    """Make all rounds of a mode and return its part of the results.

    `watched`: seconds before and after, in which is looked at whether others use the machine.
    """
    target = Target(server.url(mode.port), str(server.authority), patient=mode.tasks > 1)
    entries = [Entry(rival) for rival in rivals if rival.takes_part(sync=mode.sync, cold=mode.cold)]
    busy = busy_cores(watched)
    try:
        for turn in range(mode.rounds):
            first = turn % len(entries)
            for entry in entries[first:] + entries[:first]:
                if not entry.is_over():
                    _make_round(entry, mode, target, server, folder)
    finally:
        for entry in entries:
            if entry.worker is not None:
                entry.worker.stop()
    busy = max(busy, busy_cores(watched))
    # Wall time is what a lone caller waits for; but on a machine that others use, and where the client is the
    # bottleneck anyway, processor time is what can be compared.
    basis = "wall" if mode.tasks == 1 and busy < BUSY else "cpu"
    return {
        "tasks": mode.tasks,
        "cold": mode.cold,
        "sync": mode.sync,
        "calls_a_round": mode.calls,
        "busy_cores_of_others": round(busy, 2),
        "basis": basis,
        "rivals": {entry.rival.name: _summary(entry, entries, basis) for entry in entries},
    }


def _make_round(entry: Entry, mode: Mode, target: Target, server: Server, folder: Path) -> None:
    if entry.worker is None:
        entry.worker = Worker(entry.rival.module, str(folder), target, mode)
    entry.worker.get_ready()
    server.opened(mode.port)
    cost = entry.worker.make_round()
    entry.costs.append(cost)
    entry.opened.append(server.opened(mode.port))
    if LATE in cost.failures:
        entry.worker.stop()
        entry.worker = None


def _summary(entry: Entry, entries: list[Entry], basis: str) -> dict[str, Any]:
    rivals = {other.rival.name: other for other in entries}
    costs = [cost for cost in entry.costs if cost.answered >= min(_ENOUGH, _calls(cost))]
    failures = sum((Counter(cost.failures) for cost in entry.costs), Counter[str]())
    summary: dict[str, Any] = {
        "rounds": len(entry.costs),
        "answered": sum(cost.answered for cost in entry.costs),
        "failures": dict(failures),
        "connections_opened": {"least": min(entry.opened), "most": max(entry.opened)},
    }
    if not costs:
        return summary
    summary["cpu_us"] = _microseconds([cost.cpu / cost.answered for cost in costs])
    summary["wall_us"] = _microseconds([cost.wall / cost.answered for cost in costs])
    summary["calls_a_second"] = round(statistics.median(cost.answered / cost.wall for cost in costs))
    summary["ratio"] = {kind: pair_ratio(entry.costs, rivals[REFERENCE].costs, kind) for kind in ("cpu", "wall")}
    if OURS in rivals:
        summary["ours_by_this"] = pair_ratio(rivals[OURS].costs, entry.costs, basis)
    return summary


def pair_ratio(ones: list[Cost], others: list[Cost], kind: str) -> dict[str, Any] | None:
    """Return median and quartiles of the ratios of rounds that followed each other, or `None` without such a pair."""
    ratios = [
        _cost_of_a_call(one, kind) / _cost_of_a_call(other, kind)
        for one, other in zip(ones, others, strict=False)
        if min(one.answered, other.answered) >= min(_ENOUGH, _calls(one))
    ]
    return spread(ratios, 3) if ratios else None


def spread(values: list[float], digits: int) -> dict[str, Any]:
    """Return median, quartiles and number of values."""
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3
    return {
        "median": round(middle, digits),
        "quartiles": [round(low, digits), round(high, digits)],
        "runs": len(values),
    }


def _cost_of_a_call(cost: Cost, kind: str) -> float:
    return (cost.wall if kind == "wall" else cost.cpu) / cost.answered


def _microseconds(seconds: list[float]) -> dict[str, Any]:
    return spread([value * 1e6 for value in seconds], 1)


def _calls(cost: Cost) -> int:
    return cost.answered + sum(cost.failures.values())
