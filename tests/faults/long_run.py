"""Plays broken networks and servers for longer than a test may take, and counts what must not happen.

    python -m tests.faults.long_run [--calls 12000] [--seed 1] [--only scripts storms ...] [--json PATH]

Prints a table and writes its figures as JSON; the exit code is 1 where any figure is not what it must be.
"""
# ruff: noqa: T201 - a command speaks by printing

import argparse
import faulthandler
import gc
import itertools
import json
import math
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from devrev_auth_client import DevRevAuthError
from tests.faults import memory, random_scripts, storm
from tests.faults.backends import BACKENDS, TOKEN_RESPONSE, Backend, ErrorLog, eventually, open_descriptors
from tests.faults.server import Action, FaultServer, HtmlFromProxy, RateLimiter, Request

SILENCE = 3600.0
"""Seconds without a new figure after which it is taken to hang: it shows where, and ends with an error."""
BURST, LIMIT = 100, 25
"""Calls at once, and how many of them the server lets through in each of its windows."""
UNAVOIDABLE = BURST - LIMIT


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    section: str
    what: str
    value: float | int | str
    limit: str = ""
    """What it must be, in words; empty where there is no limit."""
    good: bool = True

    def __str__(self) -> str:
        limit = f"   (must be {self.limit})" if self.limit else ""
        return f"{self.section:8} {self.what:58} {self.value!s:>12}{limit}{'' if self.good else '   <-- NOT GOOD'}"


def scripts(calls: int, seed: int) -> Iterator[Figure]:
    """Random fault scripts on all three backends."""
    total = random_scripts.Tally()
    for index, name in enumerate(BACKENDS):
        with warnings.catch_warnings(record=True) as caught, ErrorLog() as log:
            warnings.simplefilter("always")
            tally = random_scripts.run(Backend(name), calls // 3 + (index < calls % 3), seed)
            gc.collect()
        complaints = [str(warning.message) for warning in caught] + log.messages
        for line in (*tally.foreign, *tally.unproven, *complaints):
            print(f"  {name}: {line}", file=sys.stderr)
        yield Figure("scripts", f"{name}: kinds of fault", len(tally.kinds))
        yield Figure("scripts", f"{name}: warnings and logged errors", len(complaints), "0", not complaints)
        total += tally
    yield Figure("scripts", "calls", total.calls, f"{calls}", total.calls == calls)
    for what in ("succeeded", "failed", "cancelled"):
        yield Figure("scripts", what, getattr(total, what))
    for what, count in (
        ("foreign exceptions", len(total.foreign)),
        ("hangs", total.hangs),
        ("unproven 'revoked' and wrong tokens", len(total.unproven)),
        ("leaked connections", total.leaked),
    ):
        yield Figure("scripts", what, count, "0", count == 0)


def storms(calls: int, seed: int) -> Iterator[Figure]:
    """Twenty workers on ten connections, cut at random; five seconds each in a whole run."""
    for way, tls in itertools.product(storm.WAYS, (False, True)):
        ended, problems = storm.storm(way, max(0.5, min(5.0, calls / 2000)), seed, tls=tls)
        name = f"{way}{', TLS' if tls else ''}"
        yield Figure("storms", f"{name}: calls", f"{ended['cut']} cut, {ended['finished']} not")
        yield Figure("storms", f"{name}: problems afterwards", len(problems), "0", not problems)
        for problem in problems:
            print(f"  {name}: {problem}", file=sys.stderr)


def budget(calls: int, seed: int) -> Iterator[Figure]:
    """600 calls in a row against a server that only responds with 502."""
    for name in BACKENDS:
        with FaultServer(HtmlFromProxy(502), keep_requests=1) as server, Backend(name).client(server.url) as client:
            outcomes = [client.outcomes([client.begin_get()])[0] for _ in range(600)]
            sent = server.actions_begun
        good = sent <= 705 and all(isinstance(outcome, DevRevAuthError) for outcome in outcomes)
        yield Figure("budget", f"{name}: requests of 600 calls against 502", sent, "<= 705", good)


def burst(backend: Backend, phase: float = 0.0, latency: float = 0.3) -> tuple[int, int, float]:
    """Make a hundred calls at once against a window of a second that is ``phase`` old.

    The first hundred responses take ``latency`` seconds, so that all calls are under way before the first 429 comes.
    Returns the number of failures, that of 429s, and the seconds beyond those that a client would need that knew the
    server's windows, and waited as long as the first 429 asks.
    """
    limiter = RateLimiter(LIMIT, phase=phase, response=TOKEN_RESPONSE)
    arrived = itertools.count()

    def decide(request: Request) -> Action:
        return replace(limiter(request), delay=latency if next(arrived) < BURST else 0)

    options = {"total_timeout": 60, "max_connections": BURST}
    with FaultServer(decide, keep_requests=1) as server, backend.client(server.url, **options) as client:
        begin = time.monotonic()
        outcomes = client.outcomes([client.begin_get() for _ in range(BURST)])
        seconds = time.monotonic() - begin
    best = max(math.ceil(BURST / LIMIT) - 1 - phase, latency + 1)
    return sum(isinstance(outcome, DevRevAuthError) for outcome in outcomes), limiter.counts[429], seconds - best


def bursts(calls: int, seed: int) -> Iterator[Figure]:
    """A hundred calls at once, 25 a second, from ten phases of the server's window; fewer phases in a small run."""
    for name, latency in itertools.product(BACKENDS, (0.0, 0.3)):
        phases = range(0, 10, 1 if calls >= 10_000 else 5)
        results = [burst(Backend(name), phase=number / 10, latency=latency) for number in phases]
        failures, refusals, over = zip(*results, strict=True)
        title = f"{name}, first responses after {latency} s"
        yield Figure("bursts", f"{title}: failures", sum(failures), "0", sum(failures) == 0)
        yield Figure("bursts", f"{title}: most 429s", max(refusals), "<= 80", max(refusals) <= 80)
        yield Figure("bursts", f"{title}: seconds beyond the best", f"{min(over):.2f} to {max(over):.2f}")


def growth(calls: int, seed: int) -> Iterator[Figure]:
    """Memory after ten times as many calls on one client, beyond what it was after the first thousand."""
    for name in BACKENDS:
        grown = memory.growth(name, calls * 10)
        yield Figure("memory", f"{name}: calls", grown.calls)
        yield Figure("memory", f"{name}: milliseconds a call", round(1000 * grown.seconds / grown.calls, 2))
        yield Figure("memory", f"{name}: growth in bytes", grown.resident, "<= 1 MiB", grown.resident <= 1024 * 1024)
        yield Figure("memory", f"{name}: growth in objects", grown.objects, "<= 1000", grown.objects <= 1000)


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

    def add(figure: Figure) -> None:
        figures.append(figure)
        print(figure, flush=True)

    for name in options.only:
        for figure in SECTIONS[name](options.calls, options.seed):
            faulthandler.dump_traceback_later(SILENCE, exit=True, file=sys.__stderr__)
            add(figure)
    faulthandler.cancel_dump_traceback_later()
    eventually(lambda: open_descriptors() <= descriptors)
    left = open_descriptors() - descriptors
    add(Figure("whole", "file descriptors left", left, "<= 0", left <= 0))
    add(Figure("whole", "seconds", round(time.monotonic() - begin)))
    good = all(figure.good for figure in figures)
    machine = {"python": sys.version.split()[0], "processors": os.cpu_count()}
    report = {"seed": options.seed, "good": good, **machine, "figures": [asdict(figure) for figure in figures]}
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print(f"\n{'all good' if good else 'NOT GOOD'}; figures in {options.json}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
