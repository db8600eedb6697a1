"""The four generated functions of operations added to the description, over real HTTP."""

import json
from http import HTTPStatus
from types import ModuleType
from typing import Any

import anyio
import pytest

from .imported import part
from .loopback import Loopback

FUNCTIONS = [
    ("sync", ""),
    ("sync_detailed", ""),
    *((name, backend) for name in ("asyncio", "asyncio_detailed") for backend in ("asyncio", "trio")),
]


def run(sdk: ModuleType, module: str, function: str, backend: str, url: str, *arguments: Any, **named: Any) -> Any:
    """What one of a module's functions parses the answer into; a detailed one's status and content are checked too."""
    endpoint = getattr(part(sdk, f"generated.api.{module}"), function)
    make = sdk.generated.AuthenticatedClient

    async def run_async() -> Any:
        async with make(url, "token") as client:
            return await endpoint(*arguments, client=client, **named)

    if backend:
        got = anyio.run(run_async, backend=backend)
    else:
        with make(url, "token") as client:
            got = endpoint(*arguments, client=client, **named)
    if function.endswith("detailed"):
        assert isinstance(got.status_code, HTTPStatus)
        assert got.headers["Content-Length"] == str(len(got.content))
        return got.parsed
    return got


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_a_new_operation_with_a_query(
    sdk: ModuleType, server: Loopback, models: ModuleType, function: str, backend: str
) -> None:
    server.answer(200, b'{"works": [{"id": "don:1", "stage": "closed", "due": null}]}')
    got = run(
        sdk, "works.works_list", function, backend, server.url, owner=["me"], stage=models.WorkStage.OPEN, limit=3
    )
    assert got == models.WorksListResponse(works=[models.Work(id="don:1", stage=models.WorkStage.CLOSED, due=None)])
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/works.list")
    assert asked.query == [("owner", "me"), ("stage", "open"), ("limit", "3")]
    assert asked.headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_a_new_operation_with_a_path_and_a_body(
    sdk: ModuleType, server: Loopback, models: ModuleType, function: str, backend: str
) -> None:
    server.answer(201, b'{"text": "done"}')
    body = models.WorkComment(text="hi", silent=True)
    module = "works.works_comments_replace"
    assert run(sdk, module, function, backend, server.url, "a/b", 7, body=body) == models.WorkComment(
        text="done", silent=sdk.UNSET
    )
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("PUT", "/works/a%2Fb/comments/7")
    assert json.loads(asked.body) == {"text": "hi", "silent": True}


@pytest.mark.parametrize(("function", "backend"), FUNCTIONS)
def test_an_error_of_a_new_operation_is_its_model(
    sdk: ModuleType, server: Loopback, models: ModuleType, function: str, backend: str
) -> None:
    server.answer(409, b'{"holder": "me"}')
    got = run(sdk, "works.works_list", function, backend, server.url, owner=["me"])
    assert got == models.WorkConflict(holder="me")
