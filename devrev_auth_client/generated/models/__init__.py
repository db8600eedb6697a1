# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""The models of requests and answers; each is imported when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .artifact_file import ArtifactFile
    from .artifact_summary import ArtifactSummary
    from .auth_token import AuthToken
    from .auth_tokens_get_request import AuthTokensGetRequest
    from .auth_tokens_get_response import AuthTokensGetResponse
    from .auth_tokens_self_delete_request import AuthTokensSelfDeleteRequest
    from .error import Error
    from .error_bad_request import ErrorBadRequest
    from .error_forbidden import ErrorForbidden
    from .error_internal_server_error import ErrorInternalServerError
    from .error_request_entity_too_large import ErrorRequestEntityTooLarge
    from .error_too_many_requests import ErrorTooManyRequests
    from .org_summary import OrgSummary
    from .token_status import TokenStatus
    from .token_type import TokenType
    from .user_state import UserState
    from .user_summary import UserSummary
    from .user_type import UserType

_MODULES = {
    "ArtifactFile": ".artifact_file",
    "ArtifactSummary": ".artifact_summary",
    "AuthToken": ".auth_token",
    "AuthTokensGetRequest": ".auth_tokens_get_request",
    "AuthTokensGetResponse": ".auth_tokens_get_response",
    "AuthTokensSelfDeleteRequest": ".auth_tokens_self_delete_request",
    "Error": ".error",
    "ErrorBadRequest": ".error_bad_request",
    "ErrorForbidden": ".error_forbidden",
    "ErrorInternalServerError": ".error_internal_server_error",
    "ErrorRequestEntityTooLarge": ".error_request_entity_too_large",
    "ErrorTooManyRequests": ".error_too_many_requests",
    "OrgSummary": ".org_summary",
    "TokenStatus": ".token_status",
    "TokenType": ".token_type",
    "UserState": ".user_state",
    "UserSummary": ".user_summary",
    "UserType": ".user_type",
}

__all__ = [
    "ArtifactFile",
    "ArtifactSummary",
    "AuthToken",
    "AuthTokensGetRequest",
    "AuthTokensGetResponse",
    "AuthTokensSelfDeleteRequest",
    "Error",
    "ErrorBadRequest",
    "ErrorForbidden",
    "ErrorInternalServerError",
    "ErrorRequestEntityTooLarge",
    "ErrorTooManyRequests",
    "OrgSummary",
    "TokenStatus",
    "TokenType",
    "UserState",
    "UserSummary",
    "UserType",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_MODULES[name], __name__), name)
        return value

    def __dir__() -> list[str]:
        return sorted(__all__)
