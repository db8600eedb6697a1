"""What an editor shows on hover: each public name and each parameter has a description."""

from __future__ import annotations

from pathlib import Path

import pytest

import devrev_auth_client

pytest.importorskip("griffe", reason="the lowest pins hold no documentation tools")

from tests.contract.hover import gaps

PACKAGE = Path(devrev_auth_client.__file__).parent
MODULES = ("", "errors", "retry", "token_types", "token_claims", "testing")


def test_all_that_is_public_is_described() -> None:
    assert gaps(PACKAGE, MODULES) == []
