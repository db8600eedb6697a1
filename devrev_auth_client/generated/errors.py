# Written by `make generate` from openapi/auth-tokens.yaml; do not edit.
"""The error that the generated functions raise by themselves, and the models of the errors that the server sends."""

from .models.error import Error
from .models.error_bad_request import ErrorBadRequest
from .models.error_forbidden import ErrorForbidden
from .models.error_internal_server_error import ErrorInternalServerError
from .models.error_request_entity_too_large import ErrorRequestEntityTooLarge
from .models.error_too_many_requests import ErrorTooManyRequests

ErrorModel = (
    Error
    | ErrorBadRequest
    | ErrorForbidden
    | ErrorInternalServerError
    | ErrorRequestEntityTooLarge
    | ErrorTooManyRequests
)
"""What an answer of status 400 or above is parsed into."""


class UnexpectedStatus(Exception):
    """The answer's status is not in the description; raised only if the client has `raise_on_unexpected_status`.

    The body is in `content` and, as it may hold anything, not in the text.
    """

    def __init__(self, status_code: int, content: bytes):
        super().__init__(f"Unexpected status code: {status_code}")
        self.status_code = status_code
        self.content = content

    def __reduce__(self) -> tuple[type["UnexpectedStatus"], tuple[int, bytes]]:
        return type(self), (self.status_code, self.content)


__all__ = ["ErrorModel", "UnexpectedStatus"]
