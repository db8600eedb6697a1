# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from ...token_types import OpenStrEnum


class TokenStatus(OpenStrEnum):
    """Whether the token still authenticates. Open to values not listed."""

    ACTIVE = "active"
    """`active` on the wire."""
    EXPIRED = "expired"
    """`expired` on the wire."""
    REVOKED = "revoked"
    """`revoked` on the wire."""
