"""What an editor shows on hover: each public name and each parameter has a description."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import devrev_auth_client

pytest.importorskip("griffe", reason="the lowest pins hold no documentation tools")

from tests.contract.hover import gaps

PACKAGE = Path(devrev_auth_client.__file__).parent
MODULES = ("", "errors", "retry", "token_types", "token_claims", "testing")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package that a test may break."""
    return copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=ignore_patterns("__pycache__"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_all_that_is_public_is_described() -> None:
    assert gaps(PACKAGE, MODULES) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "gap"),
    [
        (
            "_base_client.py",
            '        """The quota from the most recent',
            '        # """The quota from the most recent',
            "_base_client.BaseClient.rate_limit: no description",
        ),
        (
            "_sync_client.py",
            "        max_connections: the most",
            "        the most",
            "_sync_client.DevRevAuthClient.__init__(max_connections): no description",
        ),
        (
            "_sync_client.py",
            "not the token itself.\n",
            "not the\n                token itself.\n",
            "_sync_client.DevRevAuthClient.get_auth_token(token_id): the first line, all that an editor shows, is no "
            "sentence: the token's id, such as `don:identity:dvrv-us-1:devo/1:token/1`; not the",
        ),
        (
            "retry.py",
            '    """The longest backoff before the first retry, in seconds."""\n',
            "",
            "retry.RetryPolicy.base_delay: no description",
        ),
        (
            "token_types.py",
            '    """Session token: of a customer, lives for minutes."""\n',
            "",
            "token_types.TokenType.SESSION: no description",
        ),
        (
            "errors.py",
            '"""404: there is no such token in this Dev organization, or the path is wrong (then `type` is `None`)."""',
            "pass",
            "errors.NotFoundError: no description",
        ),
    ],
    ids=["a method", "an argument", "half a sentence", "a field", "a member", "a class"],
)
def test_a_gap_is_found(copy: Path, file: str, old: str, new: str, gap: str) -> None:
    before = gaps(copy, MODULES)
    replace(copy / file, old, new)
    [added] = [found for found in gaps(copy, MODULES) if found not in before]
    assert added == f"{PACKAGE.name}.{gap}"
