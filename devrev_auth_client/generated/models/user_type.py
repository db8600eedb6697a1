# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
from ...token_types import OpenStrEnum


class UserType(OpenStrEnum):
    """The kind of user. Open to values not listed."""

    DEV_USER = "dev_user"
    REV_USER = "rev_user"
    SERVICE_ACCOUNT = "service_account"
    SYS_USER = "sys_user"
