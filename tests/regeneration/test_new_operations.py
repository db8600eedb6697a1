"""Operations added to the description, called through the regenerated package's clients: no line was written for them.

Sync, asyncio and trio; over real HTTP.
"""

import datetime
import json
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import pytest

from .imported import imported, part
from .loopback import Loopback, loopback

TOKEN = "secret-bearer-token"
WORK = {"id": "don:1", "stage": "open"}

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def sdk(regenerated: Path) -> Iterator[ModuleType]:
    with imported(regenerated / "devrev_auth_client", "regenerated_sdk") as package:
        yield package


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as told:
        yield told


@pytest.fixture(params=["sync", "asyncio", "trio"])
def call(request: pytest.FixtureRequest, sdk: ModuleType, server: Loopback) -> Call:
    """Calls `client.call(...)` on a new client, or as often as a list of arguments says."""
    backend = request.param

    def run(module: str, *, total_timeout: float = 10.0, **arguments: Any) -> Any:
        endpoint = part(sdk, f"generated.api.{module}")
        options = {"base_url": server.url, "total_timeout": total_timeout, "retry": sdk.RetryPolicy(base_delay=0.001)}
        if backend == "sync":
            with sdk.DevRevAuthClient(TOKEN, **options) as client:
                return client.call(endpoint, **arguments)

        async def run_async() -> Any:
            async with sdk.AsyncDevRevAuthClient(TOKEN, **options) as client:
                return await client.call(endpoint, **arguments)

        return anyio.run(run_async, backend=backend)

    return run


@pytest.fixture(scope="module")
def models(sdk: ModuleType) -> ModuleType:
    return part(sdk, "generated.models")


def test_query_and_header_parameters_arrive_and_the_answer_is_typed(
    call: Call, server: Loopback, models: ModuleType
) -> None:
    server.answer(200, json.dumps({"works": [WORK], "next_cursor": None}).encode())
    got = call(
        "works.works_list",
        owner=["don:user/1", "a&b=c"],
        stage=models.WorkStage.IN_REVIEW,
        type_=[models.WorkType.ISSUE, models.WorkType("bug")],
        created_after=datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC),
        archived=False,
        x_trace="t1",
    )
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("GET", "/works.list", b"")
    assert asked.query == [
        ("owner", "don:user/1"),
        ("owner", "a&b=c"),
        ("stage", "in-review"),
        ("type", "issue"),
        ("type", "bug"),
        ("created_after", "2023-01-01T00:00:00+00:00"),
        ("archived", "false"),
        ("limit", "50"),
    ]
    assert asked.headers["X-Trace"] == "t1"
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert got == models.WorksListResponse(works=[models.Work(id="don:1", stage=models.WorkStage.OPEN)])


def test_path_parameters_are_escaped_and_a_body_is_sent(call: Call, server: Loopback, models: ModuleType) -> None:
    server.answer(201, b'{"text": "done", "silent": true}')
    got = call("works.works_comments_replace", work_id="a/b ?c", index=7, body=models.WorkComment(text="hi"))
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("PUT", "/works/a%2Fb%20%3Fc/comments/7")
    assert json.loads(asked.body) == {"text": "hi", "silent": False}
    assert got == models.WorkComment(text="done", silent=True)


def test_an_array_goes_out_and_an_array_of_objects_comes_back(call: Call, server: Loopback, models: ModuleType) -> None:
    server.answer(200, json.dumps([WORK, {"id": "don:2", "stage": "new"}]).encode())
    got = call("work_files.works_export", body=[models.WorkStage.CLOSED])
    assert [(work.id, work.stage) for work in got] == [("don:1", "open"), ("don:2", "new")]
    assert server.asked[0].body == b'["closed"]'


def test_text_bytes_forms_and_no_answer_at_all(
    call: Call, server: Loopback, models: ModuleType, sdk: ModuleType
) -> None:
    server.answer(202, b"job-1", Content_Type="text/plain")
    assert call("work_files.works_export") == "job-1"
    server.answers[:] = [(204, {}, b"")]
    file = part(sdk, "generated.types").File(payload=BytesIO(b"\x00\xff"))
    assert call("work_files.works_import", body=file) is None
    server.answers[:] = [(200, {}, b'{"works": []}')]
    asked_for = models.WorksSearchRequest(words="a b&c", limit=2)
    assert call("works.works_search", body=asked_for) == models.WorksListResponse(works=[])
    assert [asked.body for asked in server.asked] == [b"", b"\x00\xff", b"words=a+b%26c&limit=2"]


