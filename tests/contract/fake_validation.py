"""What FakeDevRev sends and receives, held against the description by openapi-core.

The validator is stricter here than the description: a member that is described nowhere is an error too, so that a
misspelt one is found.
"""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from ruamel.yaml import YAML

if TYPE_CHECKING:
    from devrev_auth_client.testing import FakeDevRev

GET = "/auth-tokens.get"
DELETE = "/auth-tokens.self.delete"
HOST = "https://api.devrev.ai"


def description() -> dict[str, Any]:
    """Load the description with each `allOf` merged: no branch of one knows the members of the others."""
    document: dict[str, Any] = YAML(typ="safe").load(Path(__file__).parents[2] / "openapi" / "auth-tokens.yaml")
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        if "allOf" in schema:
            base, own = schema["allOf"]
            properties = schemas[base["$ref"].rpartition("/")[2]]["properties"] | own["properties"]
            schemas[name] = {"type": "object", "properties": properties}
    return document


DESCRIPTION = description()
OPENAPI = OpenAPI.from_dict(DESCRIPTION, config=Config(additional_properties_default_policy="forbid"))
COMPLETE = OpenAPI.from_dict(
    DESCRIPTION,
    config=Config(additional_properties_default_policy="forbid", response_properties_default_policy="required"),
)


def validate_request(request: httpx.Request) -> None:
    OPENAPI.validate_request(described_request(request))


def validate_response(response: httpx.Response, openapi: OpenAPI = OPENAPI) -> None:
    openapi.validate_response(
        described_request(response.request),
        MockResponse(
            response.content, response.status_code, dict(response.headers), response.headers.get("Content-Type", "")
        ),
    )


def described_request(request: httpx.Request) -> MockRequest:
    return MockRequest(
        HOST,
        request.method,
        request.url.path,
        headers=dict(request.headers),
        data=request.content,
        content_type=request.headers.get("Content-Type", ""),
    )


def send(fake: FakeDevRev, path: str, body: object, *, secret: str | None = None, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else dumps(body).encode()
    fields = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    if secret is not None:
        fields["Authorization"] = f"Bearer {secret}"
    with httpx.Client(base_url=HOST, transport=fake.transport()) as client:
        return client.post(path, content=content, headers=fields)
