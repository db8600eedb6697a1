"""Made-up JWTs. Nobody signed them, and nobody who reads their claims asks."""

import base64
import json

SIGNATURE = "c2lnbmF0dXJlLW5vYm9keS1tYXktc2Vl"


def segment(content: bytes) -> str:
    """A part of a JWT: base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def jwt(payload: object, *, header: object = None, signature: str = SIGNATURE) -> str:
    """A JWT of this payload: a JSON value, or the bytes that stand in its place; the same for the header."""
    parts = [{"alg": "RS256", "typ": "JWT"} if header is None else header, payload]
    contents = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in parts]
    return ".".join([*map(segment, contents), signature])
