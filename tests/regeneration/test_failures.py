"""What the generator takes in silence, or with a warning, is a failure here, says where, and leaves the old folder."""

import sys
from pathlib import Path

import pytest

from tools.generate import GenerationError, main, write

from .conftest import Workspace


def failure_of(workspace: Workspace) -> str:
    """The text of the failure, without the folder of the copies; the generated folder must be as it was."""
    before = workspace.files()
    with pytest.raises(GenerationError) as caught:
        write(workspace)
    assert workspace.files() == before
    assert [path.name for path in workspace.target.parent.iterdir()] == ["generated"]
    return str(caught.value).replace(f"{workspace.description.parent}/", "")


# --- TokenType and its hand-written enum ---------------------------------------------------------------------------


def add_urn(workspace: Workspace, urn: str) -> int:
    last = "        - urn:ietf:params:oauth:token-type:jwt\n"
    workspace.edit(workspace.description, last, f"{last}        - {urn}\n")
    return workspace.line_of(f"- {urn}")


@pytest.mark.parametrize(
    ("urn", "name"),
    [
        ("urn:devrev:params:oauth:token-type:bot", "BOT"),
        ("urn:devrev:params:oauth:token-type:session:bot:act-as", "SESSION_BOT_ACT_AS"),
        # The tail alone is taken, or no name in Python.
        ("urn:devrev:params:oauth:token-type:jwt", "URN_DEVREV_PARAMS_OAUTH_TOKEN_TYPE_JWT"),
        ("urn:devrev:params:oauth:token-type:2fa", "URN_DEVREV_PARAMS_OAUTH_TOKEN_TYPE_2FA"),
        ("urn:something:else", "URN_SOMETHING_ELSE"),
    ],
)
def test_an_added_urn_fails_with_the_line_to_add(workspace: Workspace, urn: str, name: str) -> None:
    line = add_urn(workspace, urn)
    assert failure_of(workspace) == (
        f"auth-tokens.yaml:{line}: new in TokenType; add this member, with a docstring, to "
        f'devrev_auth_client/token_types.py:\n    {name} = "{urn}"'
    )


def test_a_removed_urn_names_its_member(workspace: Workspace) -> None:
    workspace.edit(workspace.description, "        - urn:devrev:params:oauth:token-type:gat\n", "")
    line = workspace.line_of("- urn:devrev:params:oauth:token-type:aat") - 1  # that of `enum:`
    assert failure_of(workspace) == (
        f"auth-tokens.yaml:{line}: TokenType no longer lists what TokenType.GAT stands for; put the URN back, or take "
        'this member out of devrev_auth_client/token_types.py:\n    GAT = "urn:devrev:params:oauth:token-type:gat"'
    )


def test_a_renamed_urn_is_one_added_and_one_removed(workspace: Workspace) -> None:
    workspace.edit(workspace.description, "- urn:devrev:params:oauth:token-type:gat\n", "- urn:devrev:gate\n")
    text = failure_of(workspace)
    assert "add this member" in text
    assert '    URN_DEVREV_GATE = "urn:devrev:gate"' in text
    assert "TokenType.GAT" in text
    assert text.count("auth-tokens.yaml:") == 2


def test_a_urn_listed_twice_fails_with_the_line_of_the_second(workspace: Workspace) -> None:
    add_urn(workspace, "urn:devrev:params:oauth:token-type:pat")
    line = workspace.line_of("- urn:ietf:params:oauth:token-type:jwt") + 1
    expected = f"auth-tokens.yaml:{line}: TokenType lists urn:devrev:params:oauth:token-type:pat 2 times"
    assert failure_of(workspace) == expected


def test_a_description_without_token_type_fails(workspace: Workspace) -> None:
    workspace.edit(workspace.description, "    TokenType:\n", "    TokenKind:\n")
    assert "no schema TokenType with an enum" in failure_of(workspace)


# --- the rest of the description -----------------------------------------------------------------------------------


