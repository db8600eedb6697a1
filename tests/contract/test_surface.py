"""The public surface is what `public_surface.txt` lists; names that are imported when first used look like others."""

import inspect
from pathlib import Path

import pytest

import devrev_auth_client as package
from devrev_auth_client import AsyncDevRevAuthClient, DevRevAuthClient
from tests.programs import python


def test_the_surface_is_the_listed_one() -> None:
    """Where a difference is meant: `make surface` writes the list, and CHANGELOG.md tells users."""
    pytest.importorskip("griffe")  # a development tool: it is not there beside the lowest dependencies
    from tools.public_surface import listing

    written = Path(__file__).with_name("public_surface.txt").read_text("utf-8")
    assert listing(Path(package.__file__).parent) == written


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    """They differ in what is awaited, in how they are closed, and in the kinds of token and transport they take."""
    methods = {"aclose": "close"}
    for name in vars(AsyncDevRevAuthClient):
        if not name.startswith("_"):
            one = inspect.signature(getattr(AsyncDevRevAuthClient, name))
            other = inspect.signature(getattr(DevRevAuthClient, methods.get(name, name)))
            assert str(one) == str(other)
    one, other = inspect.signature(AsyncDevRevAuthClient), inspect.signature(DevRevAuthClient)
    assert list(one.parameters) == list(other.parameters)
    differing = [name for name in one.parameters if one.parameters[name] != other.parameters[name]]
    assert differing == ["token", "transport"]


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
