"""The four generated functions of operations added to the description, over real HTTP."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import pytest

from .imported import imported, part
from .loopback import Loopback, loopback

FUNCTIONS = [
    ("sync", ""),
    ("sync_detailed", ""),
    *((name, backend) for name in ("asyncio", "asyncio_detailed") for backend in ("asyncio", "trio")),
]


@pytest.fixture(scope="module")
def sdk(regenerated: Path) -> Iterator[ModuleType]:
    with imported(regenerated / "devrev_auth_client", "regenerated_functions") as package:
        yield package


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as told:
        yield told


def call(sdk: ModuleType, module: str, function: str, backend: str, url: str, *arguments: Any, **named: Any) -> Any:
    """What one of a module's functions parses the answer into; a detailed one's status and content are checked too."""
    endpoint = getattr(part(sdk, f"generated.api.{module}"), function)
    make = sdk.generated.AuthenticatedClient

    async def run() -> Any:
        async with make(url, "token") as client:
            return await endpoint(*arguments, client=client, **named)

    if backend:
        got = anyio.run(run, backend=backend)
    else:
        with make(url, "token") as client:
            got = endpoint(*arguments, client=client, **named)
    if function.endswith("detailed"):
        assert isinstance(got.status_code, HTTPStatus)
        assert got.headers["Content-Length"] == str(len(got.content))
        return got.parsed
    return got


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_a_new_operation_with_a_query(sdk: ModuleType, server: Loopback, function: str, backend: str) -> None:
    models = part(sdk, "generated.models")
    server.answer(200, b'{"works": [{"id": "don:1", "stage": "closed", "due": null}]}')
    got = call(
        sdk, "works.works_list", function, backend, server.url, owner=["me"], stage=models.WorkStage.OPEN, limit=3
    )
    assert got == models.WorksListResponse(works=[models.Work(id="don:1", stage=models.WorkStage.CLOSED, due=None)])
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/works.list")
    assert asked.query == [("owner", "me"), ("stage", "open"), ("limit", "3")]
    assert asked.headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_a_new_operation_with_a_path_and_a_body(sdk: ModuleType, server: Loopback, function: str, backend: str) -> None:
    models = part(sdk, "generated.models")
    server.answer(201, b'{"text": "done"}')
    body = models.WorkComment(text="hi", silent=True)
    module = "works.works_comments_replace"
    assert call(sdk, module, function, backend, server.url, "a/b", 7, body=body) == models.WorkComment(
        text="done", silent=sdk.UNSET
    )
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("PUT", "/works/a%2Fb/comments/7")
    assert json.loads(asked.body) == {"text": "hi", "silent": True}


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_an_error_of_a_new_operation_is_its_model(
    sdk: ModuleType, server: Loopback, function: str, backend: str
) -> None:
    models = part(sdk, "generated.models")
    server.answer(409, b'{"holder": "me"}')
    got = call(sdk, "works.works_list", function, backend, server.url, owner=["me"])
    assert got == models.WorkConflict(holder="me")
