"""The package imports its names when they are first used; whoever looks at it first must not notice."""

from __future__ import annotations

import pytest

import devrev_auth_client as package
from tests.programs import python

FIRST = """
import sys, devrev_auth_client as package
assert "devrev_auth_client._sync_client" not in sys.modules
"""


def in_a_new_process(code: str) -> list[str]:
    """Run code where nothing of the package is imported yet but the package; give the lines it prints."""
    done = python("-c", f"{FIRST}{code}")
    assert (done.status, done.err) == (0, "")
    return done.out.splitlines()


def test_dir_tells_all_names_before_any_was_used() -> None:
    assert in_a_new_process("print(*dir(package), sep='\\n')") == sorted(package.__all__)


def test_a_star_brings_all_names() -> None:
    code = "from devrev_auth_client import *\nprint(*(name for name in package.__all__ if name not in globals()))"
    assert in_a_new_process(code) == [""]


def test_help_shows_a_client_with_its_methods_and_arguments() -> None:
    for client, method in (("AsyncDevRevAuthClient", "aclose"), ("DevRevAuthClient", "close")):
        text = "\n".join(in_a_new_process(f"help(package.{client})"))
        assert f"class {client}(" in text
        assert "total_timeout: the most seconds for a whole call" in text
        assert "Close the client and its `with_options` copies" in text.partition(f"{method}(self)")[2]
        assert "Return a copy with other options" in text


@pytest.mark.parametrize("code", ["package.AsyncDevRevClient", "from devrev_auth_client import AsyncDevRevClient"])
def test_a_wrong_name_is_an_error_that_names_it(code: str) -> None:
    caught = f"try:\n    {code}\nexcept (AttributeError, ImportError) as error:\n    print(error)"
    assert "AsyncDevRevClient" in in_a_new_process(caught)[0]
