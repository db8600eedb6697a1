"""From the start of a process to its first answer, of the small programs in `programs`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.parts import bytecode_kept
from benchmarks.rounds import spread
from benchmarks.server import Server

_PROGRAMS = Path(__file__).parent / "programs"

VARIANTS = {"async": ("", "plain"), "async, TLS": ("", "tls"), "sync": ("_sync", "plain")}
"""What is measured: the end of the program's name and the server's port."""


def measure(server: Server, rounds: int, folder: Path) -> dict[str, Any]:
    """Return, for each variant, the milliseconds of ours and of raw httpx in turns, and the ratios of the pairs."""
    environment = bytecode_kept(folder)
    return {name: _pairs(server, suffix, port, rounds, environment) for name, (suffix, port) in VARIANTS.items()}


def _pairs(server: Server, suffix: str, port: str, rounds: int, environment: dict[str, str]) -> dict[str, Any]:
    arguments = [server.url(port)]
    if port == "tls":
        arguments.append(str(server.authority))
    pairs = [
        tuple(_milliseconds(f"{program}{suffix}", arguments, environment) for program in ("ours", "raw_httpx"))
        for _ in range(rounds + 1)
    ]
    del pairs[0]  # it had to compile the modules
    return {
        kind: {
            "ours_ms": spread([ours[kind] for ours, _ in pairs], 1),
            "raw_httpx_ms": spread([raw[kind] for _, raw in pairs], 1),
            "ratio": spread([ours[kind] / raw[kind] for ours, raw in pairs], 3),
        }
        for kind in ("wall", "cpu")
    }


def _milliseconds(program: str, arguments: list[str], environment: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, str(_PROGRAMS / f"{program}.py"), *arguments]
    start = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        cpu = float(process.stdout.readline())
        wall = time.perf_counter() - start
    return {"wall": wall * 1e3, "cpu": cpu * 1e3}
