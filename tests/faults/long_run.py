"""Plays broken networks and servers for longer than a test may take, and counts what must not happen.

    python -m tests.faults.long_run [--calls 12000] [--seed 1] [--only scripts storms ...]

Prints a table; the exit code is 1 where any figure is not what it must be.
"""
# ruff: noqa: T201 - a command speaks by printing

import argparse
import faulthandler
import gc
import itertools
import math
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from devrev_auth_client import DevRevAuthError
from tests.faults import memory, random_scripts, storm
from tests.faults.backends import BACKENDS, TOKEN_RESPONSE, Backend, ErrorLog, eventually, open_descriptors
from tests.faults.server import FaultServer, Request, Respond, html_page

SILENCE = 3600.0
"""Seconds without a new figure after which it is taken to hang: it shows where, and ends with an error."""
BURST, LIMIT = 100, 25
"""Calls at once, and how many of them the server lets through in each of its windows."""
UNAVOIDABLE = BURST - LIMIT


class Figure(NamedTuple):
    """One line of the table: what was counted, and the most that it may be, if there is a limit."""

    what: str
    value: object
    most: float = math.inf

    @property
    def is_good(self) -> bool:
        return not isinstance(self.value, int | float) or self.value <= self.most

    def __str__(self) -> str:
        limit = f"   (at most {self.most})" if self.most < math.inf else ""
        return f"{self.what:66} {self.value!s:>12}{limit}{'' if self.is_good else '   <-- NOT GOOD'}"


def scripts(calls: int, seed: int) -> Iterator[Figure]:
    """Random fault scripts on all three backends."""
    for name in BACKENDS:
        with warnings.catch_warnings(record=True) as caught, ErrorLog() as log:
            warnings.simplefilter("always")
            tally = random_scripts.run(Backend(name), calls // 3, seed)
            gc.collect()
        complaints = [str(warning.message) for warning in caught] + log.messages
        for line in (*tally.foreign, *tally.unproven, *complaints):
            print(f"  {name}: {line}", file=sys.stderr)
        yield Figure(f"{name}: calls", tally.calls)
        yield Figure(f"{name}: succeeded, failed, cancelled", (tally.succeeded, tally.failed, tally.cancelled))
        yield Figure(f"{name}: kinds of fault", len(tally.kinds))
        yield Figure(f"{name}: warnings and logged errors", len(complaints), 0)
        yield Figure(f"{name}: foreign exceptions", len(tally.foreign), 0)
        yield Figure(f"{name}: hangs", tally.hangs, 0)
        yield Figure(f"{name}: unproven 'revoked' and wrong tokens", len(tally.unproven), 0)
        yield Figure(f"{name}: leaked connections", tally.leaked, 0)


def storms(calls: int, seed: int) -> Iterator[Figure]:
    """Twenty workers on ten connections, cut at random; five seconds each in a whole run."""
    for way, tls in itertools.product(storm.WAYS, (False, True)):
        ended, problems = storm.storm(way, max(0.5, min(5.0, calls / 2000)), seed, tls=tls)
        name = f"{way}{', TLS' if tls else ''}"
        yield Figure(f"{name}: calls", f"{ended['cut']} cut, {ended['finished']} not")
        yield Figure(f"{name}: problems afterwards", len(problems), 0)
        for problem in problems:
            print(f"  {name}: {problem}", file=sys.stderr)


def budget(calls: int, seed: int) -> Iterator[Figure]:
    """600 calls in a row against a server that only responds with 502."""
    for name in BACKENDS:
        with FaultServer(html_page(502), keep_requests=1) as server, Backend(name).client(server.url) as client:
            outcomes = [client.outcomes([client.begin_get()])[0] for _ in range(600)]
            yield Figure(f"{name}: requests of 600 calls against 502", server.actions_begun, 705)
        succeeded = sum(not isinstance(outcome, DevRevAuthError) for outcome in outcomes)
        yield Figure(f"{name}: calls against 502 that succeeded", succeeded, 0)


class RateLimiter:
    """A script that lets ``limit`` requests through in each second and responds with 429 to the others.

    :param phase: how many seconds old the window is when the first request comes.
    """

    def __init__(self, limit: int, phase: float) -> None:
        self.counts: Counter[int] = Counter()
        """How many responses of each status there were."""
        self._limit = limit
        self._phase = phase
        self._began: float | None = None
        self._window = 0
        self._used = 0

    def __call__(self, request: Request) -> Respond:
        """Decide on one request, by the time at which it arrived."""
        self._began = self._began or request.arrived - self._phase
        age = request.arrived - self._began
        # Requests of one moment may be read in another order than they came: never back into an older window.
        if int(age) > self._window:
            self._window, self._used = int(age), 0
        allowed = self._used < self._limit
        self._used += allowed
        response = TOKEN_RESPONSE if allowed else Respond(429, {"Retry-After": "1"}, json={"type": "too_many_requests"})
        self.counts[response.status] += 1
        return response


def burst(backend: Backend, phase: float = 0.0, latency: float = 0.3) -> tuple[int, int, float]:
    """Make a hundred calls at once against a window of a second that is ``phase`` old.

    The first hundred responses take ``latency`` seconds, so that all calls are under way before the first 429 comes.
    Returns the number of failures, that of 429s, and the seconds beyond those that a client would need that knew the
    server's windows, and waited as long as the first 429 asks.
    """
    limiter = RateLimiter(LIMIT, phase)
    arrived = itertools.count()

    def decide(request: Request) -> Respond:
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
        yield Figure(f"{title}: failures", sum(failures), 0)
        yield Figure(f"{title}: most 429s", max(refusals), 80)
        yield Figure(f"{title}: seconds beyond the best", f"{min(over):.2f} to {max(over):.2f}")


def growth(calls: int, seed: int) -> Iterator[Figure]:
    """Memory after ten times as many calls on one client, beyond what it was after the first thousand."""
    for name in BACKENDS:
        grown = memory.growth(name, calls * 10)
        yield Figure(f"{name}: milliseconds a call, of {grown.calls}", round(1000 * grown.seconds / grown.calls, 2))
        yield Figure(f"{name}: growth in bytes", grown.resident, 1024 * 1024)
        yield Figure(f"{name}: growth in objects", grown.objects, 1000)


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
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}")
    assert sys.__stderr__ is not None
    descriptors = open_descriptors()
    good = True
    for name in options.only:
        for figure in SECTIONS[name](options.calls, options.seed):
            faulthandler.dump_traceback_later(SILENCE, exit=True, file=sys.__stderr__)
            good &= figure.is_good
            print(f"{name:8} {figure}", flush=True)
    faulthandler.cancel_dump_traceback_later()
    eventually(lambda: open_descriptors() <= descriptors)
    left = Figure("file descriptors left", open_descriptors() - descriptors, 0)
    print(f"\n{left}\n{'all good' if good and left.is_good else 'NOT GOOD'}")
    return 0 if good and left.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
