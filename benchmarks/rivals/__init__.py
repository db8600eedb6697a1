"""The clients that are measured. Each is a module here with one or both of

    open_async(target) -> async context manager that gives an async function without arguments, one call
    open_sync(target)  -> the same without await

A call sends the request of `answer`, reads the answer as a user of that client would, and returns the token's id.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from importlib.util import find_spec

from benchmarks.generated import OPENAPI_GENERATOR, STOCK

LIMIT = 100
"""Connections at most: the default of ours, httpx, httpx2, aiohttp and OpenAPI Generator alike."""

OURS = "ours"
REFERENCE = "raw httpx"


@dataclass(frozen=True)
class Target:
    """Where a rival sends, and what it may need."""

    url: str
    authority: str
    """The file with the certificate of the server's authority."""
    patient: bool
    """Whether many callers wait for a connection, so that the time for that must not run out."""

    def context(self) -> ssl.SSLContext | None:
        """Return what checks the server's certificate, or `None` without TLS."""
        return ssl.create_default_context(cafile=self.authority) if self.url.startswith("https") else None


@dataclass(frozen=True)
class Rival:
    """A client, and what it needs to be there."""

    name: str
    module: str
    needs: tuple[str, ...]
    """Installed packages."""
    written: str | None = None
    """The generated package it calls."""
    colours: str = "async"
    only_cold: bool = False

    def missing(self, not_generated: dict[str, str]) -> str | None:
        """Return why it cannot be measured here, or `None`."""
        absent = [package for package in self.needs if find_spec(package) is None]
        if absent:
            return f"not installed: {', '.join(absent)}"
        return None if self.written is None else not_generated.get(self.written)

    def takes_part(self, *, sync: bool, cold: bool) -> bool:
        """Whether it is measured in such a mode."""
        return ("sync" if sync else "async") in self.colours.split() and (cold or not self.only_cold)


RIVALS = (
    Rival(REFERENCE, "raw_httpx", ("httpx",), colours="async sync"),
    Rival(OURS, "ours", (), colours="async sync"),
    Rival("stock openapi-python-client", "stock", ("openapi_python_client",), STOCK, "async sync"),
    Rival(
        "OpenAPI Generator (aiohttp)",
        "openapi_generator",
        ("openapi_generator_cli", "aiohttp", "aiohttp_retry", "pydantic", "dateutil"),
        OPENAPI_GENERATOR,
    ),
    Rival("raw aiohttp", "raw_aiohttp", ("aiohttp",)),
    Rival("ours over httpx-aiohttp", "ours_over_aiohttp", ("httpx_aiohttp", "aiohttp")),
    Rival("raw httpx2", "raw_httpx2", ("httpx2",), colours="async sync"),
    Rival("bare protocol (the limit)", "bare", (), colours="async sync"),
    Rival("raw httpx, its own timeouts", "impatient_httpx", ("httpx",), only_cold=True),
)


def find_rivals(not_generated: dict[str, str]) -> tuple[list[Rival], dict[str, str]]:
    """Return those that can be measured here, and by name why the others cannot."""
    skipped = {rival.name: reason for rival in RIVALS if (reason := rival.missing(not_generated)) is not None}
    return [rival for rival in RIVALS if rival.name not in skipped], skipped
