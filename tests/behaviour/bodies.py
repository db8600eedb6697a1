"""Bodies of responses, from the reference pages."""

from typing import Any

from tests.contract.description import DOCUMENT

_FOUND = DOCUMENT["paths"]["/auth-tokens.get"]["post"]["responses"]["200"]

TOKEN: dict[str, Any] = _FOUND["content"]["application/json"]["example"]["token"]
USER: dict[str, Any] = TOKEN["created_by"]

ERROR: dict[str, Any] = {"detail": "a detail", "message": "a message"}
"""What every error body has beside its `type`."""

ERROR_TYPES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    413: "request_entity_too_large",
    429: "too_many_requests",
    500: "internal_error",
    503: "service_unavailable",
}
"""The documented `type` of each error status; 400 has more."""


def error_body(status: int, **details: object) -> dict[str, Any]:
    """Give the body of the reference page for an error status."""
    return {**ERROR, "type": ERROR_TYPES[status], **details}
