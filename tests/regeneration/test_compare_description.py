"""`make compare-description`: where somebody else's description of our operations differs."""

from pathlib import Path

import pytest

from tools.compare_description import main
from tools.paths import Paths

from .conftest import changed

OURS = Paths().description.read_text("utf-8")


TOKEN = "POST /auth-tokens.get 200 token"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("- revoked\n", "- revoked\n        - lost\n", [f"+ {TOKEN} status: value lost"]),
        ("        - expired\n", "", [f"- {TOKEN} status: value expired"]),
        (" token_hint:\n", " token_hunt:\n", [f"+ {TOKEN}: field token_hunt", f"- {TOKEN}: field token_hint"]),
        ("`unauthenticated` (401), ", "", ["no difference"]),  # words in a description are no promise
        ("  /auth-tokens.get:\n", "  /auth-tokens.read:\n", ["- POST /auth-tokens.get"]),
        (' "413":\n', ' "412":\n', ["+ POST /auth-tokens.get 412", "- POST /auth-tokens.get 413"]),
    ],
)
def test_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, told: list[str]) -> None:
    theirs = tmp_path / "theirs.yaml"
    theirs.write_text(changed(OURS, old, new), "utf-8")
    assert main([str(theirs)]) == 0
    assert sorted(capsys.readouterr().out.splitlines()) == told


def test_a_known_error_type_is_no_difference_where_it_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ours are open strings; theirs may be an enum of the same words, and one more."""
    theirs = tmp_path / "theirs.yaml"
    old = "          description: >-\n            Which error, as a word for programs."
    new = f"          enum: [unauthenticated, dev_org_deactivated, forbidden, teapot]\n{old}"
    theirs.write_text(changed(OURS, old, new), "utf-8")
    assert main([str(theirs)]) == 0
    added = {line for line in capsys.readouterr().out.splitlines() if line.startswith("+")}
    assert "+ POST /auth-tokens.get 401 type: value teapot" in added
    assert all("teapot" in line for line in added)


def test_what_cannot_be_read_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "missing.yaml")]) == 1
    assert "missing.yaml:1" in capsys.readouterr().err
