"""What is aimed at, what was measured, and whether it was reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.rivals import LIMIT, OURS

_STOCK = "stock openapi-python-client"
_GENERATOR = "OpenAPI Generator (aiohttp)"

NOISE = 0.02
"""By how much two equal things may differ in measuring."""

Row = dict[str, Any]


def rows(results: dict[str, Any]) -> list[Row]:
    """Return one row for each target whose figures are there: `target`, `aim`, `measured`, `reached`."""
    modes, parts = results["modes"], results["parts"]
    return [*_ratios(modes), *_growth(results.get("growth")), *_bursts(modes), *_ahead(modes), *_parts(parts)]


def _row(target: str, aim: str, measured: str, *, reached: bool) -> Row:
    return {"target": target, "aim": aim, "measured": measured, "reached": reached}


def in_words(spread: dict[str, Any], unit: str = "") -> str:
    """Return median, quartiles and number of runs."""
    low, high = spread["quartiles"]
    return f"{spread['median']:g}{unit} ({low:g} to {high:g}, {spread['runs']} runs)"


def _ratios(modes: dict[str, Any]) -> Iterator[Row]:
    for name, aim in (("serial", 0.70), ("serial sync", 0.65), ("1,000 tasks", 0.19)):
        if name not in modes:
            continue
        mode = modes[name]
        ours = mode["rivals"][OURS]
        ratio, basis = ours["ratio"][mode["basis"]], mode["basis"]
        yield _row(
            f"{name}: cost of a call by raw httpx's",
            f"at most {aim:.2f}",
            f"{in_words(ratio)} by {'wall' if basis == 'wall' else 'processor'} time",
            reached=ratio["median"] <= aim,
        )


def _growth(growth: dict[str, Any] | None) -> Iterator[Row]:
    if growth is not None:
        ratio = growth["ratio"]
        many, few = growth["tasks"]
        yield _row(
            f"cost of a call at {many:,} tasks by that at {few:,}",
            "at most 1.1",
            in_words(ratio),
            reached=ratio["median"] <= 1.1,
        )


def _bursts(modes: dict[str, Any]) -> Iterator[Row]:
    for name, mode in modes.items():
        if mode["tasks"] == 1:
            continue
        ours = mode["rivals"][OURS]
        failures = sum(ours["failures"].values())
        yield _row(f"{name}: failures", "none", f"{failures} of {ours['answered'] + failures:,}", reached=not failures)
        if mode["cold"]:
            most = min(mode["tasks"], LIMIT) + 1
            opened = ours["connections_opened"]["most"]
            yield _row(f"{name}: connections opened", f"at most {most}", str(opened), reached=opened <= most)


def _ahead(modes: dict[str, Any]) -> Iterator[Row]:
    for rival in (_STOCK, _GENERATOR):
        compared = {
            name: mode["rivals"][rival]["ours_by_this"]["median"]
            for name, mode in modes.items()
            if mode["rivals"].get(rival, {}).get("ours_by_this")
        }
        if compared:
            worst = max(compared, key=lambda name: compared[name])
            yield _row(
                f"ahead of {rival} in every mode",
                "below 1",
                f"{compared[worst]:g} where least ahead ({worst})",
                reached=compared[worst] < 1,
            )


def _parts(parts: dict[str, Any]) -> Iterator[Row]:
    basis = parts["basis"]
    taken = parts["import"][f"{basis}_ms"]
    yield _row(
        "import, on top of httpx, attrs and anyio",
        "at most 20 ms",
        in_words(taken, " ms"),
        reached=taken["median"] <= 20,
    )
    unasked = parts["import"]["unasked"]
    yield _row(
        "optional parts imported unasked", "none", ", ".join(unasked) if unasked else "none", reached=not unasked
    )
    for way, figures in parts["first_answer"].items():
        ratio = figures[basis]["ratio"]
        yield _row(
            f"process start to first answer by raw httpx's, {way}",
            "at most 1.2",
            in_words(ratio),
            reached=ratio["median"] <= 1.2,
        )
    for kind in (OURS, f"{OURS}, sync"):
        taken = parts["making_ms"][kind]
        yield _row(f"making a client ({kind})", "at most 1 ms", f"{taken:g} ms", reached=taken <= 1)
    for kind, figures in parts["guard"].items():
        guard = figures["guard_us"]
        yield _row(
            f"guard: loop, rate limit, budget, connections ({kind})",
            "at most 25 µs",
            in_words(guard, " µs"),
            reached=guard["median"] <= 25,
        )
    if "decoding" in parts:
        ratio = parts["decoding"]["ratio"]
        yield _row(
            "decoding one token by stock from_dict",
            f"at most 1 (noise: {NOISE:g})",
            in_words(ratio),
            reached=ratio["median"] <= 1 + NOISE,
        )
    for place, what in (("connection", "a connection"), ("rate_limit", "the rate limit")):
        taken = parts["memory_kib"][place]
        most = max(taken.values())
        yield _row(
            f"memory of one of many calls waiting (for {what})",
            "at most 5 KiB",
            f"{taken['tracemalloc']:g} KiB traced, {taken['rss']:g} KiB resident",
            reached=most <= 5,
        )
