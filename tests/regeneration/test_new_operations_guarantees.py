"""What the clients guarantee, for operations added to the description: Retry-After, gate, errors, repetition."""

import json
import time
from types import ModuleType
from typing import Any

import pytest

from .conftest import TOKEN, Call
from .imported import part
from .loopback import Loopback


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
