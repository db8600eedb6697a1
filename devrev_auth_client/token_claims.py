"""The claims of a JWT, read from the token itself: nothing is sent and nothing is verified.

    from devrev_auth_client.token_claims import TokenClaims

    claims = TokenClaims.from_token(token)
    print(claims.token_id, claims.expires_at)

The signature is not checked, so the claims may be forged. Use them to show a token or to find its id, never to grant
access. To check a token with DevRev, use `get_auth_token`.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self, cast

import attrs

from ._credentials import Secret, conceal
from ._json import is_json_object
from .errors import ConfigurationError
from .token_types import TokenType

__all__ = ["TokenClaims"]

TOKEN_TYPE_CLAIM = "http://devrev.ai/tokentype"  # noqa: S105  # a claim's name

_JWT = re.compile(rb"([\w-]+)\.([\w-]+)\.[\w-]*")  # RFC 7515 section 7.1: header, payload, signature, in base64url
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class TokenClaims:
    """The claims of a JWT, unverified: they come from the token, not from DevRev.

    DevRev promises none of them. A claim that is missing or malformed is `None`. The token itself is not kept.
    """

    token_id: str | None = None
    """`jti`: the token's id, which `get_auth_token` takes."""
    token_type: TokenType | None = None
    """`http://devrev.ai/tokentype`: the kind of token; an unknown URN is kept as it is."""
    subject: str | None = None
    """`sub`: whom the token acts as."""
    issuer: str | None = None
    """`iss`: who made the token."""
    issued_at: datetime | None = None
    """`iat`: an aware UTC datetime, by the issuer's clock."""
    expires_at: datetime | None = None
    """`exp`: an aware UTC datetime, by the issuer's clock. The token may have been revoked earlier."""
    claims: Mapping[str, Any] = attrs.field(factory=dict[str, Any], repr=False, hash=False)
    """All claims by name, as JSON values; a number out of range is `None`. Not in the repr."""

    @classmethod
    def from_token(cls, token: str) -> Self:
        """Read the claims of a token; nothing is sent and nothing is verified.

        Args:
            token: the bearer token; white space around it is ignored.

        Raises:
            ConfigurationError: the token is not a JWT. The message says what to do and never includes the token.
        """
        # From here on no local variable of this frame holds the plain token.
        secret, token = conceal(token, "token"), ""
        claims = secret if isinstance(secret, ConfigurationError) else claims_of(secret)
        if isinstance(claims, ConfigurationError):
            raise claims
        return cls(**attrs.asdict(claims, recurse=False))

    def is_expired(self, now: datetime | None = None) -> bool:
        """Whether `expires_at` has passed; false if it is `None`. False does not mean that the token works.

        Args:
            now: an aware datetime; left out, the current time.

        Raises:
            ConfigurationError: `now` is naive or not a datetime.
        """
        if now is not None and (not isinstance(cast(object, now), datetime) or now.utcoffset() is None):
            raise ConfigurationError("now must be an aware datetime, such as datetime.now(UTC)")
        return self.expires_at is not None and self.expires_at <= (now or datetime.now(UTC))


def claims_of(secret: Secret) -> TokenClaims | ConfigurationError:
    """Return the claims of a token, or the error that it is no JWT, for the caller to raise."""
    claims = _payload(secret)
    if claims is None:
        return ConfigurationError(
            "the token is not a JWT, so its id cannot be read from it; use a JWT, such as a personal access token, or "
            "pass the token's id to get_auth_token"
        )
    token_type = _text(claims.get(TOKEN_TYPE_CLAIM))
    return TokenClaims(
        token_id=_text(claims.get("jti")),
        token_type=TokenType(token_type) if token_type else None,
        subject=_text(claims.get("sub")),
        issuer=_text(claims.get("iss")),
        issued_at=_instant(claims.get("iat")),
        expires_at=_instant(claims.get("exp")),
        claims=claims,
    )


def _payload(secret: Secret) -> dict[str, Any] | None:
    parts = _JWT.fullmatch(secret.authorization().partition(b" ")[2])
    if parts is None or _json_object(parts[1]) is None:
        return None
    return _json_object(parts[2])


def _json_object(segment: bytes) -> dict[str, Any] | None:
    """Return the JSON object in a segment, or `None` where there is none."""
    try:
        text = base64.urlsafe_b64decode(segment + b"=" * (-len(segment) % 4)).decode()
        value = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_nothing)
    except (ValueError, RecursionError):  # no base64, no UTF-8, no JSON, nested without end
        return None
    return value if is_json_object(value) else None


def _whole(digits: str) -> int | None:
    try:
        return int(digits)
    except ValueError:  # more digits than Python reads
        return None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _nothing(_: str) -> None:
    """Stand in for NaN and Infinity, which Python reads and JSON does not have."""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _instant(seconds: object) -> datetime | None:
    """Return the datetime of a NumericDate (RFC 7519 section 2)."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
