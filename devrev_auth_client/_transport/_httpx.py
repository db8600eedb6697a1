"""The one place where the transport takes httpx from."""

from __future__ import annotations

import httpx as httpx

__all__ = ["httpx"]
