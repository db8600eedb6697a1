"""Plays broken networks and servers for longer than a test may take, and says what happened that must not.

    python -m tests.faults.long_run [--calls 12000] [--seed 1] [--only scripts storms memory]

Prints a line for each run; the exit code is 1 where anything went wrong.
"""
# ruff: noqa: T201 - a command speaks by printing

import argparse
import faulthandler
import itertools
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from tests.faults import memory, random_scripts, storm
from tests.faults.backends import BACKENDS, Backend
from tests.faults.measuring import eventually, open_descriptors

SILENCE = 3600.0
"""Seconds without a new line after which it is taken to hang: it shows where, and ends with an error."""

Results = Iterator[tuple[str, Mapping[str, float], list[str]]]
"""The name of each run, what it counted, and what went wrong in it."""


def scripts(calls: int, seed: int) -> Results:
    """Random fault scripts on all three backends."""
    for name in BACKENDS:
        yield name, *random_scripts.run(Backend(name), calls // 3, seed)


def storms(calls: int, seed: int) -> Results:
    """Twenty workers on ten connections, cut at random; five seconds each in a whole run."""
    for way, tls in itertools.product(storm.WAYS, (False, True)):
        name = f"{way}, TLS" if tls else way
        yield name, *storm.storm(way, max(0.5, min(5.0, calls / 2000)), seed, tls=tls)


def growth(calls: int, seed: int) -> Results:
    """Memory after ten times as many calls on one client, beyond what it was after the first thousand."""
    for name in BACKENDS:
        yield name, *memory.growth(name, calls * 10)


SECTIONS: dict[str, Callable[[int, int], Results]] = {"scripts": scripts, "storms": storms, "memory": growth}


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
    wrong = 0
    for section in options.only:
        for name, counts, problems in SECTIONS[section](options.calls, options.seed):
            faulthandler.dump_traceback_later(SILENCE, exit=True, file=sys.__stderr__)
            counted = ", ".join(f"{count} {what}" for what, count in counts.items())
            print(f"{section}, {name}: {counted}", *problems, sep="\n    NOT GOOD: ", flush=True)
            wrong += len(problems)
    faulthandler.cancel_dump_traceback_later()
    if not eventually(lambda: open_descriptors() <= descriptors):
        print(f"NOT GOOD: {open_descriptors() - descriptors} file descriptors left")
        wrong += 1
    print("NOT GOOD" if wrong else "all good")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
