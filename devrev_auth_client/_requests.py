"""What a generated `_get_kwargs` asks httpx to send, as it goes over the wire."""

from __future__ import annotations

import json
from typing import Any

from ._httpx import httpx

_encode_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def request_of(kwargs: Any) -> tuple[str, str, tuple[tuple[str, str], ...], bytes]:
    """Return method, target, headers and body of what a generated `_get_kwargs` gave, which are httpx's arguments."""
    method = kwargs["method"].upper()
    segments = kwargs["url"].partition("?")[0].split("/")
    # A target that is no path could name another host, and dot segments would lead to another operation.
    if segments[0] or "." in segments or ".." in segments:
        raise ValueError("not a path")
    if kwargs.keys() <= {"method", "url", "headers", "json"}:
        # What httpx would make of these, without the time it takes to.
        content = _encode_json(kwargs["json"]) if "json" in kwargs else ""
        return method, kwargs["url"], tuple(kwargs.get("headers", {}).items()), content.encode()
    del kwargs["method"]
    request = httpx.Request(method, f"https://unused.invalid{kwargs.pop('url')}", **kwargs)
    framing = ("host", "content-length", "transfer-encoding")
    headers = tuple(item for item in request.headers.items() if item[0] not in framing)
    return method, request.url.raw_path.decode("ascii"), headers, request.read()
