"""The public surface is what `public_surface.txt` lists, and nothing else."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

import pytest

import devrev_auth_client as package
from devrev_auth_client import (
    AsyncDevRevAuthClient,
    DevRevAuthClient,
    errors,
    retry,
    testing,
    token_claims,
    token_types,
)

NAMESPACES: list[ModuleType] = [package, errors, retry, token_claims, token_types, testing]


def test_the_surface_is_the_listed_one() -> None:
    """Where a difference is meant: `make surface` writes the list, and CHANGELOG.md tells users."""
    pytest.importorskip("griffe")  # a development tool: it is not there beside the lowest dependencies
    from tools.public_surface import listing

    written = Path(__file__).with_name("public_surface.txt").read_text("utf-8")
    assert listing(Path(package.__file__).parent) == written


@pytest.mark.parametrize("module", NAMESPACES, ids=lambda module: module.__name__)
def test_every_public_name_exists_and_all_is_sorted_and_unique(module: ModuleType) -> None:
    names = list(module.__all__)
    assert len(set(names)) == len(names)
    assert [name for name in names if not hasattr(module, name)] == []


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
