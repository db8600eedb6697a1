"""From an error response to the error class of its status."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ._response import ReceivedResponse
from .errors import (
    APIError,
    APIErrorFields,
    BadRequestError,
    ErrorModel,
    ForbiddenError,
    InternalServerError,
    NotFoundError,
    ServiceUnavailableError,
    TooManyRequestsError,
    UnauthenticatedError,
    UnexpectedStatusError,
)

_LONGEST_TEXT = 500
"""Characters. What a server writes about an error can be a whole page."""

_PLAIN = {401: UnauthenticatedError, 403: ForbiddenError, 404: NotFoundError}


def api_error(name: str, response: ReceivedResponse, model: ErrorModel | None, doubt: str = "") -> APIError:
    """Return the error for a response of status 400 or above; `name` is the operation's, `doubt` ends the text."""
    body = response.fields  # also where its model refuses it
    status = response.status_code
    fields: APIErrorFields = {
        "status_code": status,
        "type": _string(body, "type"),
        "message": _string(body, "message"),
        "detail": _string(body, "detail"),
        "headers": response.headers,
        "error": model,
    }
    reference_id = _string(body, "reference_id")
    reference = f" (reference_id {reference_id})" if reference_id and status == 500 else ""
    text = _text(name, fields) + reference + doubt
    if status == HTTPStatus.BAD_REQUEST:
        is_same = body.get("is_same")
        return BadRequestError(
            text,
            field_name=_string(body, "field_name"),
            existing_parent=_string(body, "existing_parent"),
            is_same=is_same if isinstance(is_same, bool) else None,
            **fields,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TooManyRequestsError(text, retry_after=response.asked_wait, rate_limit=response.rate_limit, **fields)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return InternalServerError(text, reference_id=reference_id, **fields)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return ServiceUnavailableError(text, retry_after=response.asked_wait, **fields)
    return _PLAIN.get(status, UnexpectedStatusError)(text, **fields)


def _string(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None


def _text(name: str, fields: APIErrorFields) -> str:
    status = fields.get("status_code", 0)
    phrase = HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""
    parts = [f"{name}: {status} {fields.get('type') or phrase}".rstrip(), fields.get("message"), fields.get("detail")]
    text = " ".join(": ".join(part for part in parts if part).split())
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 3] + "..."
