"""The one request all rivals send and the one answer they get: the example of the reference page."""

import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

DESCRIPTION = Path(__file__).resolve().parent.parent / "openapi" / "auth-tokens.yaml"

PATH = "/auth-tokens.get"
TOKEN_ID = "string"
"""The id in the example; each rival's call returns it, so that each round proves that answers were read."""

BEARER = "benchmark-token"
HEADERS = {"Authorization": f"Bearer {BEARER}"}


def example() -> dict[str, Any]:
    """Return the body of the example answer, from the description."""
    document: Any = YAML(typ="safe", pure=True).load(DESCRIPTION.read_text(encoding="utf-8"))
    answers = document["paths"][PATH]["post"]["responses"]
    body: dict[str, Any] = answers["200"]["content"]["application/json"]["example"]
    return body


def on_the_wire() -> bytes:
    """Return the whole answer as the server writes it, with the headers that any server sends."""
    body = json.dumps(example(), separators=(",", ":")).encode()
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Date: Mon, 01 Jan 2024 12:00:00 GMT\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
