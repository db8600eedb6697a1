"""Operations pasted into the description, called through the regenerated package, with no line written for them."""

import datetime
import json
import os
import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.programs import run

from .conftest import REGENERATED, TOKEN, Call, Server

CLOCK = {"type": "alarm_clock", "id": "don:1", "wakes_at": "7:00"}


def test_parameters_arrive_and_the_answer_is_typed(call: Call, server: Server, models: ModuleType) -> None:
    server.answer(200, json.dumps({"gadgets": [CLOCK], "next_cursor": None, "added_later": 1}).encode())
    got = call(
        "gadgets.gadgets_list",
        mode=models.GadgetMode.AFTER,
        owner_id=["don:user/1", "a&b=c"],
        state=[models.GadgetState.ON, models.GadgetState("broken")],
        label=["a,b", "c"],
        size=[1, 2],
        after=datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC),
        archived=False,
        x_trace="t1",
    )
    (asked,) = server.asked
    assert (asked.method, asked.url.path, asked.content) == ("GET", "/gadgets.list", b"")
    assert asked.url.params.multi_items() == [
        ("owner.id", "don:user/1,a&b=c"),
        ("state", "on,broken"),
        ("label", "a,b"),
        ("label", "c"),
        ("size", "1|2"),
        ("after", "2023-01-01T00:00:00+00:00"),
        ("archived", "false"),
        ("mode", "after"),
    ]
    assert asked.headers["X-Trace"] == "t1"
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert got.gadgets == [models.GadgetAlarmClock(id="don:1", wakes_at="7:00")]
    assert got.additional_properties == {"added_later": 1}


@pytest.mark.parametrize("owner_id", [["don:1,2"], [["don:1"]], "don:1,2"])
def test_what_cannot_be_joined_is_refused_before_anything_is_sent(
    call: Call, server: Server, sdk: ModuleType, models: ModuleType, owner_id: Any
) -> None:
    with pytest.raises(sdk.ConfigurationError):
        call("gadgets.gadgets_list", mode=models.GadgetMode.AFTER, owner_id=owner_id)
    assert server.asked == []


def test_an_object_is_of_the_kind_that_it_says(call: Call, server: Server, models: ModuleType) -> None:
    """A lamp has the fields of a clock; a kind that is listed nowhere keeps all it has."""
    sent = [CLOCK, {**CLOCK, "type": "lamp", "watts": 5}, {**CLOCK, "type": "none"}, {**CLOCK, "type": "drone"}]
    server.answer(200, json.dumps({"gadgets": sent}).encode())
    got = call("gadgets.gadgets_list", mode=models.GadgetMode.AFTER).gadgets
    kinds = [models.GadgetAlarmClock, models.GadgetLamp, models.GadgetNone, models.GadgetOther]
    assert [type(gadget) for gadget in got] == kinds
    assert [gadget.to_dict() for gadget in got] == sent
    assert got[3].type_ == "drone"
    assert not got[3].type_.is_known


def test_each_kind_is_one_class_and_what_kinds_are_made_of_is_none(models: ModuleType) -> None:
    made = {name for name in models.__all__ if name.startswith(("GadgetFilter", "GadgetPreset", "GadgetPart"))}
    enums = {name for name in made if name.endswith(("Type", "Unit"))}
    assert made - enums == {"GadgetFilterOther", "GadgetFilterPreset", "GadgetFilterRange", "GadgetPart"}
    assert [name for name in models.__all__ if name.endswith("Kind")] == []


def test_a_path_and_a_body_of_one_kind_are_sent(call: Call, server: Server, models: ModuleType) -> None:
    server.answer(201, json.dumps({**CLOCK, "type": "lamp"}).encode())
    body = models.GadgetsCreateRequestLamp(title="a lamp", wakes_at="never", watts=5)
    got = call("gadgets.gadgets_parts_replace", gadget_id="a/b ?c", index=7, body=body)
    (asked,) = server.asked
    assert (asked.method, asked.url.raw_path) == ("PUT", b"/gadgets/a%2Fb%20%3Fc/parts/7")
    assert json.loads(asked.content) == {"type": "lamp", "title": "a lamp", "wakes_at": "never", "watts": 5}
    assert isinstance(got, models.GadgetLamp)