def test_a_ref_to_nothing_fails_with_its_line(workspace: Workspace) -> None:
    workspace.edit(workspace.description, '"#/components/schemas/UserState"', '"#/components/schemas/UserStat"')
    line = workspace.line_of('UserStat"')
    assert failure_of(workspace) == (
        f"auth-tokens.yaml:{line}: $ref to '#/components/schemas/UserStat', which is not in this file"
    )


def test_a_ref_to_another_file_fails(workspace: Workspace) -> None:
    workspace.edit(workspace.description, '"#/components/schemas/UserState"', '"other.yaml#/UserState"')
    assert "$ref to 'other.yaml#/UserState', which is not in this file" in failure_of(workspace)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("    OrgSummary:\n", "    Org_Summary:\n      type: object\n    OrgSummary:\n", "OrgSummary"),
        ("          format: int32\n", "          default: many\n", "many"),
        ("          application/json:\n", "          text/csv:\n", "Unsupported content type text/csv"),
        ("        - dev_user\n", "        - dev_user\n        - dev_user\n", "Duplicate key DEV_USER"),
        ("paths:\n", "paths_:\n", "paths"),
    ],
    ids=["two schemas of one class name", "wrong default", "unknown media type", "value listed twice", "no paths"],
)
def test_what_the_generator_itself_warns_of_or_fails_at_is_a_failure(
    workspace: Workspace, old: str, new: str, reason: str
) -> None:
    workspace.edit(workspace.description, old, new)
    text = failure_of(workspace)
    assert text.startswith("auth-tokens.yaml: ")
    assert reason in text


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("info:\n", "info: [\n", "not readable as YAML"),
        ("  title: DevRev auth tokens\n", "  title: one\n  title: two\n", "duplicate key"),
    ],
)
def test_yaml_that_cannot_be_read_fails_with_a_line(workspace: Workspace, old: str, new: str, reason: str) -> None:
    workspace.edit(workspace.description, old, new)
    text = failure_of(workspace)
    assert reason in text
    assert int(text.split(":")[1]) > 1


@pytest.mark.parametrize("text", ["", "[]", "just text"])
def test_a_file_that_is_no_description_fails(workspace: Workspace, text: str) -> None:
    workspace.description.write_text(text, "utf-8")
    assert "no schema TokenType" in failure_of(workspace)


# --- what the generator needs beside it ----------------------------------------------------------------------------


def test_without_ruff_nothing_is_written(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.delenv("PATH")
    assert "ruff is not in PATH" in failure_of(workspace)


def test_a_hook_that_fails_is_a_failure(workspace: Workspace) -> None:
    workspace.edit(workspace.config, "--select F401,I", "--select NO_SUCH_RULE")
    assert "ruff failed" in failure_of(workspace)


def test_a_misspelt_setting_is_a_failure(workspace: Workspace) -> None:
    workspace.edit(workspace.config, "docstrings_on_attributes: true", "docstrings_on_atributes: true")
    assert failure_of(workspace) == "generator-config.yaml: the generator has no setting 'docstrings_on_atributes'"


def test_a_broken_template_is_a_failure(workspace: Workspace) -> None:
    workspace.edit(workspace.templates / "str_enum.py.jinja", "{% endif %}", "")
    assert "the generator failed: TemplateSyntaxError" in failure_of(workspace)


@pytest.mark.parametrize("tool", ["openapi-python-client", "ruff"])
def test_another_version_than_the_pinned_one_is_a_failure(workspace: Workspace, tool: str) -> None:
    workspace.edit(workspace.pins, f"\n{tool}==", f"\n{tool}==0.")
    assert f"requirements-dev.txt: {tool} " in failure_of(workspace)
    assert "the pin is 0." in failure_of(workspace)


def test_the_command_prints_the_failure_and_exits_with_1(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    line = add_urn(workspace, "urn:devrev:params:oauth:token-type:bot")
    assert main([], workspace) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"{workspace.description}:{line}: new in TokenType")
    assert printed.err.endswith('\n    BOT = "urn:devrev:params:oauth:token-type:bot"\n')
