"""Plays broken networks and servers for longer than a test may take, and counts what must not happen.

    python -m tests.faults.long_run [--calls 12000] [--seed 1] [--only scripts storms ...] [--json PATH]

Prints a table and writes its figures as JSON; the exit code is 1 where any figure is not what it must be.
"""
# ruff: noqa: T201 - a command speaks by printing

import argparse
import faulthandler
import gc
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from devrev_auth_client import DevRevAuthError
from tests.faults import burst, memory, random_scripts, storm
from tests.faults.backends import BACKENDS, Backend, ErrorLog, eventually, open_descriptors
from tests.faults.server import FaultServer, HtmlFromProxy

MEBIBYTE = 1024 * 1024
SILENCE = 3600.0
"""Seconds without a new figure after which it is taken to hang: it shows where, and ends with an error."""


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    section: str
    what: str
    value: float | int | str
    limit: str
    """What it must be, in words; empty where it is only told."""
    good: bool = True


def scripts(calls: int, seed: int) -> Iterator[Figure]:
    """Random fault scripts on all three backends."""
    total = random_scripts.Tally()
    kinds = []
    for index, name in enumerate(BACKENDS):
        share = calls // 3 + (index < calls % 3)
        with warnings.catch_warnings(record=True) as caught, ErrorLog() as log:
            warnings.simplefilter("always")
            tally = random_scripts.run(Backend(name), share, seed)
            gc.collect()
        told = [str(warning.message) for warning in caught] + log.messages
        for line in (*tally.foreign, *tally.unproven, *told):
            print(f"  {name}: {line}", file=sys.stderr)
        kinds.append(len(tally.kinds))
        yield Figure("scripts", f"{name}: kinds of fault", len(tally.kinds), "")
        yield Figure("scripts", f"{name}: warnings and logged errors", len(told), "0", not told)
        total += tally
    yield Figure("scripts", "kinds of fault x backends", sum(kinds), "")
    yield Figure("scripts", "calls", total.calls, f"{calls}", total.calls == calls)
    yield Figure("scripts", "answered", total.answered, "")
    yield Figure("scripts", "failed with an error of ours", total.failed, "")
    yield Figure("scripts", "cancelled", total.cancelled, "")
    for what, count in (
        ("foreign exceptions", len(total.foreign)),
        ("hangs", total.hangs),
        ("unproven 'revoked' and wrong tokens", len(total.unproven)),
        ("leaked connections", total.leaked),
    ):
        yield Figure("scripts", what, count, "0", count == 0)


def storms(calls: int, seed: int) -> Iterator[Figure]:
    """Twenty workers on ten lanes, cut at random; five seconds each in a whole run."""
    seconds = max(0.5, min(5.0, calls / 2000))
    for backend, way in storm.WAYS:
        for tls in (False, True):
            after = storm.storm(backend, way, seconds, seed, tls=tls)
            name = f"{backend}, {way}{', TLS' if tls else ''}"
            cut = f"{after.endings['cancelled']} cut, {after.endings['answered']} not"
            yield Figure("storms", f"{name}: calls", cut, "")
            yield Figure("storms", f"{name}: answered afterwards", after.answered, "20 of 20", after.answered == 20)
            yield Figure("storms", f"{name}: left as it was", str(after.is_clean), "True", after.is_clean)
            if not after.is_clean:
                print(f"  {name}: {after}", file=sys.stderr)


def budget(calls: int, seed: int) -> Iterator[Figure]:
    """600 calls in a row against a server that only answers 502."""
    for name in BACKENDS:
        with FaultServer(HtmlFromProxy(502), keep_requests=1) as server, Backend(name).client(server.url) as client:
            outcomes = [client.outcomes([client.begin_get()])[0] for _ in range(600)]
            sent = server.actions_begun
        good = sent <= 705 and all(isinstance(outcome, DevRevAuthError) for outcome in outcomes)
        yield Figure("budget", f"{name}: requests of 600 calls against 502", sent, "<= 705", good)


def bursts(calls: int, seed: int) -> Iterator[Figure]:
    """100 calls at once, 25 a second, from ten phases of the server's window; fewer phases in a small run."""
    step = 1 if calls >= 10_000 else 5
    for name in BACKENDS:
        for latency in (0.0, 0.3):
            met = [burst.burst(Backend(name), phase=number / 10, latency=latency) for number in range(0, 10, step)]
            title = f"{name}, first answers after {latency} s"
            failures = sum(len(each.failures) for each in met)
            most = max(each.refusals for each in met)
            over = [each.seconds - each.best for each in met]
            yield Figure("bursts", f"{title}: failures", failures, "0", failures == 0)
            yield Figure("bursts", f"{title}: most 429s", most, "<= 80", most <= 80)
            yield Figure("bursts", f"{title}: seconds beyond the best, least", round(min(over), 2), "")
            yield Figure("bursts", f"{title}: seconds beyond the best, most", round(max(over), 2), "")


def growth(calls: int, seed: int) -> Iterator[Figure]:
    """Memory after ten times as many calls on one client, beyond what it was after the first thousand."""
    for name in BACKENDS:
        met = memory.growth(name, calls * 10)
        yield Figure("memory", f"{name}: calls", met.calls, "")
        yield Figure("memory", f"{name}: milliseconds a call", round(1000 * met.seconds / met.calls, 2), "")
        good = met.resident <= MEBIBYTE
        yield Figure("memory", f"{name}: growth in bytes", met.resident, "<= 1 MiB", good)
        yield Figure("memory", f"{name}: growth in objects", met.objects, "<= 1000", met.objects <= 1000)


Section = Callable[[int, int], Iterator[Figure]]
SECTIONS: dict[str, Section] = {
    "scripts": scripts,
    "storms": storms,
    "budget": budget,
    "bursts": bursts,
    "memory": growth,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.long_run", description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=12_000, help="calls of the random scripts; the rest follows it")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed, the same scripts")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="not all sections")
    parser.add_argument("--json", type=Path, default=Path("build/faults.json"), help="where the figures go")
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}")
    assert sys.__stderr__ is not None
    begin, descriptors = time.monotonic(), open_descriptors()
    figures: list[Figure] = []
    for name in options.only:
        for figure in SECTIONS[name](options.calls, options.seed):
            faulthandler.dump_traceback_later(SILENCE, exit=True, file=sys.__stderr__)
            figures.append(figure)
            print(line_of(figure), flush=True)
    faulthandler.cancel_dump_traceback_later()
    eventually(lambda: open_descriptors() <= descriptors)
    left = open_descriptors() - descriptors
    figures.append(Figure("whole", "file descriptors left", left, "<= 0", left <= 0))
    figures.append(Figure("whole", "seconds", round(time.monotonic() - begin), ""))
    for figure in figures[-2:]:
        print(line_of(figure))
    return conclude(figures, options.seed, options.json)


def line_of(figure: Figure) -> str:
    """One line of the table."""
    mark = "" if figure.good else "   <-- NOT GOOD"
    limit = f"   (must be {figure.limit})" if figure.limit else ""
    return f"{figure.section:8} {figure.what:58} {figure.value!s:>12}{limit}{mark}"


def conclude(figures: Sequence[Figure], seed: int, path: Path) -> int:
    """Write the figures; the exit code."""
    good = all(figure.good for figure in figures)
    path.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "seed": seed,
        "good": good,
        "python": sys.version.split()[0],
        "processors": os.cpu_count(),
        "figures": [figure.__dict__ for figure in figures],
    }
    path.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(f"\n{'all good' if good else 'NOT GOOD'}; figures in {path}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
