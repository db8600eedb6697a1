"""`make try-description`: a description with every construct comes through whole, and what does not is told."""

import copy
from pathlib import Path

import pytest

from tools import generator, try_description
from tools.description import outcome
from tools.description.document import Document, Problem
from tools.try_description import COLUMNS, main, try_out

from .conftest import CONSTRUCTS

TABLE = "\n".join(f"{name:<16}    4" for name in ("operations", *COLUMNS))


def test_a_description_with_every_construct_comes_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert str(try_out(CONSTRUCTS, tmp_path, with_types=False)) == TABLE
    notes = capsys.readouterr().out
    for part in (
        "the cookie 'session' is not sent",
        "ignores what stands beside a $ref: nullable",
        "no schema lists the",
    ):
        assert part in notes


@pytest.mark.slow
def test_the_command_type_checks_too_and_leaves_the_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(CONSTRUCTS), "--into", str(tmp_path / "kept")]) == 0
    assert TABLE in capsys.readouterr().out
    assert (tmp_path / "kept" / "api" / "gadgets" / "gadgets_list.py").is_file()


def test_a_refused_description_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "missing.yaml")]) == 1
    assert "missing.yaml:1: not readable as text" in capsys.readouterr().err


def test_what_the_generator_makes_by_itself_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The samples come from the description as it was written, so without rewriting most of it fails."""

    def untouched(document: Document) -> tuple[dict[str, object], list[Problem]]:
        return copy.deepcopy(document.root), []

    text = CONSTRUCTS.read_text("utf-8")
    cookie = "- {name: session, in: cookie, schema: {type: string}}"
    for stops in (cookie, "list: {type: array}\n", ", format: uuid", ", null]", ', "1st", Before, foo-bar, foo_bar'):
        assert stops in text
        text = text.replace(stops, {", null]": "]", "list: {type: array}\n": "\n"}.get(stops, ""))
    description = tmp_path / "constructs.yaml"
    description.write_text(text, "utf-8")
    monkeypatch.setattr(generator, "rewritten", untouched)
    failures = try_out(description, tmp_path, with_types=False).failures
    assert ("GET /gadgets.list", "answers") in failures
    assert ("PUT /gadgets/{gadget_id}/parts/{index}", "requests") in failures
    assert ("POST /gadgets.delete", "callable") in failures


def test_arrays_that_are_not_joined_are_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "join_arrays", lambda _document, _data: None)
    monkeypatch.setattr(outcome, "find", lambda *_: iter(()))
    told = try_out(CONSTRUCTS, tmp_path, with_types=False)
    assert told.failures.keys() == {("GET /gadgets.list", "requests")}
    assert "query" in str(told)


def test_a_type_error_counts_for_its_operation_or_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def checkers(_: Path) -> dict[str, list[str]]:
        lines = {
            "mypy --strict": "tried/api/gadgets/gadgets_list.py:1: error: x",
            "pyright strict": "models/a.py: error",
        }
        return {name: ["sh", "-c", f"echo {line!r}; exit 1"] for name, line in lines.items()}

    monkeypatch.setattr(try_description, "_checkers", checkers)
    failed = try_out(CONSTRUCTS, tmp_path).failures
    assert [name for name, column in failed if column == "mypy --strict"] == ["GET /gadgets.list"]
    assert len([name for name, column in failed if column == "pyright strict"]) == 4