def test_text_and_bytes_and_no_body_at_all(call: Call, server: Server, models: ModuleType) -> None:
    server.answer(200, b"a,b", Content_Type="text/csv")
    server.answer(204)
    file = import_module(f"{REGENERATED}.generated.types").File(payload=BytesIO(b"\x00\xff"))
    assert call("gadget_files.gadgets_export", body=file) == "a,b"
    body = models.PostGadgetsDeleteBody(id="1", undescribed=[2])
    assert call("default.post_gadgets_delete", body=body) is None
    assert [asked.content for asked in server.asked] == [b"\x00\xff", b'{"id":"1","undescribed":[2]}']


@pytest.mark.parametrize("gadget_id", ["..", "."])
def test_a_path_argument_cannot_lead_to_another_path(
    call: Call, server: Server, sdk: ModuleType, models: ModuleType, gadget_id: str
) -> None:
    body = models.GadgetsCreateRequestLamp(title="", wakes_at="")
    with pytest.raises(sdk.ConfigurationError):
        call("gadgets.gadgets_parts_replace", gadget_id=gadget_id, index=7, body=body)
    assert server.asked == []


@pytest.mark.parametrize(
    ("status", "body", "error", "model"),
    [
        (400, {"type": "invalid_field", "field_name": "owner"}, "BadRequestError", "ErrorBadRequest"),
        (409, {"type": "lamp", "holder": "me"}, "UnexpectedStatusError", "GadgetConflict"),  # the operation's own
        (502, {"reference_id": "r2"}, "UnexpectedStatusError", "ErrorInternalServerError"),  # by the range 5XX
        (418, {"message": "tea"}, "UnexpectedStatusError", "Error"),  # not described
    ],
)
def test_errors_are_the_facades_with_the_operations_models(
    call: Call, server: Server, sdk: ModuleType, models: ModuleType, status: int, body: Any, error: str, model: str
) -> None:
    server.answer(status, json.dumps(body).encode())
    with pytest.raises(sdk.APIError) as caught:
        call("gadgets.gadgets_list", mode=models.GadgetMode.AFTER)
    assert type(caught.value) is getattr(sdk, error)
    assert caught.value.error == getattr(models, model).from_dict(body)
    assert isinstance(caught.value.error, import_module(f"{REGENERATED}.generated.errors").ErrorModel)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"gadgets": 1}', b'{"gadgets": [{}]}'])
def test_an_answer_that_breaks_the_description_is_said_to(
    call: Call, server: Server, sdk: ModuleType, models: ModuleType, body: bytes
) -> None:
    server.answer(200, body)
    with pytest.raises(sdk.InvalidResponseError):
        call("gadgets.gadgets_list", mode=models.GadgetMode.AFTER)


CALLS = """
from typing import assert_type
from regenerated_sdk import AsyncDevRevAuthClient, DevRevAuthClient, Unset
from regenerated_sdk.generated.api.gadgets import gadgets_list
from regenerated_sdk.generated import models

async def use(client: DevRevAuthClient, async_client: AsyncDevRevAuthClient) -> None:
    got = client.call(gadgets_list, mode=models.GadgetMode.AFTER, owner_id=["don:1"])
    assert_type(got, models.GadgetsListResponse)
    assert_type(await async_client.call(gadgets_list, mode=models.GadgetMode.AFTER), models.GadgetsListResponse)
    for gadget in got.gadgets:
        if isinstance(gadget, models.GadgetLamp):
            assert_type(gadget.watts, int | Unset)
        elif gadget.type_ == "alarm_clock":
            print(gadget.id)
    models.GadgetLamp(id=5, wakes_at="")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
"""


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_pasted_operation_is_typed(regenerated: Path, checker: str) -> None:
    (regenerated / "calls.py").write_text(CALLS, "utf-8")
    environment = Path(sys.prefix)
    settings: dict[str, Any] = {"include": [f"{REGENERATED}/generated", "calls.py"], "typeCheckingMode": "strict"}
    settings |= {"enableTypeIgnoreComments": False, "reportUnnecessaryTypeIgnoreComment": True}
    settings |= {"pythonVersion": "3.11", "venvPath": str(environment.parent), "venv": environment.name}
    (regenerated / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    options = ["--strict", "--config-file=", f"--cache-dir={os.devnull}", REGENERATED, "calls.py"]
    done = run(sys.executable, "-m", checker, *(options if checker == "mypy" else []), cwd=regenerated)
    assert done.status == 0, done.text
