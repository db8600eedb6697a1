"""Operations added to the description, called through the regenerated package's clients: no line was written for them.

Sync, asyncio and trio; over real HTTP. What is sent, and what comes back.
"""

import datetime
import json
from io import BytesIO
from types import ModuleType

import pytest

from .conftest import TOKEN, Call
from .imported import part
from .loopback import Loopback

WORK = {"id": "don:1", "stage": "open"}


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


@pytest.mark.parametrize("work_id", ["..", "."])
def test_a_path_argument_cannot_lead_to_another_path(
    call: Call, server: Loopback, sdk: ModuleType, models: ModuleType, work_id: str
) -> None:
    server.answer(201, b'{"text": "done"}')
    with pytest.raises(sdk.ConfigurationError):
        call("works.works_comments_replace", work_id=work_id, index=7, body=models.WorkComment(text="hi"))
    assert server.asked == []
