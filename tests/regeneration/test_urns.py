"""The description's `TokenType` and the hand-written enum list the same URNs, or nothing is generated."""

import sys

import pytest

from tests.programs import ROOT, run
from tools.generate import Paths, write

from .conftest import Refusals, Workspace, line_of
from .minimal import MINIMAL


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
    last = "        - urn:ietf:params:oauth:token-type:jwt\n"
    workspace.edit(workspace.description, last, f"{last}        - {urn}\n")
    line = line_of(workspace.description.read_text("utf-8"), f"- {urn}")
    assert workspace.failure() == (
        f"auth-tokens.yaml:{line}: new in TokenType; add this member, with a docstring, to "
        f'devrev_auth_client/token_types.py:\n    {name} = "{urn}"'
    )


def test_a_removed_urn_names_its_member(workspace: Workspace) -> None:
    workspace.edit(workspace.description, "        - urn:devrev:params:oauth:token-type:gat\n", "")
    text = workspace.description.read_text("utf-8")
    line = line_of(text, "- urn:devrev:params:oauth:token-type:aat") - 1  # that of `enum:`
    assert workspace.failure() == (
        f"auth-tokens.yaml:{line}: TokenType no longer lists what TokenType.GAT stands for; put the URN back, or take "
        'this member out of devrev_auth_client/token_types.py:\n    GAT = "urn:devrev:params:oauth:token-type:gat"'
    )


def test_a_description_without_the_urns_fails(refusals: Refusals) -> None:
    text = "".join(line for line in MINIMAL.splitlines(keepends=True) if "urn:devrev" not in line)
    assert [reason for _, reason in refusals.of(text)] == [
        "no schema lists the URNs for which the hand-written TokenType stands"
    ]


def test_the_enum_stands_for_the_schema_that_lists_the_urns_whatever_its_name(workspace: Workspace) -> None:
    text = workspace.description.read_text("utf-8")
    workspace.description.write_text(
        text.replace("token-type:\n", "kind-of-token:\n").replace('/token-type"', '/kind-of-token"')
    )
    write(workspace)
    module = (workspace.target / "models" / "kind_of_token.py").read_text("utf-8")
    assert "from ...token_types import TokenType as KindOfToken\n" in module


def test_the_enum_can_be_read_while_the_generated_folder_is_missing() -> None:
    """The package does not import then; a program of its own shows that nothing of it is imported."""
    program = (
        "import sys; from pathlib import Path; from tools.description.token_types import members; "
        "print(members(Path(sys.argv[1]))['PAT'], 'devrev_auth_client' in sys.modules)"
    )
    done = run(sys.executable, "-c", program, str(Paths().token_types), cwd=ROOT)
    assert done.out == "urn:devrev:params:oauth:token-type:pat False\n"
