"""docs/cli.md is honest: its commands print what it shows, its tables name the options and exit statuses there are."""

import json
import re
import shlex

import pytest
import typer.main

from devrev_auth_client import TokenType
from devrev_auth_client.cli.commands import app
from devrev_auth_client.cli.run import ExitCode
from devrev_auth_client.testing import FakeDevRev
from tests.cli.conftest import Invoke
from tests.docs.markdown import Block, Document

PAGE = Document("docs/cli.md")


def undated(text: str) -> str:
    """The text with each date and distance replaced, and without the braces that some releases of typer write."""
    date = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC, (in \d+ \w+|\d+ \w+ ago|now)"
    return re.sub(r"\{([A-Z_]+)\}", r"\1", re.sub(date, "<when>", text))


@pytest.mark.parametrize("block", PAGE.blocks("console"), ids=lambda block: f"line-{block.line}")
def test_a_command_prints_what_the_page_shows(
    invoke: Invoke, fake: FakeDevRev, environment: dict[str, str], host: str, block: Block
) -> None:
    """On the page DevRev itself answers; here the fake does, of which the page shows the warning once."""
    prompt, _, shown = block.code.partition("\n")
    command, _, into_file = prompt.removeprefix("$ ").partition(" > ")
    script, *arguments = shlex.split(command)
    assert script == "devrev-auth"
    elsewhere = "DEVREV_BASE_URL points to" in shown
    if elsewhere:
        fake.respond_next(401, json={"type": "unauthenticated", "message": "unknown token"})
    done = invoke(*arguments)
    printed = done.err + ("" if into_file else done.out)
    if elsewhere:
        shown = re.sub(r"^Warning: .* points to .*\n", "", shown)
    assert undated(printed.replace(host, "127.0.0.1:8080" if elsewhere else "api.devrev.ai")) == undated(shown)


def test_the_options_are_those_of_each_command_that_calls() -> None:
    [[_, *rows]] = PAGE.tables("Options of a call")
    named = {name: row[1] for row in rows for name in re.findall(r"--[\w-]+", row[0])}
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # it is a group
    for name in ("whoami", "inspect", "get", "revoke"):
        defaults = {item.opts[0]: item.default for item in commands[name].params}
        assert named.keys() <= defaults.keys()
        for option in ("--timeout", "--total-timeout"):
            assert float(named[option]) == defaults[option]
        own = {"--yes", "--json", "--fetch", "-h"}
        assert {option for option in defaults if option.startswith("--")} - own == named.keys()


def test_the_exit_codes_are_all_named() -> None:
    [[_, *rows]] = PAGE.tables("Exit code")
    assert [int(row[0]) for row in rows] == list(ExitCode)


def test_the_number_of_types_and_the_fields_of_the_json_are_right(invoke: Invoke) -> None:
    assert f"all {len(TokenType)} with their URNs" in PAGE.text
    for field in json.loads(invoke("revoke", "session", "--yes", "--json").out):
        assert f"`{field}`" in PAGE.text
