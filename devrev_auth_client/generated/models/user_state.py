# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from ...token_types import OpenStrEnum


class UserState(OpenStrEnum):
    """The state of the user. Open to values not listed."""

    ACTIVE = "active"
    """`active` on the wire."""
    DEACTIVATED = "deactivated"
    """`deactivated` on the wire."""
    DELETED = "deleted"
    """`deleted` on the wire."""
    LOCKED = "locked"
    """`locked` on the wire."""
    SHADOW = "shadow"
    """`shadow` on the wire."""
    UNASSIGNED = "unassigned"
    """`unassigned` on the wire."""
