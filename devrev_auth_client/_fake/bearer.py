"""Secrets that look like DevRev's: a JWT with the claims that a PAT has, signed by nobody."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from json import dumps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ISSUER = "https://fake-devrev.invalid/"
"""Who issued it: a host that cannot exist (RFC 2606 section 2)."""

_HEADER = {"alg": "ES256", "kid": "fake-devrev", "typ": "JWT"}
_SIGNATURE_SIZE = 64  # bytes; RFC 7518 section 3.4


def unsigned_jwt(claims: Mapping[str, object]) -> str:
    """Write a JWT (RFC 7519) with these claims; its signature is random, so that no two are alike."""
    parts = [dumps(part, separators=(",", ":")).encode() for part in (_HEADER, claims)]
    return ".".join(_base64url(part) for part in [*parts, secrets.token_bytes(_SIGNATURE_SIZE)])


def _base64url(content: bytes) -> str:
    # RFC 7515 section 2: without the padding.
    return urlsafe_b64encode(content).rstrip(b"=").decode()
