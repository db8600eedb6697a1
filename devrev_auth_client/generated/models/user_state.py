# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from ...token_types import OpenStrEnum


class UserState(OpenStrEnum):
    """The state of the user. Open to values not listed."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    DELETED = "deleted"
    LOCKED = "locked"
    SHADOW = "shadow"
    UNASSIGNED = "unassigned"
