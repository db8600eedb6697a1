"""`make compare-description`: where somebody else's description of our operations differs."""

from pathlib import Path

import pytest

from tools.compare_description import main
from tools.paths import Paths

OURS = Paths().description.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "        - revoked\n",
            "        - revoked\n        - lost\n",
            "+ POST /auth-tokens.get 200 token status: value lost",
        ),
        ("        - expired\n", "", "- POST /auth-tokens.get 200 token status: value expired"),
        (
            "        token_hint:\n",
            "        token_hunt:\n",
            "- POST /auth-tokens.get 200 token: field token_hint\n+ POST /auth-tokens.get 200 token: field token_hunt",
        ),
        ("`unauthenticated` (401), ", "", "- "),
        ("  /auth-tokens.get:\n", "  /auth-tokens.read:\n", "- POST /auth-tokens.get"),
        ('        "413":\n', '        "412":\n', "+ POST /auth-tokens.get 412\n- POST /auth-tokens.get 413"),
    ],
)
def test_a_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, told: str) -> None:
    theirs = tmp_path / "theirs.yaml"
    assert old in OURS
    theirs.write_text(OURS.replace(old, new, 1), "utf-8")
    assert main([str(theirs)]) == 0
    printed = capsys.readouterr().out.splitlines()
    if told == "- ":  # words in a description are no promise
        assert printed == ["no difference"]
    else:
        assert sorted(printed) == sorted(told.splitlines())


def test_a_known_error_type_is_no_difference_where_it_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ours are open strings; theirs may be an enum of the same words, and one more."""
    theirs = tmp_path / "theirs.yaml"
    old = "            Which error, as a word for programs. Known are"
    text = OURS.replace(
        "        type:\n          type: string\n          description: >-\n" + old,
        f"""\
        type:
          type: string
          enum: [unauthenticated, dev_org_deactivated, forbidden, teapot]
          description: >-
{old}""",
    )
    assert text != OURS
    theirs.write_text(text, "utf-8")
    assert main([str(theirs)]) == 0
    added = {line for line in capsys.readouterr().out.splitlines() if line.startswith("+")}
    assert "+ POST /auth-tokens.get 401 type: value teapot" in added
    assert all("teapot" in line for line in added)


def test_what_cannot_be_read_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "missing.yaml")]) == 1
    assert "missing.yaml:1" in capsys.readouterr().err
