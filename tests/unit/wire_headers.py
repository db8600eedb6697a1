"""Headers as they arrive, and the moment at which they do."""

from __future__ import annotations

import httpx

NOW = 1_700_000_000.0
"""The local clock in these tests: Tue, 14 Nov 2023 22:13:20 GMT."""


def wire_headers(**headers: str | list[str]) -> httpx.Headers:
    """Headers as bytes from the wire: what is not ASCII arrives as UTF-8."""
    return httpx.Headers(
        [
            (name.replace("_", "-").encode(), value.encode("utf-8", "surrogatepass"))
            for name, values in headers.items()
            for value in ([values] if isinstance(values, str) else values)
        ]
    )
