# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from ...token_types import OpenStrEnum


class UserType(OpenStrEnum):
    """The kind of user. Open to values not listed."""

    DEV_USER = "dev_user"
    """`dev_user` on the wire."""
    REV_USER = "rev_user"
    """`rev_user` on the wire."""
    SERVICE_ACCOUNT = "service_account"
    """`service_account` on the wire."""
    SYS_USER = "sys_user"
    """`sys_user` on the wire."""
