"""The tables on standard output, and what has to be known to read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NOTES = (
    "One server process on the loopback interface gives every request the same answer, the example of the reference "
    "page. Each rival has a client process of its own for each mode; all with sniffio installed, because httpcore "
    "without it pays for a failed import at every lock.",
    "Ratios are medians of pairs: the rivals take turns, round by round, in changing order, and each round is divided "
    "by raw httpx's of the same turn. In brackets the quartiles.",
    "Processor time is that of the client's process (user and system); wall time has the server in it, which is the "
    "same for all. Serial modes are compared by wall time where nobody else uses the machine, all others by processor "
    "time; both are in the JSON.",
    "Each side is warmed in the mode that is measured, before every round: a serial call of httpx costs half as much "
    "again when its pool holds idle connections from a burst. Cold bursts have a new client for each round, for every "
    "rival; one call of another client beforehand keeps imports out of it.",
    "Where many tasks wait, raw httpx and httpx2 get no pool timeout: with their own five seconds few or none of a "
    "cold burst are answered (the rival 'its own timeouts' shows it). Ours gets a total_timeout of 600 seconds there. "
    "The stock client has no timeout by default, aiohttp five minutes.",
    "A round ends after 40 seconds; what has no answer then is counted as a failure, and the cost is that of the "
    "answered calls. A rival with a round over 20 seconds has two of them.",
    "Ours, raw httpx, httpx2, aiohttp and OpenAPI Generator's client all open 100 connections at most by default.",
    "What happens once in a process (import, first answer) is measured with all bytecode cached, as in a second start.",
    "The guard is a call of ours, over a transport that answers from memory, less the same call by hand: request made, "
    "httpx transport called, body read, model decoded.",
)


def lines(results: dict[str, Any]) -> Iterator[str]:
    """Yield the whole report, line by line."""
    machine = results["machine"]
    yield f"{results['taken_at']}  {machine['processor']}, {machine['cores']} cores  {results['python']}"
    yield "  ".join(f"{name} {version}" for name, version in results["versions"].items())
    for name, reason in results["skipped"].items():
        yield f"skipped: {name}: {reason}"
    for name, mode in results["modes"].items():
        yield from _mode(name, mode)
    yield from _targets(results["targets"])
    yield ""
    yield from (f"- {note}" for note in NOTES)


def _mode(name: str, mode: dict[str, Any]) -> Iterator[str]:
    yield ""
    busy = mode["busy_cores_of_others"]
    yield f"{name}: {mode['calls_a_round']:,} calls a round; compared by {mode['basis']}; cores others used: {busy:g}"
    head = ("", "ratio", "quartiles", "pairs", "cpu µs", "wall µs", "calls/s", "opened", "failed")
    yield _columns(*head)
    for rival, figures in mode["rivals"].items():
        failed = sum(figures["failures"].values())
        opened = str(figures["connections_opened"]["most"])
        why = ", ".join(f"{kind} {count:,}" for kind, count in figures["failures"].items())
        if "ratio" not in figures:
            yield _columns(rival, "-", "-", "-", "-", "-", "-", opened, f"{failed:,}", why)
            continue
        ratio = figures["ratio"][mode["basis"]]
        shown = ("-", "-", "-") if ratio is None else _ratio(ratio)
        costs = (f"{figures[kind]['median']:,.0f}" for kind in ("cpu_us", "wall_us"))
        yield _columns(rival, *shown, *costs, f"{figures['calls_a_second']:,}", opened, f"{failed:,}", why)


def _ratio(ratio: dict[str, Any]) -> tuple[str, str, str]:
    low, high = ratio["quartiles"]
    return f"{ratio['median']:.3f}", f"{low:.3f}-{high:.3f}", str(ratio["runs"])


def _columns(name: str, *cells: str) -> str:
    widths = (7, 13, 6, 9, 9, 8, 7, 8)
    aligned = "".join(f" {cell:>{width}}" for cell, width in zip(cells, widths, strict=False))
    return f"  {name:<28}{aligned}  {' '.join(cells[len(widths) :])}".rstrip()


def _targets(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield ""
    yield f"  {'target':<66} {'aim':<22} {'reached':<8} measured"
    for row in rows:
        yield f"  {row['target']:<66} {row['aim']:<22} {'yes' if row['reached'] else 'NO':<8} {row['measured']}"
