"""Bodies of responses, from the reference pages."""

from typing import Any

USER: dict[str, Any] = {
    "type": "dev_user",
    "display_id": "string",
    "id": "string",
    "display_name": "string",
    "display_picture": {
        "display_id": "string",
        "id": "string",
        "file": {"type": "string", "name": "string", "size": 0},
    },
    "email": "string",
    "full_name": "string",
    "state": "active",
}

TOKEN: dict[str, Any] = {
    "created_by": USER,
    "created_date": "2023-01-01T12:00:00.000Z",
    "display_id": "string",
    "id": "string",
    "modified_by": USER,
    "modified_date": "2023-01-01T12:00:00.000Z",
    "client_id": "string",
    "expires_at": "2023-01-01T12:00:00.000Z",
    "issued_at": "2023-01-01T12:00:00.000Z",
    "requested_token_type": "urn:devrev:params:oauth:token-type:aat",
    "scopes": ["string"],
    "status": "active",
    "subject": "string",
    "token_hint": "string",
}

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
