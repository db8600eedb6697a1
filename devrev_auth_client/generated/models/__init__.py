# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""Contains all the data models used in inputs/outputs"""

from .artifact_file import ArtifactFile
from .artifact_summary import ArtifactSummary
from .auth_token import AuthToken
from .auth_tokens_get_request import AuthTokensGetRequest
from .auth_tokens_get_response import AuthTokensGetResponse
from .auth_tokens_self_delete_request import AuthTokensSelfDeleteRequest
from .error import Error
from .error_bad_request import ErrorBadRequest
from .error_internal_server_error import ErrorInternalServerError
from .error_too_many_requests import ErrorTooManyRequests
from .org_summary import OrgSummary
from .token_status import TokenStatus
from .token_type import TokenType
from .user_state import UserState
from .user_summary import UserSummary
from .user_type import UserType

__all__ = (
    "ArtifactFile",
    "ArtifactSummary",
    "AuthToken",
    "AuthTokensGetRequest",
    "AuthTokensGetResponse",
    "AuthTokensSelfDeleteRequest",
    "Error",
    "ErrorBadRequest",
    "ErrorInternalServerError",
    "ErrorTooManyRequests",
    "OrgSummary",
    "TokenStatus",
    "TokenType",
    "UserState",
    "UserSummary",
    "UserType",
)
