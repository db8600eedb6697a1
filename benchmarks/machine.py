"""The machine, the versions, and whether others use the machine meanwhile. No host names and no paths."""

from __future__ import annotations

import os
import platform
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = (
    "devrev-auth-client",
    "httpx",
    "httpcore",
    "h11",
    "anyio",
    "sniffio",
    "attrs",
    "aiohttp",
    "httpx-aiohttp",
    "httpx2",
    "openapi-python-client",
    "openapi-generator-cli",
    "pydantic",
)
_STAT = Path("/proc/stat")
_CPU_INFO = Path("/proc/cpuinfo")

BUSY = 0.15
"""Cores in use by others from which on wall time says little about a client."""


def described() -> dict[str, object]:
    """Return when, on what and with which versions."""
    return {
        "taken_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "processor": _processor(),
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        },
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": {name: found for name in _PACKAGES if (found := _version(name)) is not None},
    }


def busy_cores(seconds: float) -> float:
    """Return how many cores were in use in the coming seconds, in which the caller itself only waits."""
    if not _STAT.exists():
        return os.getloadavg()[0]
    before = _ticks()
    time.sleep(seconds)
    return (_ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds


def _ticks() -> int:
    """Return the time all cores spent on work so far: user, nice, system, irq and softirq of proc(5)."""
    fields = [int(field) for field in _STAT.read_text().split("\n", 1)[0].split()[1:]]
    return sum(fields[:3]) + sum(fields[5:7])


def _processor() -> str:
    if _CPU_INFO.exists():
        for line in _CPU_INFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
