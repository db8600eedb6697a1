"""The tables of README.md, of errors and of options are those of the code."""

import inspect
import json
import re
from typing import Any

import pytest

from devrev_auth_client import (
    AsyncDevRevAuthClient,
    DevRevAuthClient,
    DevRevAuthError,
    RetryPolicy,
    TokenType,
    TransportError,
    errors,
)
from devrev_auth_client.testing import FakeDevRev
from tests.docs.markdown import Document
from tests.programs import ROOT

README = Document("README.md")
ERROR_PAGE = Document("docs/explanation/errors.md")
OPTIONS_PAGE = Document("docs/reference/options.md")
ERRORS = [getattr(errors, name) for name in errors.__all__ if name.endswith("Error")]
STATUSES = [400, 401, 403, 404, 408, 409, 418, 429, 500, 501, 502, 503, 504, 505, 520, 599]


def cost(figures: dict[str, Any] | None) -> str:
    """A cell of the table of costs."""
    if figures is None:
        return "-"
    ratio = figures["ratio"]["cpu"]["median"]
    lost = sum(figures["failures"].values())
    asked = figures["answered"] + lost
    return f"{ratio:.{2 if ratio >= 0.1 else 3}f}" + (f" ({lost:,} of {asked:,} unanswered)" if lost else "")


def test_the_costs_are_those_that_were_measured() -> None:
    results = json.loads((ROOT / "benchmarks" / "results" / "latest.json").read_text("utf-8"))
    modes = results["modes"]
    [[head, *rows]] = README.tables("What a call costs")
    columns = ["ours", "stock openapi-python-client", "OpenAPI Generator (aiohttp)", "raw aiohttp"]
    assert head[1:] == ["devrev_auth_client", *columns[1:]]
    for mode, *cells in rows:
        assert cells == [cost(modes[mode]["rivals"].get(name)) for name in columns], mode
    assert [mode for mode, *_ in rows] == [name for name in modes if modes[name]["rivals"]["raw httpx"].get("ratio")]
    assert results["taken_at"][:10] in README.text
    by_the_clock = [modes[name]["rivals"]["ours"]["ratio"]["wall"]["median"] for name in ("serial", "serial sync")]
    assert "By the clock serial calls take {:.2f} and {:.2f} of its time".format(*by_the_clock) in README.text
    burst = modes["cold burst of 10,000"]["rivals"]
    assert "Of a cold burst of 10,000 calls, raw httpx and the stock client had answered none" in README.text
    assert [burst[name]["answered"] for name in ("raw httpx", "stock openapi-python-client", "ours")] == [0, 0, 10_000]


def test_the_types_and_their_number_are_those_of_the_enum() -> None:
    assert f"## The {len(TokenType)} token types" in README.text
    [paragraph] = [text for text in README.text.split("\n\n") if text.startswith("`TokenType.PAT`")]
    assert set(re.findall(r"`(?:TokenType\.)?([A-Z]+)`", paragraph)) <= set(TokenType.__members__)


def test_the_error_tree_is_that_of_the_classes() -> None:
    [tree] = [block.code for block in README.blocks("text") if "DevRevAuthError" in block.code]
    written = re.findall(r"^([|`\- ]*)(\w+)(?: \((\w+)\))?(?: {2,}(.*))?$", tree, re.MULTILINE)
    found: list[tuple[str, list[str]]] = []
    path: list[str] = []
    for indent, name, other, _ in written:
        del path[len(indent) // 3 :]
        found.append((name, [path[-1] if path else "Exception", *filter(None, [other])]))
        path.append(name)
    assert dict(found) == {error.__name__: [base.__name__ for base in error.__bases__] for error in ERRORS}
    assert len(found) == len(ERRORS)
    notes = {name: note for _, name, _, note in written}
    for name, (status, _, retried, _) in error_rows().items():
        assert status in notes[name]
        assert ("retried" in notes[name]) == ("yes" in retried), name


def error_rows() -> dict[str, list[str]]:
    """The error table by class."""
    [[_, *rows]] = ERROR_PAGE.tables("Each class")
    return {row[1].strip("`"): row for row in rows}


def test_the_error_table_has_each_class_that_is_raised_with_its_own_fields() -> None:
    raised = [error for error in ERRORS if error.__name__ not in {"DevRevAuthError", "APIError"}]
    assert {name: re.findall(r"\w+", row[3]) for name, row in error_rows().items()} == {
        error.__name__: list(inspect.get_annotations(error)) for error in raised
    }


def error_of(fake: FakeDevRev, operation: str, argument: object) -> DevRevAuthError:
    """The error of a call that is retried once at most."""
    policy = RetryPolicy(max_attempts=2, base_delay=0)
    client = DevRevAuthClient("token", transport=fake.transport(), retry=policy)
    with client, pytest.raises(DevRevAuthError) as caught:
        getattr(client, operation)(argument)
    return caught.value


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("operation", ["get_auth_token", "revoke_own_auth_tokens"])
def test_the_error_table_says_what_a_status_raises_and_whether_it_is_retried(operation: str, status: int) -> None:
    """The table's word against the number of requests that the fake saw."""
    rows = error_rows()
    name = next((name for name, row in rows.items() if row[0] == str(status)), "UnexpectedStatusError")
    fake = FakeDevRev()
    fake.respond_next(status, times=2)
    raised = error_of(fake, operation, "id" if operation == "get_auth_token" else None)
    said = rows[name][2]
    retried = said.startswith("yes") or str(status) in said
    assert len(fake.requests) == (2 if retried else 1)
    # A revocation that was repeated after the server may have acted on it raises another class, as the text says.
    expected = {name, "RevocationUnconfirmedError"} if retried and operation != "get_auth_token" else {name}
    assert type(raised).__name__ in expected


def test_the_error_table_says_that_a_lost_connection_is_retried() -> None:
    fake = FakeDevRev()
    fake.lose_connection(times=2)
    assert isinstance(error_of(fake, "get_auth_token", "id"), TransportError)
    assert len(fake.requests) == 2
    assert error_rows()["TransportError"][2].startswith("yes")


@pytest.mark.parametrize("client", [AsyncDevRevAuthClient, DevRevAuthClient])
def test_the_options_are_those_of_the_constructors(client: type[object]) -> None:
    [[_, *rows]] = OPTIONS_PAGE.tables("Options")
    said: dict[str, str] = {}
    for names, defaults, _ in rows:
        said |= zip(re.findall(r"`(\w+)`", names), re.findall(r"`([^`]+)`", defaults), strict=True)
    parameters = inspect.signature(client).parameters.values()
    public = {item.name: item.default for item in parameters if not item.name.startswith("_")}
    assert said == {
        name: "RetryPolicy()" if default == RetryPolicy() else repr(default) for name, default in public.items()
    }


def test_the_dependencies_are_those_that_are_installed_with_it() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", pyproject, re.MULTILINE | re.DOTALL)
    assert listed
    names = re.findall(r'^    "(\w+)', listed[1], re.MULTILINE)
    sentence = next(line for line in README.text.splitlines() if line.startswith("It brings "))
    assert sorted(re.findall(r"\w+", sentence)) == sorted([*names, "It", "brings", "and"])
