"""Whether a call costs more when ten times as many wait: one client, bursts of both sizes in turn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.modes import Mode
from benchmarks.rivals import OURS, RIVALS, Target
from benchmarks.rounds import pair_ratio
from benchmarks.server import Server
from benchmarks.worker import Worker


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Two numbers of tasks and the number of pairs."""

    few: int = 1_000
    many: int = 10_000
    pairs: int


def measure(growth: Growth, server: Server, folder: Path) -> dict[str, Any]:
    """Return the ratio of a call's processor time with many tasks to that with few, of ours."""
    module = next(rival.module for rival in RIVALS if rival.name == OURS)
    target = Target(server.url("plain"), str(server.authority), patient=True)
    # As many calls on both sides: a burst of many, or as often a burst of few.
    few = Mode(name="few", tasks=growth.few, bursts=growth.many // growth.few, rounds=growth.pairs)
    many = Mode(name="many", tasks=growth.many, rounds=growth.pairs)
    workers = {mode: Worker(module, str(folder), target, mode) for mode in (many, few)}
    costs: dict[Mode, list[Any]] = {mode: [] for mode in workers}
    try:
        for _ in range(growth.pairs):
            for mode, worker in workers.items():
                worker.get_ready()
                costs[mode].append(worker.make_round())
    finally:
        for worker in workers.values():
            worker.stop()
    return {"tasks": [growth.many, growth.few], "ratio": pair_ratio(costs[many], costs[few], "cpu")}
