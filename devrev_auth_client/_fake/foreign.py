"""Contents that the API does not send, or not yet: pages of proxies, broken JSON, values of later versions."""

from __future__ import annotations

from http.client import responses
from json import dumps, loads
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from random import Random

# None of them is what a confirmed revocation looks like (nothing, white space or {}), nor a token's metadata.
_UNREADABLE = (
    b'{"token": {"id":',
    b'{"token": {"id": "don:\xff"}}',
    b"null",
    b"[]",
    b'"active"',
    b'{"token": []}',
    b'{"token": {"status": "active"}}',
    b'{"token": {"id": "don:identity:dvrv-us-1:devo/1:token/1", "created_date": "yesterday"}}',
)
_NEW_FIELD = {"later_addition": {"since": "2030-01-01", "values": [1, None]}}


def proxy_page(status: int) -> str:
    """Give the page of a proxy for a status."""
    said = f"{status} {responses.get(status, 'Unknown')}"
    return (
        f"<html>\r\n<head><title>{said}</title></head>\r\n<body><center><h1>{said}</h1></center></body>\r\n</html>\r\n"
    )


def unreadable_content(random: Random) -> bytes:
    """Choose a body that breaks the description."""
    return random.choice(_UNREADABLE)


def newer_content(content: bytes) -> bytes:
    """Put values and fields into a JSON object of the API that no description has."""
    body = cast("dict[str, Any]", loads(content))
    body |= _NEW_FIELD
    if "type" in body:
        body["type"] = "later_error"
    if "token" in body:
        token: dict[str, Any] = body["token"]
        token |= _NEW_FIELD
        token |= {"status": "dormant", "requested_token_type": "urn:devrev:params:oauth:token-type:later"}
        for user in (token["created_by"], token["modified_by"]):
            user |= _NEW_FIELD
            user |= {"type": "later_user", "state": "later_state"}
    return dumps(body).encode()