def test_every_kind_of_field_is_read_and_written_back(call: Call, server: Loopback, models: ModuleType) -> None:
    full = {
        **WORK,
        "due": "2024-02-29",
        "closed_at": "2024-01-01T00:00:00+00:00",
        "owner": {"id": "don:u", "type": "dev_user"},
        "previous_stage": "later",
        "estimate": 1.5,
        "tags": ["a"],
        "types": ["issue", "other"],
        "children": [WORK],
        "links": [{"href": "/x", "rel": "self"}],
        "matrix": [[1, 2], []],
        "fields": {"a": "b"},
        "watchers": {"me": {"id": "don:u", "type": "new_kind_of_user"}},
        "rank": 3,
        "seen_at": ["2024-01-01T00:00:00+00:00"],
        "trace": "6a5f7f1c-9d67-4b6b-8f67-0c9a4c6f7d55",
        "anything": {"deep": [1]},
        "unheard_of": True,
    }
    server.answer(200, json.dumps({"works": [full]}).encode())
    (work,) = call("works.works_list", owner=["me"]).works
    assert work.to_dict() == full
    assert work.due == datetime.date(2024, 2, 29)
    assert work.previous_stage.is_known is False
    assert isinstance(work.watchers["me"], models.UserSummary)


def test_retry_after_is_waited_for(call: Call, server: Loopback) -> None:
    server.answer(429, b"{}", Retry_After="0.1")
    server.answer(200, b'{"works": []}')
    began = time.monotonic()
    assert call("works.works_list", owner=["me"]).works == []
    assert time.monotonic() - began >= 0.1
    assert len(server.asked) == 2


def test_retry_after_beyond_total_timeout_raises_at_once(call: Call, server: Loopback, sdk: ModuleType) -> None:
    server.answer(429, b'{"type": "too_many_requests"}', Retry_After="30")
    with pytest.raises(sdk.TooManyRequestsError) as caught:
        call("works.works_list", owner=["me"], total_timeout=5.0)
    assert caught.value.retry_after == 30
    assert len(server.asked) == 1


def test_a_closed_gate_holds_new_operations_too(sdk: ModuleType, server: Loopback) -> None:
    server.answer(429, b"{}", Retry_After="30")
    works_list = part(sdk, "generated.api.works.works_list")
    with sdk.DevRevAuthClient(TOKEN, base_url=server.url, total_timeout=5.0) as client:
        with pytest.raises(sdk.TooManyRequestsError):
            client.get_auth_token("don:1")
        with pytest.raises(sdk.TooManyRequestsError):
            client.call(works_list, owner=["me"])
    assert [asked.path for asked in server.asked] == ["/auth-tokens.get"]


@pytest.mark.parametrize("safe", [False, True])
def test_what_the_server_may_have_done_is_repeated_only_if_that_is_safe(
    call: Call, server: Loopback, sdk: ModuleType, models: ModuleType, safe: bool
) -> None:
    server.answer(500, b'{"reference_id": "r1"}')
    server.answer(201, b'{"text": "done"}')
    arguments = {"work_id": "1", "index": 0, "body": models.WorkComment(text="hi")}
    if safe:
        assert call("works.works_comments_replace", safe_to_repeat=True, **arguments).text == "done"
        assert len(server.asked) == 2
        return
    with pytest.raises(sdk.InternalServerError) as caught:
        call("works.works_comments_replace", **arguments)
    assert caught.value.reference_id == "r1"
    assert len(server.asked) == 1


def test_what_it_surely_did_not_do_is_repeated(call: Call, server: Loopback, models: ModuleType) -> None:
    server.answer(503, b"busy")
    server.answer(429, b"slow down")
    server.answer(201, b'{"text": "done"}')
    assert call("works.works_comments_replace", work_id="1", index=0, body=models.WorkComment(text="hi")).text == "done"
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "body", "error", "model"),
    [
        (400, {"type": "invalid_field", "field_name": "owner"}, "BadRequestError", "ErrorBadRequest"),
        (401, {"type": "unauthenticated"}, "UnauthenticatedError", "Error"),
        (409, {"holder": "me"}, "UnexpectedStatusError", "WorkConflict"),  # a model of the operation's own
        (502, {"reference_id": "r2"}, "UnexpectedStatusError", "ErrorInternalServerError"),  # by the range 5XX
        (418, {"message": "tea"}, "UnexpectedStatusError", "Error"),  # not described
    ],
)
def test_errors_are_the_facades_with_the_operations_models(
    call: Call, server: Loopback, sdk: ModuleType, models: ModuleType, status: int, body: Any, error: str, model: str
) -> None:
    server.answer(status, json.dumps(body).encode())
    with pytest.raises(sdk.APIError) as caught:
        call("works.works_list", owner=["me"])
    assert type(caught.value) is getattr(sdk, error)
    assert caught.value.status_code == status
    assert caught.value.error == getattr(models, model).from_dict(body)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"works": [{"id": "don:1"}]}', b'{"works": 1}'])
def test_an_answer_that_breaks_the_description_is_said_to(
    call: Call, server: Loopback, sdk: ModuleType, body: bytes
) -> None:
    server.answer(200, body)
    with pytest.raises(sdk.InvalidResponseError):
        call("works.works_list", owner=["me"])


@pytest.mark.parametrize("arguments", [{}, {"owner": ["me"], "nobody": 1}, {"owner": 5, "stage": "open"}])
def test_arguments_that_the_operation_does_not_take_are_refused_before_anything_is_sent(
    call: Call, server: Loopback, sdk: ModuleType, arguments: dict[str, Any]
) -> None:
    with pytest.raises(sdk.ConfigurationError):
        call("works.works_list", **arguments)
    assert server.asked == []
